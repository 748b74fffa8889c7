//! What the targets share: where they begin.

use std::{fs, io, path::Path};

/// Writes the encodings that a fuzzer begins with into its corpus, before it
/// reads that.
///
/// # Panics
/// When they cannot be written.
pub fn plant(target: &str) {
    write(&Path::new("corpus").join(target)).expect("the corpus is a folder that can be written");
}

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, seed) in sdk::store::fuzz::seeds().iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
