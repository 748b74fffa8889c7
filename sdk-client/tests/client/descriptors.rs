//! The pool of the tests' protos.

use std::{collections::HashMap, path::Path, sync::LazyLock};

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use sdk_client::Calls;

/// The descriptors of `protos/`, with comments and options.
pub(crate) static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [here.join("tests/protos"), here.join("../sdk-proto/proto")];
    compile(&folders, "shop/v1/shop.proto")
});

/// Compiles a file and what it imports.
pub(crate) fn compile(folders: &[impl AsRef<Path>], file: &str) -> DescriptorPool {
    let mut compiler = protox::Compiler::new(folders).unwrap();
    compiler.include_imports(true).include_source_info(true);
    compiler.open_file(file).unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

/// The calls of the pool.
pub(crate) fn calls() -> Calls {
    Calls::new(POOL.clone())
}

/// A message type of the package `shop.v1`.
pub(crate) fn message(name: &str) -> MessageDescriptor {
    POOL.get_message_by_name(&format!("shop.v1.{name}"))
        .unwrap()
}

/// A message from its JSON.
pub(crate) fn from_json(name: &str, json: &str) -> DynamicMessage {
    let mut json = serde_json::Deserializer::from_str(json);
    DynamicMessage::deserialize(message(name), &mut json).unwrap()
}

/// Files that exist in memory only.
#[derive(Debug, Default, Clone)]
pub(crate) struct Memory {
    files: HashMap<String, Vec<u8>>,
    answer: Option<String>,
}

impl Memory {
    /// With one more file; standard input is called `-`.
    pub(crate) fn with(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), bytes.into());
        self
    }

    /// With somebody at the terminal who gives this answer, and is asked by name.
    pub(crate) fn answering(mut self, answer: &str) -> Self {
        self.answer = Some(answer.to_owned());
        self
    }
}

impl sdk_client::Inputs for Memory {
    fn open(
        &self,
        source: &sdk_client::Source,
    ) -> std::io::Result<Box<dyn std::io::BufRead + Send>> {
        let name = match source {
            sdk_client::Source::Stdin => "-".to_owned(),
            sdk_client::Source::File(path) => path.display().to_string(),
        };
        let bytes = self.files.get(&name).cloned();
        let bytes = bytes.ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(std::io::Cursor::new(bytes)))
    }

    fn ask(&self, prompt: &str) -> std::io::Result<Option<String>> {
        let answer = self.answer.as_ref();
        Ok(answer.map(|answer| answer.replace("PROMPT", prompt)))
    }
}
