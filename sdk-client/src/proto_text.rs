//! Writes descriptors as `.proto` files again, with their comments and options.
//!
//! What is written compiles to the same descriptors. Options whose extensions
//! the pool does not know are left out, and so is where things stood in the
//! source.

mod names;
mod options;
mod print;

use std::path::{Component, Path};

use prost_reflect::{DescriptorPool, FileDescriptor};

/// The `buf.yaml` of an exported tree.
///
/// Rules of `STANDARD` are left out only where they forbid how modules are meant to be
/// written; each says why. A request may be `google.protobuf.Empty`.
pub const BUF_YAML: &str = "\
version: v2
lint:
  use:
    - STANDARD
  except:
    # A method that makes or shows a thing replies with that thing.
    - RPC_REQUEST_RESPONSE_UNIQUE
    - RPC_RESPONSE_STANDARD_NAME
    # The methods of the service that is called like its module are the module's own.
    - SERVICE_SUFFIX
  rpc_allow_google_protobuf_empty_requests: true
breaking:
  use:
    - FILE
";

/// Packages that every tool for protos has, or that belong to gRPC itself. The names
/// of their files say nothing: some servers have `health.proto` at the root.
const KNOWN: [&str; 2] = ["google.protobuf", "grpc"];

/// A file whose name is no path below a folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a proto: expected a path below a folder, such as geo/v1/geo.proto")]
pub struct NameError(String);

/// All files of a pool by their paths, sorted, without those that every tool has.
///
/// # Errors
/// [`NameError`] when a file would be outside of the folder: the pool may come
/// from anybody.
pub fn tree(pool: &DescriptorPool) -> Result<Vec<(String, String)>, NameError> {
    let files = pool.files();
    let files = files.filter(|file| !is_known(file.package_name()));
    let mut tree: Vec<_> = files
        .map(|file| Ok((checked(file.name())?, of_file(&file))))
        .collect::<Result<_, _>>()?;
    tree.sort();
    Ok(tree)
}

fn is_known(package: &str) -> bool {
    KNOWN.iter().any(|known| {
        let rest = package.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The text of a file.
pub fn of_file(file: &FileDescriptor) -> String {
    print::file(file)
}

fn checked(name: &str) -> Result<String, NameError> {
    let mut parts = Path::new(name).components();
    let is_below = parts.all(|part| matches!(part, Component::Normal(_)));
    let is_plain =
        !name.contains(|letter: char| letter.is_control() || letter == '\\' || letter == ':');
    if is_below && is_plain && Path::new(name).extension().is_some_and(|it| it == "proto") {
        return Ok(name.to_owned());
    }
    Err(NameError(crate::text::one_line(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_below_its_folder() {
        for name in [
            "../up.proto",
            "/etc/x.proto",
            "a/../../b.proto",
            "a.txt",
            "",
            "c:\\x.proto",
            "a\n.proto",
        ] {
            assert!(checked(name).is_err(), "{name}");
        }
        assert_eq!(checked("geo/v1/geo.proto").unwrap(), "geo/v1/geo.proto");
    }
}
