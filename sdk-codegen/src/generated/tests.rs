//! The text that a module gets, as its author may read it.

use std::path::Path;

use crate::{check::check, fixture::module};

/// The generated text, with `DIR` for the folder of the module.
fn expand(changes: &[(&str, &str)]) -> String {
    let dir = module(changes);
    let checked = check(dir.path()).unwrap();
    let path = dir.path().to_string_lossy();
    checked.generated.replace(path.as_ref(), "DIR")
}

fn messages(arb: &str) -> String {
    let text = expand(&[("translations/en.arb", arb), ("translations/de.arb", "")]);
    text.split_once("pub mod messages").unwrap().1.to_owned()
}

#[test]
fn embeds_all_folders_and_gives_each_message_a_function() {
    insta::assert_snapshot!(expand(&[]));
}

#[test]
fn is_the_same_for_the_same_files() {
    assert_eq!(expand(&[]), expand(&[]));
}

#[test]
fn embeds_by_absolute_paths_from_a_relative_folder() {
    let dir = module(&[]);
    let checked = check(dir.path()).unwrap();
    let text = super::text(Path::new("blog"), &checked.module, &checked.folder).unwrap();
    let here = std::env::current_dir()
        .unwrap()
        .join("blog/mail/welcome.txt");
    assert!(text.contains(&format!("{:?}", here.display().to_string())));
}

#[test]
fn a_keyword_becomes_a_raw_name() {
    insta::assert_snapshot!(messages(r#"{ "@@locale": "en", "type": "A {match}", "gen": "B" }"#), @r#"
     {
        /// ```text
        /// B
        /// ```
        #[must_use]
        pub fn r#gen() -> ::sdk::lang::Message {
            ::sdk::lang::Message::new("blog.gen")
        }
        /// ```text
        /// A {match}
        /// ```
        #[must_use]
        pub fn r#type(r#match: &str) -> ::sdk::lang::Message {
            ::sdk::lang::Message::new("blog.type").arg("match", r#match)
        }
    }
    "#);
}

#[test]
fn each_kind_of_argument_has_its_type() {
    insta::assert_snapshot!(messages(r#"{
        "@@locale": "en",
        "all": "{who, select, her {She} other {They}} sent {count, number} to {name}"
    }"#), @r#"
     {
        /// ```text
        /// {who, select, her {She} other {They}} sent {count, number} to {name}
        /// ```
        #[must_use]
        pub fn all(
            who: &str,
            count: impl Into<::sdk::lang::Number>,
            name: &str,
        ) -> ::sdk::lang::Message {
            ::sdk::lang::Message::new("blog.all")
                .arg("who", who)
                .arg("count", Into::<::sdk::lang::Number>::into(count))
                .arg("name", name)
        }
    }
    "#);
}

#[test]
fn a_message_that_looks_like_markdown_is_shown_as_it_is() {
    insta::assert_snapshot!(messages(r#"{ "@@locale": "en", "help": "See [here] and ```there```\nor *call*" }"#), @r#"
     {
        /// ````text
        /// See [here] and ```there```
        /// or *call*
        /// ````
        #[must_use]
        pub fn help() -> ::sdk::lang::Message {
            ::sdk::lang::Message::new("blog.help")
        }
    }
    "#);
}
