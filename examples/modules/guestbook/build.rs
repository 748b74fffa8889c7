//! Checks and embeds the folders of the module.

fn main() {
    sdk_build::module();
}
