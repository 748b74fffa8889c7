
/// Serves `{{ module }}.v1.{{ service }}`.
pub struct {{ type }} {
    cx: ServiceContext,
}

impl Service for {{ type }} {
    type Server = v1::{{ service }}Server<Self>;

    fn new(cx: ServiceContext) -> Self {
        Self { cx }
    }
}

#[async_trait]
impl v1::{{ service }} for {{ type }} {
    async fn greet(
        &self,
        request: Request<v1::{{ service }}GreetRequest>,
    ) -> Result<Response<v1::{{ service }}GreetResponse>, Status> {
        let call = self.cx.call(&request);
        let (name, caller) = (request.into_inner().name, call.caller().id());
        Ok(Response::new(v1::{{ service }}GreetResponse {
            greeting: format!("Hello {name}, you are known as {caller}"),
        }))
    }
}
