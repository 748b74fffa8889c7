//! The service itself, for those who serve a pool.

use std::{collections::BTreeSet, pin::Pin};

use prost_reflect::{DescriptorPool, FileDescriptor};
use tokio_stream::{Stream, StreamExt};
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
    ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
    server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
    server_reflection_server::{ServerReflection, ServerReflectionServer},
};

/// The gRPC reflection service v1 over a pool, which lists these services.
///
/// Files are given as they were compiled. The service of `tonic-reflection` decodes
/// them into messages without extensions, and so loses the options of methods and
/// fields.
pub fn service<S: Into<String>>(
    pool: DescriptorPool,
    services: impl IntoIterator<Item = S>,
) -> ServerReflectionServer<Reflected> {
    ServerReflectionServer::new(Reflected {
        pool,
        services: services.into_iter().map(Into::into).collect(),
    })
}

/// A pool that answers questions about itself.
#[derive(Debug, Clone)]
pub struct Reflected {
    pool: DescriptorPool,
    services: BTreeSet<String>,
}

type Answers = Pin<Box<dyn Stream<Item = Result<ServerReflectionResponse, Status>> + Send>>;

#[tonic::async_trait]
impl ServerReflection for Reflected {
    type ServerReflectionInfoStream = Answers;

    async fn server_reflection_info(
        &self,
        questions: Request<Streaming<ServerReflectionRequest>>,
    ) -> Result<Response<Answers>, Status> {
        let reflected = self.clone();
        let answers = questions.into_inner().map(move |question| {
            let question = question?;
            let asked = question.message_request.clone();
            let asked = asked.ok_or_else(|| Status::invalid_argument("nothing is asked"))?;
            Ok(ServerReflectionResponse {
                valid_host: question.host.clone(),
                original_request: Some(question),
                message_response: Some(reflected.answer(&asked)),
            })
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

impl Reflected {
    fn answer(&self, question: &MessageRequest) -> MessageResponse {
        let pool = &self.pool;
        match question {
            MessageRequest::ListServices(_) => self.list(),
            MessageRequest::FileByFilename(name) => found(name, pool.get_file_by_name(name)),
            MessageRequest::FileContainingSymbol(name) => found(name, self.file_of(name)),
            MessageRequest::FileContainingExtension(asked) => {
                let message = pool.get_message_by_name(&asked.containing_type);
                let number = u32::try_from(asked.extension_number).unwrap_or_default();
                let extension = message.and_then(|message| message.get_extension(number));
                let file = extension.map(|extension| extension.parent_file());
                let name = format!("{}:{}", asked.containing_type, asked.extension_number);
                found(&name, file)
            }
            MessageRequest::AllExtensionNumbersOfType(name) => {
                match pool.get_message_by_name(name) {
                    None => found(name, None),
                    Some(message) => {
                        let numbers = message.extensions().map(|it| it.number());
                        let numbers = numbers.filter_map(|number| i32::try_from(number).ok());
                        MessageResponse::AllExtensionNumbersResponse(ExtensionNumberResponse {
                            base_type_name: name.clone(),
                            extension_number: numbers.collect(),
                        })
                    }
                }
            }
        }
    }

    fn list(&self) -> MessageResponse {
        let services = self
            .services
            .iter()
            .map(|name| ServiceResponse { name: name.clone() });
        MessageResponse::ListServicesResponse(ListServiceResponse {
            service: services.collect(),
        })
    }

    /// The file that declares something of that name, or what contains it.
    fn file_of(&self, name: &str) -> Option<FileDescriptor> {
        let pool = &self.pool;
        let here = pool
            .get_service_by_name(name)
            .map(|it| it.parent_file())
            .or_else(|| pool.get_message_by_name(name).map(|it| it.parent_file()))
            .or_else(|| pool.get_enum_by_name(name).map(|it| it.parent_file()))
            .or_else(|| pool.get_extension_by_name(name).map(|it| it.parent_file()));
        here.or_else(|| self.file_of_member(name))
    }

    /// The file of a method, a field or a value.
    fn file_of_member(&self, name: &str) -> Option<FileDescriptor> {
        let (above, member) = name.rsplit_once('.')?;
        let pool = &self.pool;
        if let Some(service) = pool.get_service_by_name(above) {
            let has = service.methods().any(|method| method.name() == member);
            return has.then(|| service.parent_file());
        }
        if let Some(message) = pool.get_message_by_name(above)
            && message.get_field_by_name(member).is_some()
        {
            return Some(message.parent_file());
        }
        // The values of an enum stand beside it.
        let values = pool.all_enums().flat_map(|desc| {
            desc.values()
                .map(|value| (value.full_name().to_owned(), desc.parent_file()))
                .collect::<Vec<_>>()
        });
        values
            .into_iter()
            .find(|(full, _)| full == name)
            .map(|(_, file)| file)
    }
}

fn found(name: &str, file: Option<FileDescriptor>) -> MessageResponse {
    match file {
        Some(file) => MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
            file_descriptor_proto: vec![file.encode_to_vec()],
        }),
        None => MessageResponse::ErrorResponse(ErrorResponse {
            error_code: Code::NotFound as i32,
            error_message: format!("there is no `{}`", crate::text::one_line(name)),
        }),
    }
}
