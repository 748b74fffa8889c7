//! A pool of descriptors from a server, by the gRPC reflection service v1, and the
//! service that tells it.

mod answers;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use prost::Message;
use prost_reflect::{DescriptorPool, ReflectMessage};
use prost_types::FileDescriptorProto;
use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::{
    Code, Status, Streaming,
    client::GrpcService,
    codegen::{Body, Bytes, StdError},
};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, ServerReflectionResponse,
    server_reflection_client::ServerReflectionClient, server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
};

pub use answers::{Reflected, service};

use crate::{failure::CallError, text};

/// The largest answer that is taken, in bytes.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// How long a server may take to end the conversation.
const FAREWELL: Duration = Duration::from_secs(1);

/// The most files that a server may have.
const MAX_FILES: usize = 10_000;

/// Asks a server for the descriptors of all its services, with those of all files
/// that they import.
///
/// # Errors
/// [`CallError`] when the server has no reflection, refuses or fails, or when its
/// descriptors do not fit together.
pub async fn pool<T>(service: T) -> Result<DescriptorPool, CallError>
where
    T: GrpcService<tonic::body::Body>,
    T::ResponseBody: Body<Data = Bytes> + Send + 'static,
    <T::ResponseBody as Body>::Error: Into<StdError> + Send,
{
    let mut client =
        ServerReflectionClient::new(service).max_decoding_message_size(MAX_ANSWER_BYTES);
    let (questions, asked) = mpsc::channel(1);
    // Some servers say nothing before they are asked.
    let first = question(MessageRequest::ListServices(String::new()));
    questions.send(first).await.map_err(|_| hung_up())?;
    let answers = client
        .server_reflection_info(ReceiverStream::new(asked))
        .await;
    let mut server = Reflection {
        questions,
        answers: answers.map_err(|status| refused(&status))?.into_inner(),
        files: BTreeMap::new(),
    };
    server.read_all().await?;
    pool_of(server.end().await)
}

/// A conversation with the reflection service.
struct Reflection {
    questions: mpsc::Sender<ServerReflectionRequest>,
    answers: Streaming<ServerReflectionResponse>,
    /// The files so far by their names, as they came: decoded to messages that
    /// know no extensions, they would lose the options of modules.
    files: BTreeMap<String, Vec<u8>>,
}

impl Reflection {
    async fn read_all(&mut self) -> Result<(), CallError> {
        let MessageResponse::ListServicesResponse(list) = self.answer().await? else {
            return Err(unexpected("a list of services"));
        };
        let mut wanted = BTreeSet::new();
        for service in list.service {
            let asked = MessageRequest::FileContainingSymbol(service.name.clone());
            match self.ask(asked).await? {
                MessageResponse::FileDescriptorResponse(found) => {
                    self.take(found.file_descriptor_proto, &mut wanted)?;
                }
                // A service that is listed and not described cannot be called.
                MessageResponse::ErrorResponse(_) => {}
                _ => return Err(unexpected("files")),
            }
        }
        while let Some(name) = wanted.pop_first() {
            if !self.files.contains_key(&name) {
                self.read_file(name, &mut wanted).await?;
            }
        }
        Ok(())
    }

    async fn read_file(
        &mut self,
        name: String,
        wanted: &mut BTreeSet<String>,
    ) -> Result<(), CallError> {
        match self
            .ask(MessageRequest::FileByFilename(name.clone()))
            .await?
        {
            MessageResponse::FileDescriptorResponse(found) => {
                self.take(found.file_descriptor_proto, wanted)?;
                if self.files.contains_key(&name) {
                    return Ok(());
                }
                Err(CallError::failed(format!(
                    "the server has no file `{name}`"
                )))
            }
            // Some servers leave out what everybody has.
            MessageResponse::ErrorResponse(error) => match well_known(&name) {
                Some(file) => self.take(vec![file], wanted),
                None => Err(CallError::failed(format!(
                    "the server has no file `{name}`: {}",
                    error.error_message
                ))),
            },
            _ => Err(unexpected("files")),
        }
    }

    /// Keeps files, and wants those that they import.
    fn take(
        &mut self,
        files: Vec<Vec<u8>>,
        wanted: &mut BTreeSet<String>,
    ) -> Result<(), CallError> {
        for bytes in files {
            let file = FileDescriptorProto::decode(bytes.as_slice())
                .map_err(|error| CallError::failed(format!("a file cannot be read: {error}")))?;
            wanted.extend(file.dependency.iter().cloned());
            self.files.insert(file.name().to_owned(), bytes);
        }
        if self.files.len() > MAX_FILES {
            return Err(CallError::failed(format!(
                "the server has more than {MAX_FILES} files"
            )));
        }
        Ok(())
    }

