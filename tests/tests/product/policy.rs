//! What the documents say about the tree is true of the tree.

use std::{collections::BTreeSet, fs, process::Command};

use product_tests::workspace_root;

/// A host may pull in this many crates at most.
const MAX_CRATES: usize = 260;

fn read(file: &str) -> String {
    fs::read_to_string(workspace_root().join(file)).expect("a text file")
}

/// The crates, with version, that a cold build of the example host compiles.
fn crates_of_acme() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "acme",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--offline", "--format", "{p}"])
        .current_dir(workspace_root())
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8_lossy(&output.stdout).into_owned();
    let name_and_version = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    tree.lines().map(name_and_version).collect()
}

#[test]
fn a_host_stays_light_and_the_page_says_how_light() {
    let count = crates_of_acme().len();
    assert!(count <= MAX_CRATES, "acme resolves {count} crates");
    let said = format!("resolves **{count} crates**");
    assert!(
        read("docs/dependencies.md").contains(&said),
        "the page does not say: {said}"
    );
}

#[test]
fn each_dependency_has_its_line() {
    let manifest = read("Cargo.toml");
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap();
    let section = section.split("\n[").next().unwrap();
    let names = section
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name);
    let page = read("docs/dependencies.md");
    let missing: Vec<_> = names
        .filter(|name| !name.starts_with('#') && !name.starts_with("sdk"))
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "no line in docs/dependencies.md for {missing:?}"
    );
}
