//! How far migrations have come: a bar on a terminal, now and then a line of the
//! log elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::proto::sdk::v1::ApplyResponse;

/// The bar of a run; none as long as nothing runs.
#[derive(Debug)]
pub(super) struct Progress {
    is_terminal: bool,
    bar: Option<ProgressBar>,
    /// The tenths of the rows of a step that have been logged.
    tenths: u64,
}

impl Progress {
    /// Shows on standard error, so that what a command prints can be piped.
    pub(super) fn new() -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            bar: None,
            tenths: 0,
        }
    }

    /// Shows what a run has come to.
    pub(super) fn show(&mut self, run: &ApplyResponse) {
        if !self.is_terminal {
            return self.log(run);
        }
        let template = if run.counts_rows {
            "{bar:30} {human_pos} of {human_len} rows  {msg}"
        } else {
            "{bar:30} {pos}/{len} migrations  {msg}"
        };
        self.set(template, run.done, run.total, run.label.clone());
    }

    /// Logs each tenth of the rows of a step.
    fn log(&mut self, run: &ApplyResponse) {
        if !run.counts_rows {
            self.tenths = 0;
            return;
        }
        let (done, of) = (run.done, run.total);
        let tenths = done.saturating_mul(10) / of.max(1);
        if tenths > self.tenths {
            tracing::info!("{}: {done} of {of} rows", run.label);
        }
        self.tenths = tenths;
    }

    /// Takes the bar away.
    pub(super) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn set(&mut self, template: &str, done: u64, of: u64, message: String) {
        let bar = self.bar.get_or_insert_with(|| ProgressBar::new(of));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("##-"));
        }
        bar.set_length(of.max(done));
        bar.set_position(done);
        bar.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