    async fn ask(&mut self, request: MessageRequest) -> Result<MessageResponse, CallError> {
        let sent = self.questions.send(question(request)).await;
        sent.map_err(|_| hung_up())?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<MessageResponse, CallError> {
        let answer = self.answers.next().await.ok_or_else(hung_up)?;
        let answer = answer.map_err(|status| refused(&status))?;
        answer.message_response.ok_or_else(hung_up)
    }

    /// Ends the conversation as one does: else the server takes it for broken off.
    async fn end(self) -> BTreeMap<String, Vec<u8>> {
        let Self {
            questions,
            mut answers,
            files,
        } = self;
        drop(questions);
        let ended = async { while let Some(Ok(_)) = answers.next().await {} };
        // All is known already: who takes long is left.
        let _ = tokio::time::timeout(FAREWELL, ended).await;
        files
    }
}

/// A pool of files by their names.
fn pool_of(files: BTreeMap<String, Vec<u8>>) -> Result<DescriptorPool, CallError> {
    let set = files.into_values().fold(Vec::new(), |mut set, file| {
        // A `FileDescriptorSet` is its files, each as field 1.
        prost::encoding::bytes::encode(1, &file, &mut set);
        set
    });
    let pool = DescriptorPool::decode(set.as_slice()).map_err(|error| {
        CallError::failed(format!(
            "the descriptors of the server do not fit together: {error}"
        ))
    })?;
    match odd_name(&pool) {
        None => Ok(pool),
        Some(name) => Err(CallError::failed(format!(
            "the descriptors of the server have a name that is none: `{}`",
            text::one_line(&name)
        ))),
    }
}

/// A name that no proto could have. Names are shown in help and written to files,
/// and only compilers check them.
fn odd_name(pool: &DescriptorPool) -> Option<String> {
    let messages = pool.all_messages().flat_map(|message| {
        let fields = message.fields().map(|field| field.name().to_owned());
        let oneofs = message.oneofs().map(|oneof| oneof.name().to_owned());
        let names = fields.chain(oneofs).chain([message.full_name().to_owned()]);
        names.collect::<Vec<_>>()
    });
    let enums = pool.all_enums().flat_map(|desc| {
        let values = desc.values().map(|value| value.name().to_owned());
        values
            .chain([desc.full_name().to_owned()])
            .collect::<Vec<_>>()
    });
    let services = pool.services().flat_map(|service| {
        let methods = service
            .methods()
            .map(|method| method.full_name().to_owned());
        methods
            .chain([service.full_name().to_owned()])
            .collect::<Vec<_>>()
    });
    let extensions = pool.all_extensions().map(|it| it.full_name().to_owned());
    let files = pool.files().map(|file| file.package_name().to_owned());
    let files = files.filter(|package| !package.is_empty());
    let mut names = messages
        .chain(enums)
        .chain(services)
        .chain(extensions)
        .chain(files);
    names.find(|name| !name.split('.').all(is_identifier))
}

fn is_identifier(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && part
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '_')
}

fn question(request: MessageRequest) -> ServerReflectionRequest {
    ServerReflectionRequest {
        host: String::new(),
        message_request: Some(request),
    }
}

/// A file of `google/protobuf` that every client has.
fn well_known(name: &str) -> Option<Vec<u8>> {
    let pool = prost_types::Timestamp::default().descriptor();
    let file = pool.parent_pool().get_file_by_name(name);
    file.map(|file| file.encode_to_vec())
}

fn refused(status: &Status) -> CallError {
    if status.code() == Code::Unimplemented {
        let mut error = CallError::of_status(status);
        "the server does not tell what it has: it has no reflection v1"
            .clone_into(&mut error.message);
        return error;
    }
    CallError::of_status(status)
}

fn hung_up() -> CallError {
    CallError::failed("the server ended the conversation about its descriptors")
}

fn unexpected(expected: &str) -> CallError {
    CallError::failed(format!(
        "expected {expected} of the server, found something else"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_has_need_not_be_told() {
        assert!(well_known("google/protobuf/empty.proto").is_some());
        assert!(well_known("google/protobuf/descriptor.proto").is_some());
        assert!(well_known("shop/v1/shop.proto").is_none());
    }

    #[test]
    fn names_that_no_proto_could_have_are_found() {
        let known = prost_types::Timestamp::default().descriptor();
        assert_eq!(odd_name(known.parent_pool()), None);
        for name in ["a b", "\u{1b}[2J", "", "ä", "1a", "a-b"] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
