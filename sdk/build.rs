//! Compiles the protos of the system services.

fn main() {
    sdk_build::built_in();
}
