//! How long a host takes to say what can be typed.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::rounds::Samples;

/// Milliseconds from the start of `program --help` to its end; none if it does not start.
pub(super) fn measure(program: &Path, times: usize) -> Samples {
    let mut samples = Samples::default();
    for _ in 0..times {
        let began = Instant::now();
        let mut command = Command::new(program);
        command
            .arg("--help")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            samples.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    samples
}
