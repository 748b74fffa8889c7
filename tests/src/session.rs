//! One user at one terminal in one temporary folder.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

/// A temporary folder and the programs that can be called in it.
pub struct Session {
    folder: TempDir,
    programs: Vec<(String, PathBuf)>,
}

/// What a program left behind.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The exit code; 255 when a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Finished {
    /// Returns what was printed.
    ///
    /// # Panics
    /// When the program failed.
    pub fn success(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Returns what was complained about.
    ///
    /// # Panics
    /// When the program did not end with exit code `code`.
    pub fn failure(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self.stderr
    }

    /// Reads what was printed as JSON.
    ///
    /// # Panics
    /// When the program failed or printed something else.
    pub fn json(self) -> serde_json::Value {
        let text = self.success();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
    }
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
        Finished {
            code: output.status.code().unwrap_or(255),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
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
        let mut child = self
            .command(&format!("{program} serve --addr 127.0.0.1:0"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the host starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut printed = String::new();
        let mut addr = None;
        while !printed.ends_with("ready\n") {
            let line_starts = printed.len();
            let read = stdout.read_line(&mut printed).expect("readable");
            if read == 0 {
                let mut complaint = String::new();
                let mut stderr = child.stderr.take().expect("piped");
                stderr.read_to_string(&mut complaint).expect("readable");
                panic!("the host ended early:\n{printed}\n{complaint}");
            }
            if let Some((_, at)) = printed[line_starts..].split_once("http://") {
                addr = Some(at.trim().trim_end_matches('/').to_owned());
            }
        }
        let addr = addr.expect("the host says where it listens");
        Serving {
            child,
            stdout,
            printed,
            addr,
        }
    }
}

/// A running host; killed when dropped.
pub struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    printed: String,
    addr: String,
}

impl Serving {
    /// Where it listens, `IP:PORT`.
    pub fn addr(&self) -> &str {
        &self.addr
    }

    /// What it printed until it was ready.
    pub fn printed(&self) -> &str {
        &self.printed
    }

    /// Asks it to stop as an operator does and returns all that it printed.
    ///
    /// # Panics
    /// When it does not end with exit code 0.
    pub fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "the signal was not sent"
        );
        self.stdout
            .read_to_string(&mut self.printed)
            .expect("readable");
        let status = self.child.wait().expect("the host ends");
        assert_eq!(status.code(), Some(0), "{}", self.printed);
        std::mem::take(&mut self.printed)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
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
