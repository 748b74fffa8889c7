//! Reflection v1 by hand: it gives files as they were compiled, with options
//! that only the pool knows.

use std::pin::Pin;

use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};
use tonic_reflection::pb::v1::{
    ErrorResponse, FileDescriptorResponse, ListServiceResponse, ServerReflectionRequest,
    ServerReflectionResponse, ServiceResponse,
    server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
    server_reflection_server::{ServerReflection, ServerReflectionServer},
};

use crate::descriptors::POOL;

/// The service.
pub(crate) fn service() -> ServerReflectionServer<Reflected> {
    ServerReflectionServer::new(Reflected)
}

/// What it knows is the pool.
#[derive(Debug)]
pub(crate) struct Reflected;

type Answers = Pin<Box<dyn Stream<Item = Result<ServerReflectionResponse, Status>> + Send>>;

#[tonic::async_trait]
impl ServerReflection for Reflected {
    type ServerReflectionInfoStream = Answers;

    async fn server_reflection_info(
        &self,
        questions: Request<Streaming<ServerReflectionRequest>>,
    ) -> Result<Response<Answers>, Status> {
        let answers = questions.into_inner().map(|question| {
            let message_response = question?.message_request.map(answer);
            Ok(ServerReflectionResponse {
                message_response,
                ..ServerReflectionResponse::default()
            })
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

fn answer(question: MessageRequest) -> MessageResponse {
    let file = match question {
        MessageRequest::ListServices(_) => {
            let services = POOL.services().map(|service| ServiceResponse {
                name: service.full_name().to_owned(),
            });
            return MessageResponse::ListServicesResponse(ListServiceResponse {
                service: services.collect(),
            });
        }
        MessageRequest::FileContainingSymbol(name) => POOL
            .get_service_by_name(&name)
            .map(|service| service.parent_file()),
        // As servers do that leave out what everybody has.
        MessageRequest::FileByFilename(name) if name == "google/protobuf/empty.proto" => None,
        MessageRequest::FileByFilename(name) => POOL.get_file_by_name(&name),
        _ => None,
    };
    match file {
        Some(file) => MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
            file_descriptor_proto: vec![file.encode_to_vec()],
        }),
        None => MessageResponse::ErrorResponse(ErrorResponse {
            error_code: 5,
            error_message: "not found".to_owned(),
        }),
    }
}
