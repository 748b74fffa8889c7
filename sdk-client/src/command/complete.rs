//! What a word that is being typed may become.

use super::Calls;
use crate::completion::{Candidate, candidates};

impl Calls {
    /// What the last of the words after `call` may become: commands, flags, or
    /// values of a flag. It may be empty; what is hidden is left out.
    pub fn complete<S: AsRef<str>>(&self, words: &[S]) -> Vec<Candidate> {
        candidates(&self.command("call"), words)
    }
}
