//! From files to descriptors.

use std::path::{Path, PathBuf};

use prost::encoding::{WireType, encode_key, encode_varint};
use prost_reflect::{DescriptorPool, FileDescriptor};
use prost_types::FileDescriptorSet;
use protox::{
    Compiler,
    file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver},
};
use sdk_schema::{BUILT_IN_MODULE, Name};

use crate::{FOLDER, Fault, Import, OPTIONS, OPTIONS_NAME, Service};

/// What a host may need to read the descriptors of any module: the built-in
/// module brings it, so that no other has to.
const WELL_KNOWN: [&str; 10] = [
    "google/protobuf/any.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
];

/// Compiled protos of a module and of all that they import.
pub(crate) struct Compiled {
    /// All files.
    pub(crate) pool: DescriptorPool,
    /// All files without the options that are ours, for prost.
    pub(crate) set: FileDescriptorSet,
    /// The names of the files that the module embeds.
    own: Vec<String>,
}

impl Compiled {
    /// The files of the module.
    pub(crate) fn own_files(&self) -> impl Iterator<Item = FileDescriptor> {
        self.own
            .iter()
            .filter_map(|name| self.pool.get_file_by_name(name))
    }

    pub(crate) fn services(&self) -> Vec<Service> {
        let services = self.own_files().flat_map(|file| {
            let services: Vec<_> = file.services().collect();
            services.into_iter().map(move |service| Service {
                name: service.full_name().to_owned(),
                file: Path::new(FOLDER).join(file.name()),
            })
        });
        services.collect()
    }

    /// A `FileDescriptorSet` of the module's files. Written by hand, because prost's
    /// own type would lose the options that it does not know.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut set = Vec::new();
        for file in self.own_files() {
            let bytes = file.encode_to_vec();
            encode_key(1, WireType::LengthDelimited, &mut set);
            encode_varint(bytes.len() as u64, &mut set);
            set.extend(bytes);
        }
        set
    }
}

/// `sdk/v1/options.proto`, wherever a module is built.
struct OptionsResolver;

impl FileResolver for OptionsResolver {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == OPTIONS_NAME {
            return File::from_source(OPTIONS_NAME, OPTIONS);
        }
        Err(protox::Error::file_not_found(name))
    }
}

/// Compiles `files` of the module in `dir`.
pub(crate) fn compile(
    dir: &Path,
    module: &Name,
    imports: &[Import],
    files: &[PathBuf],
) -> Result<Compiled, Vec<Fault>> {
    let mut resolver = ChainFileResolver::new();
    resolver.add(IncludeFileResolver::new(dir.join(FOLDER)));
    for import in imports {
        resolver.add(IncludeFileResolver::new(import.folder.clone()));
    }
    resolver.add(OptionsResolver);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    let mut own: Vec<String> = files.iter().map(|file| import_name(file)).collect();
    if *module == *BUILT_IN_MODULE {
        own.extend(WELL_KNOWN.map(str::to_owned));
        own.push(OPTIONS_NAME.to_owned());
    }
    let mut faults = Vec::new();
    for name in &own {
        if let Err(error) = compiler.open_file(name) {
            faults.push(Fault::of_compiler(name, &error));
        }
    }
    // A file that is broken is told by each that imports it.
    faults.sort();
    faults.dedup();
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Compiled {
        pool: compiler.descriptor_pool(),
        set: compiler.file_descriptor_set(),
        own,
    })
}

/// The name under which a file is imported: its path below the folder, with slashes.
fn import_name(file: &Path) -> String {
    let below = file.strip_prefix(FOLDER).unwrap_or(file);
    let words: Vec<_> = below
        .components()
        .map(|it| it.as_os_str().to_string_lossy())
        .collect();
    words.join("/")
}
