//! The protos of a module: compiled without `protoc`, held to their rules, turned into Rust.
//!
//! A module's services stand in `proto/MODULE/v1/*.proto`, package `MODULE.v1`.
//! [`compile`] reads them, refuses what a host would refuse, and gives three
//! things: the encoded descriptors with comments and options, which a host
//! embeds; the names of the services, which the manifest must serve; and the
//! Rust for messages, servers and clients.
//!
//! **Rules.** A method has a policy (`option (sdk.v1.policy)`): one without
//! does not build. A package begins with the module's name, so that no two
//! modules can declare one service, and a file stands in the folder of its
//! package. Imports come from the module itself, from the modules that it
//! requires, from `sdk/v1/options.proto` and from `google/protobuf`.
//!
//! ```
//! let dir = tempfile::tempdir()?;
//! let folder = dir.path().join("proto/blog/v1");
//! std::fs::create_dir_all(&folder)?;
//! std::fs::write(folder.join("blog.proto"), r#"
//!     syntax = "proto3";
//!     package blog.v1;
//!     import "sdk/v1/options.proto";
//!     service Blog {
//!       rpc Publish(PublishRequest) returns (PublishResponse);
//!     }
//!     message PublishRequest { string title = 1; }
//!     message PublishResponse {}
//! "#)?;
//! let faults = sdk_proto::compile(dir.path(), &"blog".parse()?, &[]).unwrap_err();
//! assert!(faults[0].to_string().contains("method `blog.v1.Blog.Publish` has no policy"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compile;
mod fault;
mod folder;
mod place;
mod rules;
mod rust;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use sdk_schema::Name;

pub use fault::Fault;

/// The path of the SDK, unless a crate renames it.
pub const SDK: &str = "::sdk";

/// The folder of protos in a module's folder.
pub const FOLDER: &str = "proto";

/// `sdk/v1/options.proto`, which every module may import.
pub const OPTIONS: &str = include_str!("../proto/sdk/v1/options.proto");

/// The name under which [`OPTIONS`] is imported.
pub const OPTIONS_NAME: &str = "sdk/v1/options.proto";

/// A module whose protos may be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its name, which is that of its crate.
    pub module: Name,
    /// Its folder of protos.
    pub folder: PathBuf,
}

/// The protos of a module.
#[derive(Debug, Clone)]
pub struct Protos {
    /// The files, relative to the module's folder.
    pub files: Vec<PathBuf>,
    /// An encoded `google.protobuf.FileDescriptorSet` of these files, with options and comments.
    pub descriptors: Vec<u8>,
    /// The services that they declare.
    pub services: Vec<Service>,
    /// The Rust items for messages, servers and clients: `pub mod proto { … }`.
    rust: String,
}

/// The Rust text that goes into the file of a module, for `sdk::include_module!`; its
/// descriptors stand beside that file, as [`DESCRIPTORS`].
pub fn rust_text(protos: Option<&Protos>) -> String {
    rust::text(protos)
}

/// The name of the file with the encoded descriptors, beside the module's generated file.
pub const DESCRIPTORS: &str = "sdk_module.fds";

/// A service of a module's protos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its full name: `blog.v1.Blog`.
    pub name: String,
    /// The file that declares it, relative to the module's folder.
    pub file: PathBuf,
}

/// Compiles the protos of `module` in the folder `dir`; none when it has no folder of them.
///
/// # Errors
/// All that is wrong with them, at once, as far as one fault does not hide another.
pub fn compile(
    dir: &Path,
    module: &Name,
    imports: &[Import],
) -> Result<Option<Protos>, Vec<Fault>> {
    compile_at(dir, module, imports, SDK)
}

/// Like [`compile`], where the crate reaches the SDK under another path than `::sdk`.
///
/// # Errors
/// As for [`compile`].
pub fn compile_at(
    dir: &Path,
    module: &Name,
    imports: &[Import],
    sdk: &str,
) -> Result<Option<Protos>, Vec<Fault>> {
    let files = folder::list(dir)?;
    if files.is_empty() {
        return Ok(None);
    }
    let compiled = compile::compile(dir, module, imports, &files)?;
    rules::check(module, &compiled)?;
    let rust = rust::generate(module, &compiled, imports, sdk).map_err(|error| vec![error])?;
    Ok(Some(Protos {
        services: compiled.services(),
        descriptors: compiled.encode(),
        files,
        rust,
    }))
}
