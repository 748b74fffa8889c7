//! Writes the encodings that the fuzzer begins with into the folder that is named.

use std::{env, fs, path::Path};

fn main() -> std::io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "corpus".to_owned());
    fs::create_dir_all(&folder)?;
    for (number, seed) in sdk::store::fuzz::seeds().iter().enumerate() {
        fs::write(Path::new(&folder).join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
