//! What makes a shell complete a program's commands.
//!
//! [`script`] is what a shell reads when it starts. It knows no word: each time that the
//! key is pressed, it calls the program with [`COMMAND`], the name of the shell and the
//! words so far, and shows what comes back. So a script does not grow old, and what only
//! descriptors know is completed like all else.
//!
//! [`candidates`] gives the words of any `clap` command; those after `call`
//! come from [`Calls::complete`](crate::Calls::complete). Where there is no candidate,
//! the scripts offer files, and behind an `@` files with an `@`.

mod candidates;
mod scripts;
mod unquoted;

pub use candidates::{Candidate, candidates, words_behind};
pub use scripts::script;
pub use unquoted::unquoted;

/// The first word of a command line by which a script asks for candidates.
pub const COMMAND: &str = "__complete";

/// A shell that can be made to complete commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Shell {
    /// Append it to ~/.bashrc
    Bash,
    /// Write it to the file _PROGRAM in a folder of $fpath
    Zsh,
    /// Write it to ~/.config/fish/completions/PROGRAM.fish
    Fish,
}

/// A request of a script: the shell, and the words behind the program, of which the
/// last is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub shell: Shell,
    /// The words; the last one may be empty.
    pub words: Vec<String>,
}

impl Question {
    /// Reads the words behind [`COMMAND`]; none when no script has sent them.
    pub fn new<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Option<Self> {
        let mut words = words.into_iter();
        let name = words.next()?;
        let shell = <Shell as clap::ValueEnum>::from_str(name.as_ref(), false).ok()?;
        let plain = |word: S| match shell {
            // It hands them over as they were typed.
            Shell::Bash => unquoted(word.as_ref()),
            Shell::Zsh | Shell::Fish => word.as_ref().to_owned(),
        };
        Some(Self {
            shell,
            words: words.map(plain).collect(),
        })
    }

    /// The candidates as the shell's script reads them, one a line.
    pub fn answer(&self, candidates: &[Candidate]) -> String {
        let line = |candidate: &Candidate| candidate.line(self.shell) + "\n";
        candidates.iter().map(line).collect()
    }
}
