//! The workspace under test and the programs built from it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

/// The root of the workspace.
///
/// # Panics
/// When this crate has been moved out of it.
pub fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate lies in the workspace")
}

/// The target folder of all applications that tests write.
pub fn apps() -> PathBuf {
    workspace_root().join("target/apps")
}

/// Builds the program of a package, once in a test run, and returns its path.
///
/// # Panics
/// When it does not build; with cargo's own words.
pub fn build(package: &str) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(path) = built.get(package) {
        return path.clone();
    }
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--package",
            package,
            "--message-format",
            "json-render-diagnostics",
        ])
        .current_dir(workspace_root())
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let path = executable(&String::from_utf8_lossy(&output.stdout)).expect("a program was built");
    built.insert(package.to_owned(), path.clone());
    path
}

/// The executable that cargo reports among its JSON messages.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
}
