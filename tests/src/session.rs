//! One user at one terminal in one temporary folder.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{Finished, Running, Serving};

/// A temporary folder and the programs that can be called in it.
pub struct Session {
    folder: TempDir,
    programs: Vec<(String, PathBuf)>,
}

impl Session {
    /// A new folder in which the program of each package can be called by its name.
    ///
    /// # Panics
    /// When the folder cannot be made or a package does not build.
    pub fn new(packages: &[&str]) -> Self {
        let programs = packages
            .iter()
            .map(|name| ((*name).to_owned(), crate::build(name)));
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            programs: programs.collect(),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the folder, and the folders above it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders");
        std::fs::write(path, content).expect("a file");
    }

    /// Runs a line of words as a user types it; quotes keep words together.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn run(&self, line: &str) -> Finished {
        self.run_with_input(line, "")
    }

    /// Runs a line with `input` on its standard input.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn run_with_input(&self, line: &str, input: &str) -> Finished {
        let mut child = self
            .command(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("piped");
        // A program that reads nothing may be gone already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("the program ends");
        output.into()
    }

    /// The command that a line names, not yet started.
    ///
    /// # Panics
    /// When the line is empty.
    pub fn command(&self, line: &str) -> Command {
        let words = words(line);
        let (program, arguments) = words.split_first().expect("a line has a program");
        let known = self.programs.iter().find(|(name, _)| name == program);
        let mut command = Command::new(known.map_or(Path::new(program), |(_, path)| path));
        command.args(arguments).current_dir(self.path());
        command
    }

    /// Starts `PROGRAM serve` on a free port and returns once it is ready.
    ///
    /// # Panics
    /// When it ends before that.
    pub fn serve(&self, program: &str) -> Serving {
        Serving::wait(self.start(&format!("{program} serve --addr 127.0.0.1:0")))
    }

    /// The same with its data in another folder than `data`.
    ///
    /// # Panics
    /// When it ends before that.
    pub fn serve_in(&self, program: &str, folder: &str) -> Serving {
        let line = format!("{program} serve --addr 127.0.0.1:0 --data {folder}");
        Serving::wait(self.start(&line))
    }

    /// Starts a line of words as a user types it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(&self, line: &str) -> Running {
        Running::start(&mut self.command(line))
    }

    /// Lets every `cargo` in the folder use the target folder of the applications
    /// that tests write, so that the SDK and what it depends on is compiled once,
    /// and no network.
    ///
    /// # Panics
    /// When the file that says so cannot be written.
    pub fn share_builds(&self) {
        let target = crate::apps().display().to_string();
        let config = format!(
            "[build]\ntarget-dir = '{target}'\n[net]\noffline = true\n[term]\nquiet = true\n"
        );
        self.write(".cargo/config.toml", config);
    }
}

/// Splits a line into words at spaces outside of double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().expect("never empty").push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
