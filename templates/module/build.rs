//! Checks the folders of the module and embeds them.

fn main() {
    sdk_build::module();
}
