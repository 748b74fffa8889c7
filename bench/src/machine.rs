//! What the machine is, and what it does by itself.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// One line about the machine: processor, cores, memory, kernel.
pub(crate) fn description() -> String {
    let processor = field_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = kilobytes("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{processor}, {cores} cores, {} GiB of memory, Linux {}",
        memory >> 20,
        kernel.split('-').next().unwrap_or_default().trim(),
    )
}

/// The most memory that this process has had, in bytes.
pub(crate) fn peak_memory_bytes() -> Result<u64> {
    let peak = kilobytes("/proc/self/status", "VmHWM");
    Ok(peak.context("/proc/self/status has no `VmHWM`")? << 10)
}

/// How many times a second the disk of `dir` takes 256 bytes at the end of a
/// file and says that they are safe.
pub(crate) fn append_rate(dir: &Path, duration: Duration) -> Result<f64> {
    let path = dir.join("append");
    let mut file = File::create(&path)?;
    let start = Instant::now();
    let mut appended = 0_u32;
    while start.elapsed() < duration {
        file.write_all(&[0x5a; 256])?;
        file.sync_data()?;
        appended += 1;
    }
    let rate = f64::from(appended) / start.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok(rate)
}

/// The bytes that the files in a folder take on the disk.
pub(crate) fn disk_bytes(dir: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    /// The unit in which the system counts, whatever the disk's own blocks are.
    const BLOCK_BYTES: u64 = 512;
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            metadata.blocks() * BLOCK_BYTES
        };
    }
    Ok(bytes)
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let value = field_of(file, name)?;
    value.split(' ').next()?.parse().ok()
}

/// The value of the first line `name: value`.
fn field_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
