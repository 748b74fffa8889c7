//! Dependencies point one way: between crates, and inside `sdk`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use product_tests::workspace_root;

/// The layers inside `sdk`, the lowest first. Rooms of one layer do not know each other.
const LAYERS: [&[&str]; 12] = [
    &["clock", "config"],
    &["store"],
    &["migrate"],
    &["lang"],
    &["rpc"],
    &["seed", "jobs"],
    &["module"],
    &["host"],
    &["system"],
    &["server"],
    &["cli"],
    &["app"],
];

fn layer_of(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rooms that a source file names as `crate::room` or in `use crate::{room…}`.
fn rooms_named_in(source: &str) -> BTreeSet<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, " "])
        .collect();
    let mut rooms = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => rooms.extend(first_words_of_list(list)),
            None => rooms.extend(first_word(after)),
        }
    }
    rooms
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// The first word of each item at the outermost level of `a::b, c::{d, e}, f}`.
fn first_words_of_list(list: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut items = vec![String::new()];
    for letter in list.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            other => items.last_mut().expect("never empty").push(other),
        }
    }
    items
        .iter()
        .filter_map(|item| first_word(item.trim()))
        .collect()
}

#[test]
fn no_import_in_sdk_points_up() {
    let src = workspace_root().join("sdk/src");
    let mut arrows = Vec::new();
    let mut seen = BTreeSet::new();
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).unwrap();
        let first = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy();
        let room = first.trim_end_matches(".rs").to_owned();
        let Some(own) = layer_of(&room) else {
            assert!(
                matches!(room.as_str(), "lib" | "private" | "prelude"),
                "`{room}` has no layer: give it one in LAYERS"
            );
            continue;
        };
        seen.insert(room.clone());
        for named in rooms_named_in(&fs::read_to_string(&file).unwrap()) {
            let Some(other) = layer_of(&named) else {
                continue;
            };
            if other > own || (other == own && named != room) {
                arrows.push(format!("{}: names crate::{named}", inside.display()));
            }
        }
    }
    assert_eq!(
        seen.len(),
        LAYERS.concat().len(),
        "a layer has no room: {seen:?}"
    );
    assert!(arrows.is_empty(), "{}", arrows.join("\n"));
}

#[test]
fn imports_are_recognised() {
    let source = "// crate::app\nuse crate::{clock::Clock, store::{Store, host}, jobs};\nlet x = crate::seed::x();";
    let rooms: Vec<_> = rooms_named_in(source).into_iter().collect();
    assert_eq!(rooms, ["clock", "jobs", "seed", "store"]);
}

/// What a crate may never depend on. What its build script alone needs is no part of it:
/// `sdk` has protos of its own, which `sdk-build` compiles.
const FORBIDDEN: [(&str, &[&str]); 7] = [
    (
        "sdk-schema",
        &["syn", "tokio", "redb", "sdk", "sdk-codegen"],
    ),
    (
        "sdk-codegen",
        &["tokio", "redb", "sdk", "sdk-build", "sdk-cli"],
    ),
    ("sdk-macros", &["sdk", "sdk-build", "sdk-schema"]),
    (
        "sdk-proto",
        &["tokio", "redb", "sdk", "sdk-build", "sdk-cli", "sdk-client"],
    ),
    ("sdk-build", &["tokio", "redb", "sdk", "sdk-cli"]),
    (
        "sdk-client",
        &["sdk", "sdk-schema", "sdk-codegen", "sdk-proto", "sdk-build"],
    ),
    ("sdk", &["syn", "sdk-codegen", "sdk-build", "sdk-cli"]),
];

#[test]
fn no_crate_depends_on_what_lies_above_it() {
    for (name, forbidden) in FORBIDDEN {
        let manifest = workspace_root().join(name).join("Cargo.toml");
        let text = fs::read_to_string(manifest).unwrap();
        let (dependencies, _) = text
            .split_once("[build-dependencies]")
            .or_else(|| text.split_once("[dev-dependencies]"))
            .unwrap_or((&text, ""));
        for dependency in forbidden {
            let found = dependencies.lines().any(|line| {
                line.strip_prefix(dependency)
                    .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
            });
            assert!(!found, "{name} depends on {dependency}");
        }
    }
}
