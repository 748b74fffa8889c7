//! `Cargo.toml` files: what the tool reads of them and how it adds to them.
//!
//! Additions keep comments, order and layout. A file that cannot be parsed is
//! reported with its place and stays as it is.

use std::{fmt, fs, path::Path};

use sdk_codegen::FileFault;
use sdk_schema::Place;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

/// A `Cargo.toml`.
#[derive(Debug, Clone)]
pub(crate) struct CargoManifest {
    document: DocumentMut,
}

impl CargoManifest {
    /// Reads `file`, a path relative to `root`.
    pub(crate) fn read(root: &Path, file: &Path) -> Result<Self, FileFault> {
        let text = fs::read_to_string(root.join(file))
            .map_err(|error| FileFault::new(file, format!("cannot be read: {error}")))?;
        Self::parse(file, &text)
    }

    fn parse(file: &Path, text: &str) -> Result<Self, FileFault> {
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            let start = error.span().map_or(0, |span| span.start);
            FileFault::at(file, place_at(text, start), error.message())
        })?;
        Ok(Self { document })
    }

    /// Whether it is the root of a workspace.
    pub(crate) fn is_workspace(&self) -> bool {
        self.document.contains_key("workspace")
    }

    /// The name of its package; a workspace may have none.
    pub(crate) fn package(&self) -> Option<&str> {
        self.document.get("package")?.get("name")?.as_str()
    }

    /// The version of its package, unless that is the workspace's.
    pub(crate) fn version(&self) -> Option<&str> {
        self.document.get("package")?.get("version")?.as_str()
    }

    /// Whether its build script uses the crate `name`.
    pub(crate) fn builds_with(&self, name: &str) -> bool {
        self.document
            .get("build-dependencies")
            .is_some_and(|dependencies| dependencies.get(name).is_some())
    }

    /// Whether it depends on the crate `name` at run time.
    pub(crate) fn depends_on(&self, name: &str) -> bool {
        self.document
            .get("dependencies")
            .is_some_and(|dependencies| dependencies.get(name).is_some())
    }

    /// Whether members may depend on `name` by `name.workspace = true`.
    pub(crate) fn shares(&self, name: &str) -> bool {
        let shared = self
            .document
            .get("workspace")
            .and_then(|it| it.get("dependencies"));
        shared.is_some_and(|dependencies| dependencies.get(name).is_some())
    }

    /// The members of the workspace as they are written: folders, or patterns such as `modules/*`.
    pub(crate) fn members(&self) -> Vec<String> {
        self.workspace_list("members")
    }

    /// The folders that are no members although a pattern fits them.
    pub(crate) fn excluded(&self) -> Vec<String> {
        self.workspace_list("exclude")
    }

    fn workspace_list(&self, key: &str) -> Vec<String> {
        let list = self
            .document
            .get("workspace")
            .and_then(|it| it.get(key)?.as_array());
        list.into_iter()
            .flatten()
            .filter_map(|member| member.as_str().map(str::to_owned))
            .collect()
    }

    /// Adds a folder to the members of the workspace.
    pub(crate) fn add_member(&mut self, folder: &str) {
        let members = self.document["workspace"]["members"].or_insert(value(Array::new()));
        if let Some(members) = members.as_array_mut() {
            push_alike(members, folder);
        }
    }

    /// Sets the `links` of the package, unless it has some: whether it had none.
    pub(crate) fn add_links(&mut self, name: &str) -> bool {
        let Some(package) = self.document.get_mut("package") else {
            return false;
        };
        if package.get("links").is_some() {
            return false;
        }
        package["links"] = value(name);
        true
    }

    /// Adds a dependency on the crate in the folder `path`.
    pub(crate) fn add_dependency(&mut self, name: &str, path: &str) {
        let mut location = InlineTable::new();
        location.insert("path", path.into());
        let dependencies = self
            .document
            .entry("dependencies")
            .or_insert(Item::Table(Table::new()));
        dependencies[name] = value(location);
    }
}

impl fmt::Display for CargoManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.document, f)
    }
}

/// Adds `text` to a list in the layout of its last item.
fn push_alike(list: &mut Array, text: &str) {
    let mut item = Value::from(text);
    if let Some(last) = list.get(list.len().wrapping_sub(1)) {
        let prefix = last.decor().prefix().cloned().unwrap_or_default();
        // Several lines: each item stands on its own, as the last one does.
        if prefix.as_str().is_some_and(|space| space.contains('\n')) {
            item.decor_mut()
                .set_prefix(indentation(prefix.as_str().unwrap_or_default()));
            return list.push_formatted(item);
        }
    }
    list.push(item);
}

/// The last line feed of `space` and what follows it, without comments above.
fn indentation(space: &str) -> String {
    space[space.rfind('\n').unwrap_or_default()..].to_owned()
}

/// The line and column of a byte of `text`.
fn place_at(text: &str, byte: usize) -> Place {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> CargoManifest {
        CargoManifest::parse(Path::new("Cargo.toml"), text).unwrap()
    }

    #[test]
    fn a_member_is_added_in_the_layout_of_the_list() {
        let mut one_line = manifest("[workspace]\nmembers = [\"a\"] # mine\n");
        one_line.add_member("modules/b");
        insta::assert_snapshot!(one_line, @r#"
        [workspace]
        members = ["a", "modules/b"] # mine
        "#);
        let mut lines = manifest("[workspace]\nmembers = [\n    # first\n    \"a\",\n]\n");
        lines.add_member("modules/b");
        insta::assert_snapshot!(lines, @r#"
        [workspace]
        members = [
            # first
            "a",
            "modules/b",
        ]
        "#);
    }

    #[test]
    fn a_missing_list_or_section_is_made() {
        let mut bare = manifest("[workspace]\n\n[package]\nname = \"shop\"\n");
        bare.add_member("modules/b");
        bare.add_dependency("b", "modules/b");
        insta::assert_snapshot!(bare, @r#"
        [workspace]
        members = ["modules/b"]

        [package]
        name = "shop"

        [dependencies]
        b = { path = "modules/b" }
        "#);
    }

    #[test]
    fn a_broken_file_is_reported_with_its_place() {
        let fault = CargoManifest::parse(
            Path::new("Cargo.toml"),
            "[workspace]\nmembers = [\"ä\" 1]\n",
        );
        insta::assert_snapshot!(fault.unwrap_err(), @"Cargo.toml:2:16: missing comma between array elements, expected `,`");
    }
}
