//! An application that `sdk-cli` writes, and its author at a terminal in it.

use std::{fs, path::PathBuf, process::Command};

use crate::{Finished, Session, apps, workspace_root};

/// A new application. Each has its own name: the programs lie side by side.
pub struct NewApp {
    session: Session,
    name: &'static str,
}

impl NewApp {
    /// Writes the application `name`, which uses the SDK of this workspace, and
    /// types these lines after `sdk-cli`.
    ///
    /// # Panics
    /// When a line fails.
    pub fn made_by(name: &'static str, lines: &[&str]) -> Self {
        let session = Session::new(&["sdk-cli"]);
        session.share_builds();
        let sdk = workspace_root().display();
        let line = format!("sdk-cli new app {name} --sdk-path {sdk}");
        session.run(&line).success();
        let app = Self { session, name };
        // What is locked here has been fetched: the build needs no network.
        fs::copy(workspace_root().join("Cargo.lock"), app.file("Cargo.lock")).expect("a lock file");
        for line in lines {
            app.run(&format!("sdk-cli {line}")).success();
        }
        app
    }

    /// A file of the application.
    pub fn file(&self, file: &str) -> PathBuf {
        self.session.path().join(self.name).join(file)
    }

    /// Writes a file of the application.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &str, text: &str) {
        self.session.write(&format!("{}/{file}", self.name), text);
    }

    /// Replaces a piece of a file and returns the file as it was.
    ///
    /// # Panics
    /// When the file does not have it.
    pub fn edit(&self, file: &str, from: &str, to: &str) -> String {
        let text = fs::read_to_string(self.file(file)).expect("a file");
        assert!(text.contains(from), "`{from}` in:\n{text}");
        self.write(file, &text.replace(from, to));
        text
    }

    /// The command that a line names, in the folder of the application; its
    /// own program is known by name once it is built.
    pub fn command(&self, line: &str) -> Command {
        let own = line.strip_prefix(self.name).map(|words| {
            let program = apps().join("debug").join(self.name);
            format!("{}{words}", program.display())
        });
        let mut command = self.session.command(own.as_deref().unwrap_or(line));
        command.current_dir(self.file(""));
        command
    }

    /// Runs a line as a user types it in the folder of the application.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn run(&self, line: &str) -> Finished {
        Finished::of(&mut self.command(line))
    }
}
