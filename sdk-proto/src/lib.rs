//! The protos of a module: compiled without `protoc`, held to their rules, turned into Rust.
