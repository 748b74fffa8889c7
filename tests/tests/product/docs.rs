//! The pages say what is so: what they link to exists, what they show parses,
//! and code that they quote is code that compiles.

use std::{
    fs,
    path::{Path, PathBuf},
};

use product_tests::workspace_root;
use serde_json::Value;

/// A text of the repository, with its path from the root.
struct Text {
    path: PathBuf,
    content: String,
}

impl Text {
    fn is(&self, extension: &str) -> bool {
        self.path
            .extension()
            .is_some_and(|found| found == extension)
    }

    /// The content without fenced blocks, whose brackets are no links.
    fn prose(&self) -> String {
        let parts = self.content.split("```").step_by(2);
        parts.collect::<Vec<_>>().join("\n")
    }

    /// The fenced blocks with that mark, each with the line it begins on.
    fn blocks(&self, mark: &str) -> Vec<(usize, String)> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, String)> = None;
        for (number, line) in (1..).zip(self.content.lines()) {
            // In Rust, pages are comments.
            let line = line
                .strip_prefix("//!")
                .map_or(line, |line| line.strip_prefix(' ').unwrap_or(line));
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(found)) if found == mark => open = Some((number + 1, String::new())),
                (Some(_), Some("")) => blocks.extend(open.take()),
                (Some((_, block)), _) => block.extend([line, "\n"]),
                _ => {}
            }
        }
        blocks
    }
}

/// All texts of the repository that people write.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    collect(Path::new(""), &mut texts);
    assert!(texts.len() > 100, "the repository has its texts");
    texts
}

fn collect(folder: &Path, texts: &mut Vec<Text>) {
    const WRITTEN: [&str; 7] = ["md", "rs", "toml", "json", "mjs", "sh", "arb"];
    let entries = fs::read_dir(workspace_root().join(folder)).expect("a folder");
    for entry in entries {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        let is_made = matches!(name.as_str(), "target" | "node_modules" | "data");
        if name.starts_with('.') || is_made {
            continue;
        }
        if entry.file_type().expect("a type").is_dir() {
            collect(&path, texts);
        } else if WRITTEN.iter().any(|ext| name.ends_with(&format!(".{ext}"))) || name == "Makefile"
        {
            let content = fs::read_to_string(workspace_root().join(&path)).expect("a text");
            texts.push(Text { path, content });
        }
    }
}

/// What stands between `open` and `close`, wherever that occurs.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let after = text.split(open).skip(1);
    after
        .filter_map(|after| Some(after.split_once(close)?.0))
        .collect()
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_link_of_a_page_leads_to_a_file() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for page in texts().iter().filter(|text| text.is("md")) {
        let folder = page.path.parent().expect("a file has a folder");
        let prose = page.prose();
        let links = between(&prose, "](", ")").into_iter();
        // `https://…`, and `macro@…` as rustdoc has it.
        for link in links.filter(|link| !link.contains([':', '@'])) {
            seen += 1;
            let file = link.split('#').next().unwrap_or_default();
            if !workspace_root().join(folder).join(file).exists() {
                faults.push(format!("{}: {link}", page.path.display()));
            }
        }
    }
    assert_none(&faults);
    assert!(seen > 10, "the pages have links");
}

/// Whether a word in backticks is meant as a path from the root: one that
/// begins with a folder of the root, and has neither blanks nor patterns. What begins
/// with `sdk/v1` is the name of a proto or of their package.
fn is_path(word: &str) -> bool {
    const FOLDERS: [&str; 11] = [
        "docs/",
        "sdk/",
        "sdk-schema/",
        "sdk-codegen/",
        "sdk-macros/",
        "sdk-build/",
        "sdk-cli/",
        "sdk-proto/",
        "sdk-client/",
        "examples/",
        "tests/",
    ];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let is_proto = word == "sdk/v1" || word.starts_with("sdk/v1/");
    !is_proto && FOLDERS.iter().any(|folder| word.starts_with(folder)) && word.chars().all(is_plain)
}

#[test]
fn every_file_that_a_page_or_a_comment_names_exists() {
    let mut faults = Vec::new();
    for text in texts().iter().filter(|text| text.is("md") || text.is("rs")) {
        let prose = text.prose();
        let words = prose.split('`').skip(1).step_by(2);
        for word in words.filter(|word| is_path(word)) {
            if !workspace_root().join(word).exists() {
                faults.push(format!("{}: {word}", text.path.display()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_json_block_of_a_page_is_json() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for page in texts().iter().filter(|text| text.path.starts_with("docs")) {
        for (line, block) in page.blocks("json") {
            seen += 1;
            if let Err(error) = serde_json::from_str::<Value>(&block) {
                faults.push(format!("{}:{line}: {error}", page.path.display()));
            }
        }
    }
    assert_none(&faults);
    assert!(seen >= 6, "the formats have examples");
}

#[test]
fn no_file_speaks_of_a_machine_or_of_work_to_be_done() {
    // Put together, so that this file does not have them.
    let words =
        ["/wo|rk/", "/ro|ot/", "/ho|me/", "TO|DO", "FIX|ME"].map(|word| word.replace('|', ""));
    let mut faults = Vec::new();
    for text in texts().iter().filter(|text| !text.is("arb")) {
        for (number, line) in (1..).zip(text.content.lines()) {
            if words.iter().any(|word| line.contains(word.as_str())) {
                faults.push(format!("{}:{number}: {line}", text.path.display()));
            }
        }
    }
    assert_none(&faults);
}

/// Each block begins with a comment that names its file: `// examples/…/lib.rs`.
fn check_excerpts(page: &str, mark: &str, expected: usize) {
    let texts = texts();
    let page = texts
        .iter()
        .find(|text| text.path == Path::new(page))
        .expect("the page");
    let blocks = page.blocks(mark);
    let excerpts: Vec<_> = blocks
        .iter()
        .filter_map(|(line, block)| {
            Some((line, block.strip_prefix("// examples/")?.split_once('\n')?))
        })
        .collect();
    assert_eq!(excerpts.len(), expected, "excerpts in {mark}");
    for (line, (file, excerpt)) in excerpts {
        let path = workspace_root().join("examples").join(file);
        let source = fs::read_to_string(path).expect("the file that the excerpt names");
        let place = format!("{}:{line}", page.path.display());
        assert!(
            source.contains(excerpt.trim_start()),
            "{place}: examples/{file} has no such text"
        );
    }
}

#[test]
fn code_in_the_readme_is_code_of_the_examples() {
    check_excerpts("README.md", "rust", 4);
    check_excerpts("README.md", "proto", 1);
}

#[test]
fn code_on_the_page_about_services_is_code_of_the_examples() {
    check_excerpts("docs/services.md", "rust", 7);
    check_excerpts("docs/services.md", "proto", 1);
}

#[test]
fn code_in_the_crates_documentation_is_code_of_the_examples() {
    check_excerpts("sdk/src/lib.rs", "text", 3);
}

#[test]
fn blocks_and_links_are_recognised() {
    let text = Text {
        path: PathBuf::new(),
        content: "[a](b.md)\n```json\n{ \"x\": [1](2) }\n```\n//! ```json\n//! 7\n//! ```\n"
            .to_owned(),
    };
    let blocks = text.blocks("json");
    assert_eq!(
        blocks,
        [(3, "{ \"x\": [1](2) }\n".to_owned()), (6, "7\n".to_owned())]
    );
    assert_eq!(between(&text.prose(), "](", ")"), ["b.md"]);
}
