//! Additions to the chain of calls that makes a host: `App::new("shop").module(…).main()`.

use syn::{
    Expr, ExprCall, ExprMethodCall,
    visit::{self, Visit},
};

use super::{RustFile, bytes_of};

/// The longest chain that rustfmt leaves on one line, in characters.
const CHAIN_WIDTH: usize = 60;

/// `App::new(…)` and the calls on it, the first first.
struct Chain<'a> {
    root: &'a ExprCall,
    calls: Vec<&'a ExprMethodCall>,
}

impl RustFile {
    /// Whether the file builds an `App`.
    pub(crate) fn builds_app(&self) -> bool {
        self.app().is_some()
    }

    /// Adds `.module(module)` after the other modules of the `App`.
    ///
    /// Returns false when the file builds none.
    pub(crate) fn link(&mut self, module: &str) -> bool {
        let Some(app) = self.app() else {
            return false;
        };
        let start = bytes_of(app.root).start;
        let end = app
            .calls
            .last()
            .map_or(bytes_of(app.root).end, |last| bytes_of(*last).end);
        let mut before = app.last_link_end();
        let dots: Vec<_> = app
            .calls
            .iter()
            .map(|call| bytes_of(&call.dot_token).start)
            .collect();
        let link = format!(".module({module})");
        let chain = &self.text[start..end];
        if chain.contains('\n') {
            let indentation = self
                .indentation(dots.last().copied().unwrap_or(start))
                .to_owned();
            // A comment at the end of the line stays with the call before it.
            let line_end = self.line_end(before);
            if line_end < end {
                before = line_end;
            }
            self.insert(before, format!("\n{indentation}{link}"));
        } else if chain.chars().count() + link.len() <= CHAIN_WIDTH {
            self.insert(before, link);
        } else {
            let own_line = format!("\n{}    ", self.indentation(start));
            self.insert(before, format!("{own_line}{link}"));
            for dot in dots {
                self.insert(dot, own_line.clone());
            }
        }
        true
    }

    fn app(&self) -> Option<Chain<'_>> {
        let mut finder = Finder(None);
        finder.visit_file(&self.syntax);
        finder.0
    }
}

impl<'a> Chain<'a> {
    /// The chain that ends in `expr`, if it begins with `App::new(…)`.
    fn ending_in(mut expr: &'a Expr) -> Option<Self> {
        let mut calls = Vec::new();
        while let Expr::MethodCall(call) = expr {
            calls.push(call);
            expr = &call.receiver;
        }
        calls.reverse();
        match expr {
            Expr::Call(root) if makes_app(root) => Some(Self { root, calls }),
            _ => None,
        }
    }

    /// Where the last `.module(…)` ends, or `App::new(…)` when there is none.
    fn last_link_end(&self) -> usize {
        let last = self.calls.iter().rfind(|call| call.method == "module");
        last.map_or(bytes_of(self.root).end, |call| bytes_of(*call).end)
    }
}

fn makes_app(call: &ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else {
        return false;
    };
    let mut segments = function.path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "new")
        && segments.next().is_some_and(|owner| owner.ident == "App")
}

/// Finds the first chain of a file, with all its calls.
struct Finder<'a>(Option<Chain<'a>>);

impl<'a> Visit<'a> for Finder<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.0.is_none() {
            self.0 = Chain::ending_in(expr);
            visit::visit_expr(self, expr);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[track_caller]
    fn check(body: &str, expect: &str) {
        let source = |body: &str| format!("fn main() -> ExitCode {{\n    {body}\n}}\n");
        let mut file = RustFile::parse(Path::new("src/main.rs"), &source(body)).unwrap();
        assert!(file.link("stock::Stock"));
        assert_eq!(file.into_text(), source(expect));
    }

    #[test]
    fn a_short_chain_stays_on_its_line() {
        check(
            r#"sdk::App::new("shop").main()"#,
            r#"sdk::App::new("shop").module(stock::Stock).main()"#,
        );
    }

    #[test]
    fn a_chain_that_grows_too_long_gets_a_line_for_each_call() {
        check(
            r#"sdk::App::new("shop").module(geo::Geo).main()"#,
            "sdk::App::new(\"shop\")\n        .module(geo::Geo)\n        .module(stock::Stock)\n        .main()",
        );
    }

    #[test]
    fn modules_are_linked_before_what_follows_them() {
        check(
            "App::new(\"shop\")\n        .module(geo::Geo) // the world\n        .main()",
            "App::new(\"shop\")\n        .module(geo::Geo) // the world\n        .module(stock::Stock)\n        .main()",
        );
        check(
            "App::new(\"shop\")\n        .about(\"A shop\")\n        .main()",
            "App::new(\"shop\")\n        .module(stock::Stock)\n        .about(\"A shop\")\n        .main()",
        );
    }

    #[test]
    fn the_app_may_stand_in_a_statement() {
        check(
            "let app = sdk::App::new(NAME);\n    app.main()",
            "let app = sdk::App::new(NAME).module(stock::Stock);\n    app.main()",
        );
    }

    #[test]
    fn a_program_without_an_app_is_left_alone() {
        let mut file =
            RustFile::parse(Path::new("src/main.rs"), "fn main() { Other::new(1); }").unwrap();
        assert!(!file.link("stock::Stock"));
    }
}
