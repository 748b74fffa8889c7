//! How far migrations have come: a bar on a terminal, now and then a line of the
//! log elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::migrate::Event;

/// The bar of a run; none as long as nothing runs.
#[derive(Debug)]
pub(super) struct Progress {
    is_terminal: bool,
    bar: Option<ProgressBar>,
    /// How many migrations are done, and how many there are.
    done: (usize, usize),
    /// The tenths of the rows of a step that have been logged.
    tenths: u64,
}

impl Progress {
    /// Shows on standard error, so that what a command prints can be piped.
    pub(super) fn new() -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            bar: None,
            done: (0, 0),
            tenths: 0,
        }
    }

    /// Shows what a run has come to.
    pub(super) fn show(&mut self, event: &Event<'_>) {
        match event {
            event if !self.is_terminal => self.log(event),
            Event::Begins {
                migration,
                number,
                of,
            } => {
                self.done = (number - 1, *of);
                self.count(migration.to_string());
            }
            Event::Rows {
                migration,
                step,
                done,
                of,
            } => {
                let (number, migrations) = (self.done.0 + 1, self.done.1);
                let message = format!("{number}/{migrations} {migration}, `{step}`");
                self.set(
                    "{bar:30} {human_pos} of {human_len} rows  {msg}",
                    *done,
                    *of,
                    message,
                );
            }
            Event::Applied(applied) => {
                self.done.0 += 1;
                self.count(applied.id.to_string());
            }
            _ => {}
        }
    }

    /// Logs each tenth of the rows of a step.
    fn log(&mut self, event: &Event<'_>) {
        match event {
            Event::Begins { .. } => self.tenths = 0,
            Event::Rows {
                migration,
                step,
                done,
                of,
            } => {
                let tenths = done.saturating_mul(10) / (*of).max(1);
                if tenths > self.tenths {
                    tracing::info!(%migration, %step, "{done} of {of} rows");
                }
                self.tenths = tenths;
            }
            _ => {}
        }
    }

    /// Takes the bar away.
    pub(super) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn count(&mut self, message: String) {
        let (done, of) = self.done;
        let [done, of] = [done, of].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        self.set("{bar:30} {pos}/{len} migrations  {msg}", done, of, message);
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
