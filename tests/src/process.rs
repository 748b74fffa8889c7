//! Programs while they run and once they have ended.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

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
    /// Runs a command to its end.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn of(command: &mut Command) -> Self {
        command.output().expect("the program starts").into()
    }

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

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: code(output.status),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(255)
}

/// A running program; killed when dropped.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    printed: String,
}

impl Running {
    /// Starts a command.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            child,
            stdout,
            printed: String::new(),
        }
    }

    /// Waits for the next line that it prints; none once it has ended.
    ///
    /// # Panics
    /// When that is not text.
    pub fn line(&mut self) -> Option<&str> {
        let start = self.printed.len();
        self.stdout
            .read_line(&mut self.printed)
            .expect("what it prints is text");
        let line = &self.printed[start..];
        (!line.is_empty()).then(|| line.trim_end())
    }

    /// Waits for a line with `part` in it and returns that line.
    ///
    /// # Panics
    /// When it ends before that.
    pub fn line_with(&mut self, part: &str) -> String {
        while let Some(line) = self.line() {
            if line.contains(part) {
                return line.to_owned();
            }
        }
        let complaint = self.complaint();
        panic!("it ended without `{part}`:\n{}\n{complaint}", self.printed);
    }

    /// What it has printed so far.
    pub fn printed(&self) -> &str {
        &self.printed
    }

    /// Its process id, valid until it is finished or dropped.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When what it prints is not text.
    pub fn finish(mut self) -> Finished {
        self.stdout
            .read_to_string(&mut self.printed)
            .expect("what it prints is text");
        let stderr = self.complaint();
        Finished {
            code: code(self.child.wait().expect("it ends")),
            stdout: std::mem::take(&mut self.printed),
            stderr,
        }
    }

    /// All that it complains about until its end.
    fn complaint(&mut self) -> String {
        let mut complaint = String::new();
        let mut stderr = self.child.stderr.take().expect("taken once, at the end");
        stderr
            .read_to_string(&mut complaint)
            .expect("what it complains about is text");
        complaint
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal, such as `TERM`, to a process.
///
/// # Panics
/// When there is nobody to take it.
pub fn signal(id: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &id.to_string()])
        .status();
    assert!(
        sent.is_ok_and(|status| status.success()),
        "the signal was not sent"
    );
}

/// More than the frames that keep a connection of HTTP/2, and less than a call.
#[cfg(target_os = "linux")]
const UPKEEP_BYTES: u64 = 60;

/// A host that is ready; killed when dropped.
pub struct Serving {
    program: Running,
    addr: String,
}

impl Serving {
    /// Waits until a host that was started is ready.
    ///
    /// # Panics
    /// When it ends before that.
    pub fn wait(mut program: Running) -> Self {
        let listening = program.line_with("http://");
        let addr = listening.rsplit("http://").next().unwrap_or_default();
        let addr = addr.trim_end_matches('/').to_owned();
        while program.line_with("ready") != "ready" {}
        Self { program, addr }
    }

    /// Where it listens, `IP:PORT`.
    pub fn addr(&self) -> &str {
        &self.addr
    }

    /// What it printed until it was ready.
    pub fn printed(&self) -> &str {
        self.program.printed()
    }

    /// Halts it, as a machine that hangs would: it keeps its connections and answers nothing.
    ///
    /// # Panics
    /// When it has ended.
    pub fn halt(&self) {
        signal(self.program.id(), "STOP");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// When it has ended.
    pub fn go_on(&self) {
        signal(self.program.id(), "CONT");
    }

    /// Waits until somebody calls it while it is halted: a call is more than the few
    /// bytes by which a connection that is idle is kept.
    ///
    /// # Panics
    /// When nobody does within a minute.
    #[cfg(target_os = "linux")]
    pub fn wait_for_callers(&self) {
        let (_, port) = self.addr.rsplit_once(':').expect("IP:PORT");
        let local = format!(":{:04X}", port.parse::<u16>().expect("a port"));
        // /proc/net/tcp: `sl local_address rem_address st tx_queue:rx_queue …`
        let unread = |line: &str| {
            let words: Vec<_> = line.split_whitespace().collect();
            let [_, own, _, "01", queues, ..] = words[..] else {
                return 0;
            };
            let (_, unread) = queues.split_once(':').unwrap_or_default();
            let is_of_host = own.ends_with(&local);
            u64::from_str_radix(unread, 16).map_or(0, |bytes| bytes * u64::from(is_of_host))
        };
        let patience = Instant::now() + Duration::from_mins(1);
        while Instant::now() < patience {
            let sockets = std::fs::read_to_string("/proc/net/tcp").expect("a list of sockets");
            if sockets.lines().any(|line| unread(line) > UPKEEP_BYTES) {
                return;
            }
            std::thread::yield_now();
        }
        panic!("nobody calls {}", self.addr);
    }

    /// Ends it as a power cut would.
    pub fn kill(self) {
        drop(self);
    }

    /// Asks it to stop as an operator does and returns all that it printed.
    ///
    /// # Panics
    /// When it does not end with exit code 0.
    pub fn stop(self) -> String {
        self.finish().success()
    }

    /// Asks it to stop as an operator does and returns all that it left behind.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn finish(self) -> Finished {
        self.end("TERM")
    }

    /// Asks it to stop as Ctrl-C does and returns all that it printed.
    ///
    /// # Panics
    /// When it does not end with exit code 0.
    pub fn interrupt(self) -> String {
        self.end("INT").success()
    }

    fn end(self, name: &str) -> Finished {
        signal(self.program.id(), name);
        self.program.finish()
    }
}
