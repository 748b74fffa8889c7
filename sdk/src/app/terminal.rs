//! Standard output and standard error, and what happens when nobody reads them.
//!
//! A reader that has seen enough (`data export | head -1`) is no failure: the
//! command ends, quietly. Output that is lost otherwise, as on a full disk, is.

use std::io::{self, BufWriter, ErrorKind, Write};

use super::ending::Ending;
use crate::cli::CommandError;

/// Standard output of a command; remembers the first failure to write there.
pub(super) struct Terminal<W: Write> {
    writer: BufWriter<W>,
    failure: Option<ErrorKind>,
}

impl<W: Write> Terminal<W> {
    pub(super) fn new(stdout: W) -> Self {
        Self {
            writer: BufWriter::new(stdout),
            failure: None,
        }
    }

    /// Writes what is left and returns how the command ended, all considered.
    fn finish(mut self, ending: Ending) -> Ending {
        if let Some(failure) = self.failure {
            // The command failed because it could not go on writing.
            return lost(failure);
        }
        match self.flush() {
            Err(error) if ending.exit_code == 0 => lost(error.kind()),
            _ => ending,
        }
    }

    /// Writes what is left, complains, and returns the exit code.
    pub(super) fn end(self, ending: Ending) -> u8 {
        let ending = self.finish(ending);
        if !ending.complaint.is_empty() {
            // There is no third place to say that this failed.
            let _ = writeln!(io::stderr(), "{}", ending.complaint);
        }
        ending.exit_code
    }

    fn remember<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| self.failure = self.failure.or(Some(error.kind())))
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes);
        self.remember(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.writer.flush();
        self.remember(flushed)
    }
}

/// How a command ended whose output was lost.
fn lost(failure: ErrorKind) -> Ending {
    match failure {
        ErrorKind::BrokenPipe => Ending::default(),
        failure => Err(CommandError::failed(anyhow::anyhow!(
            "standard output cannot be written: {failure}"
        )))
        .into(),
    }
}

/// Prints a line of `serve`. A host serves on when nobody reads along.
pub(super) fn say(line: impl std::fmt::Display) {
    let mut stdout = io::stdout().lock();
    // Flushed, because a supervisor waits for it.
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place that takes nothing.
    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn failed() -> Ending {
        Err(CommandError::failed(anyhow::anyhow!("no such thing"))).into()
    }

    /// How a command ends that prints `bytes` bytes to a closed place.
    fn check(failure: ErrorKind, bytes: usize, ending: Ending) -> (u8, String) {
        let mut terminal = Terminal::new(Closed(failure));
        // The command sees the failure as soon as the buffer is full.
        let _ = terminal.write_all(&vec![b'x'; bytes]);
        let ending = terminal.finish(ending);
        (ending.exit_code, ending.complaint)
    }

    #[test]
    fn a_reader_that_is_gone_is_no_failure() {
        let quiet = (0, String::new());
        assert_eq!(check(ErrorKind::BrokenPipe, 10, Ending::default()), quiet);
        assert_eq!(check(ErrorKind::BrokenPipe, 100_000, failed()), quiet);
    }

    #[test]
    fn a_command_that_failed_by_itself_says_so_although_nobody_reads_its_output() {
        let (code, complaint) = check(ErrorKind::BrokenPipe, 10, failed());
        assert_eq!((code, complaint.as_str()), (1, "error: no such thing"));
    }

    #[test]
    fn output_that_is_lost_is_a_failure() {
        let (code, complaint) = check(ErrorKind::StorageFull, 10, Ending::default());
        assert_eq!(code, 1);
        insta::assert_snapshot!(complaint, @"error: standard output cannot be written: no storage space");
    }
}
