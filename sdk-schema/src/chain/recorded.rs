//! What a chain says that git may have left unmerged.

use super::{ChainFileError, Link};

/// How much of a line is worth showing.
const SHOWN_CHARS: usize = 40;

/// The lines of a chain, and those of both sides of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// The lines outside of conflicts.
    pub agreed: Vec<Link>,
    /// What git calls ours.
    pub ours: Side,
    /// What git calls theirs.
    pub theirs: Side,
    /// The lines before both sides, which git shows when it is asked to.
    base: Vec<Link>,
    conflicts: usize,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// What git calls it: a branch, or `HEAD`.
    pub label: String,
    /// Its lines.
    pub links: Vec<Link>,
}

/// Where in a conflict a line stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Agreed,
    Ours,
    Base,
    Theirs,
}

impl Recorded {
    /// Reads a chain with or without git's marks of a conflict.
    ///
    /// # Errors
    /// The first line that is neither a link, a comment nor such a mark.
    pub fn read(text: &str) -> Result<Self, ChainFileError> {
        let mut recorded = Self::default();
        let mut at = At::Agreed;
        for (line, number) in text.lines().zip(1..) {
            if let Some(next) = recorded.mark(line, at) {
                at = next;
            } else if !line.is_empty() && !line.starts_with('#') {
                let link = Link::parse(line).ok_or_else(|| ChainFileError::Line {
                    line: number,
                    found: line.chars().take(SHOWN_CHARS).collect(),
                })?;
                recorded.lines_at(at).push(link);
            }
        }
        Ok(recorded)
    }

    /// Whether git left no conflict in it.
    pub fn is_merged(&self) -> bool {
        self.conflicts == 0
    }

    /// All lines that hold, those of both sides included.
    pub fn all(&self) -> impl Iterator<Item = &Link> {
        let sides = self.ours.links.iter().chain(&self.theirs.links);
        self.agreed.iter().chain(sides)
    }

    /// The migrations that each side has and the other has not, in words.
    pub fn describe_sides(&self) -> String {
        let [ours, theirs] = [(&self.ours, &self.theirs), (&self.theirs, &self.ours)]
            .map(|(side, other)| format!("`{}` has {}", side.label, side.alone(other)));
        format!("{ours}; {theirs}")
    }

    /// Where the lines after a mark stand, if `line` is one.
    fn mark(&mut self, line: &str, at: At) -> Option<At> {
        if let Some(label) = marked(line, "<<<<<<<") {
            self.conflicts += 1;
            label.clone_into(&mut self.ours.label);
            Some(At::Ours)
        } else if at == At::Agreed {
            None
        } else if marked(line, "|||||||").is_some() {
            Some(At::Base)
        } else if marked(line, "=======").is_some() {
            Some(At::Theirs)
        } else if let Some(label) = marked(line, ">>>>>>>") {
            label.clone_into(&mut self.theirs.label);
            Some(At::Agreed)
        } else {
            None
        }
    }

    fn lines_at(&mut self, at: At) -> &mut Vec<Link> {
        match at {
            At::Agreed => &mut self.agreed,
            At::Ours => &mut self.ours.links,
            At::Base => &mut self.base,
            At::Theirs => &mut self.theirs.links,
        }
    }
}

impl Side {
    /// The migrations of this side that the other has not, in words.
    fn alone(&self, other: &Self) -> String {
        let mut alone = self.links.iter().filter(|link| {
            let mut others = other.links.iter();
            !others.any(|other| other.id() == link.id())
        });
        let Some(first) = alone.next() else {
            return "none of its own".to_owned();
        };
        let rest = alone.map(|link| format!(", `{}`", link.stem()));
        std::iter::once(format!("`{}`", first.stem()))
            .chain(rest)
            .collect()
    }
}

/// What follows a mark of git's at the head of a line.
fn marked<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(mark)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim())
}
