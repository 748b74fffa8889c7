//! What the targets share: where they begin.

use std::{fs, io, path::Path};

/// Writes the encodings that a fuzzer begins with into its corpus, before it
/// reads that.
///
/// # Panics
/// When they cannot be written.
pub fn plant(target: &str, seeds: &[Vec<u8>]) {
    write(&Path::new("corpus").join(target), seeds)
        .expect("the corpus is a folder that can be written");
}

fn write(folder: &Path, seeds: &[Vec<u8>]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
