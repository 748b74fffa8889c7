//! `new service`.

use crate::terminal::Terminal;

#[test]
fn writes_a_proto_and_the_type_that_serves_it() {
    let terminal = Terminal::with_module();
    insta::assert_snapshot!(terminal.type_lines("new service stock"), @"
    $ sdk-cli new service stock
    created modules/stock/proto/stock/v1/stock.proto
    changed modules/stock/src/lib.rs
    created modules/stock/src/service.rs
    changed modules/stock/Cargo.toml
    hint: write its methods into modules/stock/proto/stock/v1/stock.proto and what they do into modules/stock/src/service.rs
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/proto/stock/v1/stock.proto"), @r#"
    // Stock of the module `stock`.
    syntax = "proto3";

    package stock.v1;

    import "sdk/v1/options.proto";

    // What `Stock` is for, in a sentence: help shows it.
    service Stock {
      // Greets whoever calls. Every method says who may call it: `public`, `signed_in`, a
      // `role` or a `permission`.
      rpc Greet(StockGreetRequest) returns (StockGreetResponse) {
        option (sdk.v1.policy) = {signed_in: true};
        option idempotency_level = NO_SIDE_EFFECTS;
      }
    }

    message StockGreetRequest {
      // What they want to be called.
      string name = 1 [(sdk.v1.argument) = {positional: true}];
    }

    message StockGreetResponse {
      // The greeting.
      string greeting = 1;
    }
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/src/service.rs"), @r#"
    //! The services of the module `stock`.

    use sdk::prelude::*;

    use crate::proto::stock::v1;

    /// Serves `stock.v1.Stock`.
    pub struct StockService {
        cx: ServiceContext,
    }

    impl Service for StockService {
        type Server = v1::StockServer<Self>;

        fn new(cx: ServiceContext) -> Self {
            Self { cx }
        }
    }

    #[async_trait]
    impl v1::Stock for StockService {
        async fn greet(
            &self,
            request: Request<v1::StockGreetRequest>,
        ) -> Result<Response<v1::StockGreetResponse>, Status> {
            let call = self.cx.call(&request);
            let (name, caller) = (request.into_inner().name, call.caller().id());
            Ok(Response::new(v1::StockGreetResponse {
                greeting: format!("Hello {name}, you are known as {caller}"),
            }))
        }
    }
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod service;

    use sdk::prelude::*;
    pub use service::StockService;

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", services(StockService))]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(terminal.read("modules/stock/Cargo.toml"), @r#"
    [package]
    name = "stock"
    version = "0.1.0"
    edition = "2024"
    publish = false
    links = "sdk-module-stock"

    [dependencies]
    sdk.workspace = true

    [build-dependencies]
    sdk-build.workspace = true
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 1 service
    ok   1 module checked
    ");
}

#[test]
fn a_module_has_several_services() {
    let terminal = Terminal::with_module();
    terminal.quietly("new service stock");
    insta::assert_snapshot!(terminal.type_lines("new service stock OrderService\nnew service stock Parcel"), @"
    $ sdk-cli new service stock OrderService
    created modules/stock/proto/stock/v1/order_service.proto
    changed modules/stock/src/lib.rs
    changed modules/stock/src/service.rs
    hint: write its methods into modules/stock/proto/stock/v1/order_service.proto and what they do into modules/stock/src/service.rs
    $ sdk-cli new service stock Parcel
    created modules/stock/proto/stock/v1/parcel.proto
    changed modules/stock/src/lib.rs
    changed modules/stock/src/service.rs
    hint: write its methods into modules/stock/proto/stock/v1/parcel.proto and what they do into modules/stock/src/service.rs
    ");
    let code = terminal.read("modules/stock/src/service.rs");
    let lines = code.lines().filter(|line| !line.starts_with([' ', '}']));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    //! The services of the module `stock`.

    use sdk::prelude::*;

    use crate::proto::stock::v1;

    /// Serves `stock.v1.Stock`.
    pub struct StockService {

    impl Service for StockService {


    #[async_trait]
    impl v1::Stock for StockService {

    /// Serves `stock.v1.OrderService`.
    pub struct OrderService {

    impl Service for OrderService {


    #[async_trait]
    impl v1::OrderService for OrderService {

    /// Serves `stock.v1.Parcel`.
    pub struct ParcelService {

    impl Service for ParcelService {


    #[async_trait]
    impl v1::Parcel for ParcelService {
    ");
    insta::assert_snapshot!(terminal.read("modules/stock/src/lib.rs"), @r#"
    //! The module `stock`.

    mod service;

    use sdk::prelude::*;
    pub use service::{OrderService, ParcelService, StockService};

    sdk::include_module!();

    /// What a host links: `.module(stock::Stock)`.
    #[derive(Module)]
    #[module(name = "stock", services(StockService, OrderService, ParcelService))]
    pub struct Stock;
    "#);
    insta::assert_snapshot!(terminal.type_lines("check"), @"
    $ sdk-cli check
    ok   stock: 3 services
    ok   1 module checked
    ");
}

#[test]
fn what_is_there_already_is_left_alone() {
    let terminal = Terminal::with_module();
    terminal.quietly("new service stock");
    terminal.write(
        "modules/stock/src/service.rs",
        &(terminal.read("modules/stock/src/service.rs") + "\npub struct ParcelService;\n"),
    );
    terminal.write("modules/stock/proto/stock/v1/order.proto", "");
    let before = terminal.snapshot();
    insta::assert_snapshot!(
        terminal.type_lines(
            "new service stock
             new service stock Parcel
             new service stock Order
             new service stock parcel
             new service depot"
        ),
        @"
    $ sdk-cli new service stock
    error: modules/stock/src/service.rs has a `StockService` already
    exit code 1
    $ sdk-cli new service stock Parcel
    error: modules/stock/src/service.rs has a `ParcelService` already
    exit code 1
    $ sdk-cli new service stock Order
    error: modules/stock/proto/stock/v1/order.proto is there already; nothing was written
    exit code 1
    $ sdk-cli new service stock parcel
    error: invalid value 'parcel' for '[NAME]': `parcel` does not name a type: expected upper camel case such as `Parcel`

    For more information, try '--help'.
    exit code 2
    $ sdk-cli new service depot
    error: no module `depot` in this workspace; it has stock
    hint: sdk-cli new module depot
    exit code 1
    "
    );
    assert_eq!(terminal.snapshot(), before);
}
