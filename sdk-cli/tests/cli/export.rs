//! The proto tree for other languages.

use crate::{host, terminal::Terminal};

#[test]
fn a_running_host_tells_its_protos() {
    let terminal = Terminal::new();
    let url = host::start();
    let screen = terminal.type_lines(&format!("--server {url} export proto protos"));
    insta::assert_snapshot!(screen.replace(&url, "URL"), @r"
    $ sdk-cli --server URL export proto protos
    created protos/buf.yaml
    ");
    insta::assert_snapshot!(terminal.read("protos/buf.yaml"), @r"
    version: v2
    lint:
      use:
        - STANDARD
      except:
        # A method that makes or shows a thing replies with that thing.
        - RPC_REQUEST_RESPONSE_UNIQUE
        - RPC_RESPONSE_STANDARD_NAME
        # The methods of the service that is called like its module are the module's own.
        - SERVICE_SUFFIX
      rpc_allow_google_protobuf_empty_requests: true
    breaking:
      use:
        - FILE
    ");
}

#[test]
fn an_application_has_those_of_its_modules_and_of_the_sdk() {
    let terminal = Terminal::with_module();
    let proto = "syntax = \"proto3\";\n\n// Kept as it is.\npackage stock.v1;\n";
    terminal.write("modules/stock/proto/stock/v1/stock.proto", proto);
    insta::assert_snapshot!(terminal.type_lines("export proto protos\nexport proto protos"), @"
    $ sdk-cli export proto protos
    created protos/buf.yaml
    created protos/sdk/v1/catalogues.proto
    created protos/sdk/v1/data.proto
    created protos/sdk/v1/doctor.proto
    created protos/sdk/v1/jobs.proto
    created protos/sdk/v1/migrations.proto
    created protos/sdk/v1/modules.proto
    created protos/sdk/v1/options.proto
    created protos/sdk/v1/schema.proto
    created protos/sdk/v1/seeds.proto
    created protos/stock/v1/stock.proto
    $ sdk-cli export proto protos
    nothing to write: the protos are what they were
    ");
    assert_eq!(terminal.read("protos/stock/v1/stock.proto"), proto);
    terminal.edit("protos/stock/v1/stock.proto", "Kept", "Changed");
    terminal.edit("protos/buf.yaml", "FILE", "WIRE");
    insta::assert_snapshot!(terminal.type_lines("export proto protos"), @"
    $ sdk-cli export proto protos
    changed protos/stock/v1/stock.proto
    ");
}

#[test]
fn two_modules_cannot_have_one_file() {
    let terminal = Terminal::with_module();
    terminal.quietly("new module depot");
    terminal.write("modules/stock/proto/a.proto", "// One.\n");
    terminal.write("modules/depot/proto/a.proto", "// Another.\n");
    insta::assert_snapshot!(terminal.type_lines("export proto protos"), @"
    $ sdk-cli export proto protos
    error: a.proto is in module `stock` and in another one, with other contents
    exit code 1
    ");
    assert!(!terminal.at.join("protos").exists());
}
