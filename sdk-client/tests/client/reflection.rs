//! What the reflection service answers, asked by tonic's own client.

use prost_reflect::prost::Message;
use prost_types::FileDescriptorProto;
use sdk_client::reflection;
use tokio_stream::StreamExt;
use tonic_reflection::pb::v1::{
    ExtensionRequest, ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::{descriptors::POOL, host};

/// Asks all at once, and returns a line for each answer.
async fn ask(questions: Vec<MessageRequest>) -> String {
    let connection = host::start().await.connect().await.unwrap();
    let questions = questions
        .into_iter()
        .map(|question| ServerReflectionRequest {
            host: String::new(),
            message_request: Some(question),
        });
    let mut client = ServerReflectionClient::new(connection);
    let questions = tokio_stream::iter(questions.collect::<Vec<_>>());
    let answers = client.server_reflection_info(questions).await.unwrap();
    let answers: Vec<_> = answers.into_inner().collect().await;
    let lines = answers
        .into_iter()
        .map(|answer| match answer.unwrap().message_response.unwrap() {
            MessageResponse::FileDescriptorResponse(files) => {
                let files = files.file_descriptor_proto.iter();
                let names = files.map(|it| {
                    FileDescriptorProto::decode(it.as_slice())
                        .unwrap()
                        .name()
                        .to_owned()
                });
                names.collect::<Vec<_>>().join(" ")
            }
            MessageResponse::AllExtensionNumbersResponse(numbers) => {
                format!("{:?}", numbers.extension_number)
            }
            MessageResponse::ListServicesResponse(list) => {
                let names = list.service.into_iter().map(|service| service.name);
                names.collect::<Vec<_>>().join(" ")
            }
            MessageResponse::ErrorResponse(error) => {
                format!("{} {}", error.error_code, error.error_message)
            }
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_kind_of_question_has_an_answer() {
    let symbol = |name: &str| MessageRequest::FileContainingSymbol(name.to_owned());
    let extension = |number| {
        MessageRequest::FileContainingExtension(ExtensionRequest {
            containing_type: "google.protobuf.MethodOptions".to_owned(),
            extension_number: number,
        })
    };
    let answers = ask(vec![
        MessageRequest::ListServices(String::new()),
        MessageRequest::FileByFilename("google/protobuf/any.proto".to_owned()),
        MessageRequest::FileByFilename("none.proto".to_owned()),
        symbol("shop.v1.Shop"),
        symbol("shop.v1.Shop.Search"),
        symbol("shop.v1.Shop.None"),
        symbol("shop.v1.Item.name"),
        symbol("shop.v1.Everything.Nested"),
        symbol("shop.v1.KIND_BOOK"),
        symbol("sdk.v1.policy"),
        symbol("none"),
        extension(51_001),
        extension(-1),
        MessageRequest::AllExtensionNumbersOfType("google.protobuf.FieldOptions".to_owned()),
        MessageRequest::AllExtensionNumbersOfType("none".to_owned()),
    ]);
    insta::assert_snapshot!(answers.await, @"
    shop.v1.Shop shop.v1.StaffService
    google/protobuf/any.proto
    5 there is no `none.proto`
    shop/v1/shop.proto
    shop/v1/shop.proto
    5 there is no `shop.v1.Shop.None`
    shop/v1/shop.proto
    shop/v1/shop.proto
    shop/v1/shop.proto
    sdk/v1/options.proto
    5 there is no `none`
    sdk/v1/options.proto
    5 there is no `google.protobuf.MethodOptions:-1`
    [51001, 51002]
    5 there is no `none`
    ");
}

#[tokio::test]
async fn files_arrive_as_they_were_compiled() {
    let connection = host::start().await.connect().await.unwrap();
    let pool = reflection::pool(connection).await.unwrap();
    for file in pool.files() {
        let original = POOL.get_file_by_name(file.name()).unwrap();
        assert_eq!(
            file.encode_to_vec(),
            original.encode_to_vec(),
            "{}",
            file.name()
        );
    }
    assert_eq!(pool.services().len(), POOL.services().len());
}
