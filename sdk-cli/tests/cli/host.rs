//! A server that every gRPC program could be: it has reflection and health.

use std::{net::TcpListener, thread};

use tokio::runtime::Builder;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;

/// Starts it on a free port of this machine, for as long as the tests run, and
/// returns its address.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(serve(listener));
    });
    format!("http://{address}")
}

async fn serve(listener: TcpListener) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .unwrap();
    let (_, health) = tonic_health::server::health_reporter();
    Server::builder()
        .add_service(reflection)
        .add_service(health)
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await
        .unwrap();
}
