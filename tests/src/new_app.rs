//! An application that `sdk-cli` writes, and its author at a terminal in it.

use std::{fs, path::PathBuf, process::Command};

use crate::{Finished, Running, Serving, Session, apps, workspace_root};

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
        let sdk = workspace_root().display();
        Self::on(name, &format!("--sdk-path {sdk}"), lines)
    }

    /// The same for an application that uses the SDK which `source` names.
    ///
    /// # Panics
    /// When a line fails.
    pub fn on(name: &'static str, source: &str, lines: &[&str]) -> Self {
        let session = Session::new(&["sdk-cli"]);
        session.share_builds();
        session
            .run(&format!("sdk-cli new app {name} {source}"))
            .success();
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

    /// Builds it.
    ///
    /// # Panics
    /// When it does not build, or not without a warning.
    pub fn builds_without_a_warning(&self) {
        let built = self.run("cargo build");
        assert!(!built.stderr.contains("warning"), "{}", built.stderr);
        built.success();
    }

    /// Runs its program, once it is built, with these words.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn host(&self, words: &str) -> Finished {
        self.run(&format!("{} {words}", self.name))
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

    /// Starts a line as a user types it in the folder of the application.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(&self, line: &str) -> Running {
        Running::start(&mut self.command(line))
    }

    /// Starts a host with these words and variables, and returns once it is ready.
    ///
    /// # Panics
    /// When it ends before that.
    pub fn serve(&self, line: &str, variables: &[(&str, &str)]) -> Serving {
        let mut command = self.command(line);
        command.envs(variables.iter().copied());
        Serving::wait(Running::start(&mut command))
    }

    /// Runs a line as a user types it in the folder of the application.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn run(&self, line: &str) -> Finished {
        Finished::of(&mut self.command(line))
    }
}

/// The folder of the application vanishes, and what was linked of it is large.
impl Drop for NewApp {
    fn drop(&mut self) {
        let linked = format!("{}-", self.name);
        let programs = fs::read_dir(apps().join("debug/deps"));
        for program in programs.into_iter().flatten().flatten() {
            if program.file_name().to_string_lossy().starts_with(&linked) {
                // Another run of the tests may have removed it.
                let _ = fs::remove_file(program.path());
            }
        }
    }
}
