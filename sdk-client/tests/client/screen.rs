//! What a person would see.

use std::io::{self, Write};

use prost_reflect::DescriptorPool;
use sdk_client::{CallError, Calls, Connection, Console, Server};

use crate::descriptors::{Memory, POOL};

/// A screen in front of a server.
pub(crate) struct Screen {
    pub(crate) calls: Calls,
    pub(crate) connection: Connection,
    pub(crate) files: Memory,
}

impl Screen {
    /// In front of that server.
    pub(crate) async fn of(server: &Server) -> Self {
        Self::with_pool(server, POOL.clone()).await
    }

    /// In front of that server, with another pool.
    pub(crate) async fn with_pool(server: &Server, pool: DescriptorPool) -> Self {
        Self {
            calls: Calls::new(pool),
            connection: server.connect().await.unwrap(),
            files: Memory::default(),
        }
    }

    /// In front of that connection.
    pub(crate) fn of_connection(connection: Connection) -> Self {
        Self {
            calls: Calls::new(POOL.clone()),
            connection,
            files: Memory::default(),
        }
    }

    /// Types words after `call`, and returns what is then on the screen.
    pub(crate) async fn call(&self, words: &str) -> String {
        let words: Vec<_> = words.split_whitespace().collect();
        self.call_until(&words, std::future::pending()).await
    }

    /// The same, until somebody interrupts it.
    pub(crate) async fn call_until(
        &self,
        words: &[&str],
        stop: impl Future<Output = ()>,
    ) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = Console::new(&mut out, &mut err, false);
        let ended = self.run(words, &mut console, stop).await;
        drop(console);
        let failure = ended.err().map(|error| {
            let code = error.exit_code();
            format!("{error}exit code {code}\n")
        });
        text(out) + &text(err) + &failure.unwrap_or_default()
    }

    /// The same on any terminal.
    pub(crate) async fn run(
        &self,
        words: &[&str],
        terminal: &mut dyn sdk_client::Terminal,
        stop: impl Future<Output = ()>,
    ) -> Result<(), CallError> {
        let words = ["call"].into_iter().chain(words.iter().copied());
        let matches = self.calls.command("call").try_get_matches_from(words);
        let matches = matches.unwrap_or_else(|error| panic!("{error}"));
        let call = self.calls.parse(&matches, &self.files)?;
        call.run(self.connection.clone(), terminal, stop).await
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A writer whose reader has gone.
pub(crate) struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
