//! Where a call shows what it gets.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};

use crate::progress::Progress;

/// What a call writes to. The texts are without anything that steers a terminal.
pub trait Terminal: Send {
    /// Writes to standard output, and makes it visible at once.
    ///
    /// # Errors
    /// When it cannot be written. The call ends then.
    fn write(&mut self, text: &str) -> io::Result<()>;

    /// Shows how far a call has come; not on standard output.
    fn progress(&mut self, progress: &Progress);

    /// Takes away what is only shown for as long as the call goes on.
    fn clear(&mut self) {}

    /// Says what is not as it should be, although the call is made; not on standard
    /// output.
    fn warn(&mut self, warning: &str) {
        let _ = warning;
    }
}

/// A terminal of two writers: a bar while there is progress, where the second
/// is a terminal, else a line for each tenth.
#[derive(Debug)]
pub struct Console<O, E> {
    out: O,
    err: E,
    draws: bool,
    bar: Option<ProgressBar>,
    shown: Option<(String, u64)>,
}

impl<O: Write + Send, E: Write + Send> Console<O, E> {
    /// Writes replies to `out`. How far a call has come goes to `err`, or, if
    /// `draws`, is drawn on standard error as a bar.
    pub fn new(out: O, err: E, draws: bool) -> Self {
        Self {
            out,
            err,
            draws,
            bar: None,
            shown: None,
        }
    }

    fn draw(&mut self, progress: &Progress) {
        let bar = self.bar.get_or_insert_with(|| ProgressBar::new(0));
        let template = match progress.total {
            0 => "{human_pos}  {msg}",
            _ => "{bar:30} {human_pos} of {human_len}  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("##-"));
        }
        bar.set_length(progress.total.max(progress.done));
        bar.set_position(progress.done);
        bar.set_message(progress.label.clone());
    }

    fn line(&mut self, progress: &Progress) {
        let shown = (progress.label.clone(), progress.tenths());
        if self.shown.as_ref() != Some(&shown) {
            // How far it has come is not worth failing for.
            let _ = writeln!(self.err, "{progress}");
        }
        self.shown = Some(shown);
    }
}

impl<O: Write + Send, E: Write + Send> Terminal for Console<O, E> {
    fn write(&mut self, text: &str) -> io::Result<()> {
        let Self { out, bar, .. } = self;
        let mut write = || {
            out.write_all(text.as_bytes())?;
            out.flush()
        };
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn progress(&mut self, progress: &Progress) {
        if self.draws {
            self.draw(progress);
        } else {
            self.line(progress);
        }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn warn(&mut self, warning: &str) {
        // Nobody is there who could be told.
        let _ = writeln!(self.err, "warning: {warning}");
    }
}

impl<O, E> Drop for Console<O, E> {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(done: u64, total: u64, label: &str) -> Progress {
        Progress {
            done,
            total,
            label: label.to_owned(),
        }
    }

    #[test]
    fn elsewhere_than_on_a_terminal_each_tenth_is_a_line() {
        let mut err = Vec::new();
        let mut console = Console::new(Vec::new(), &mut err, false);
        for done in 0..=100 {
            console.progress(&progress(done, 100, "rows"));
        }
        console.progress(&progress(7, 0, ""));
        drop(console);
        let text = String::from_utf8(err).unwrap();
        assert_eq!(text.lines().count(), 12, "{text}");
        assert!(
            text.starts_with("0 of 100  rows\n10 of 100  rows\n"),
            "{text}"
        );
        assert!(text.ends_with("100 of 100  rows\n7\n"), "{text}");
    }

    #[test]
    fn a_bar_leaves_what_is_written_alone() {
        let mut out = Vec::new();
        let mut err = Vec::new();
        let mut console = Console::new(&mut out, &mut err, true);
        console.progress(&progress(1, 2, "rows"));
        console.write("found\n").unwrap();
        console.progress(&progress(u64::MAX, 0, ""));
        console.clear();
        drop(console);
        assert_eq!(
            (out.as_slice(), err.as_slice()),
            (&b"found\n"[..], &b""[..])
        );
    }
}
