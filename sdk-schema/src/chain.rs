//! The chain: the migrations of a module in one small text file, so that two
//! branches that both add a migration conflict in git, not in production.
//!
//! A **link** is the line of one migration: its name, its checksum, and a
//! **sum** over all links up to it. A migration that is added anywhere changes
//! the sum of the last line, and therefore any two additions meet there. The
//! checksum beside it says which file was edited, where the sum would only say
//! that something before it was. `docs/format-migration.md` has the bytes.
//!
//! Parsing fails on the first line that is none, and on a file that git could
//! not merge; [`Recorded`] reads that one too, for whoever mends it.

mod fault;
mod recorded;
#[cfg(test)]
mod tests;

use std::fmt;

use sha2::{Digest, Sha256};

pub use fault::{ChainFault, ChainFileError};
pub use recorded::{Recorded, Side};

use crate::{Checksum, Migration, Name, Stamp};

/// The sum before the first link.
const START: Checksum = Checksum([0; 32]);

/// The migrations of a module, in order, with their checksums.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    /// The lines of the file.
    pub links: Vec<Link>,
}

/// One migration in a chain, written `STAMP_name CHECKSUM SUM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// When the migration was written.
    pub stamp: Stamp,
    /// Its name.
    pub name: Name,
    /// Its checksum, as in the ledger.
    pub checksum: Checksum,
    /// SHA-256 of the sum before, the name as it is written here, and the checksum.
    pub sum: Checksum,
}

impl Chain {
    /// The name of the file, in the folder of migrations.
    pub const FILE: &str = "chain.txt";

    /// The chain of the migrations of a module, given in any order.
    pub fn of<'a>(migrations: impl IntoIterator<Item = &'a Migration>) -> Self {
        let mut migrations: Vec<_> = migrations.into_iter().collect();
        migrations.sort_by_key(|migration| &migration.id);
        let mut sum = START;
        let links = migrations.into_iter().map(|migration| {
            let link = Link::after(sum, migration);
            sum = link.sum;
            link
        });
        Self {
            links: links.collect(),
        }
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, ChainFileError> {
        let recorded = Recorded::read(text)?;
        if !recorded.is_merged() {
            return Err(ChainFileError::Conflict(Box::new(recorded)));
        }
        Ok(Self {
            links: recorded.agreed,
        })
    }

    /// The text of the file of `module`.
    pub fn to_text(&self, module: &Name) -> String {
        let lines = self.links.iter().map(|link| format!("{link}\n"));
        let head = format!(
            "# Kept by sdk-cli. A conflict here means that two branches have added migrations; this mends it: sdk-cli chain {module}\n"
        );
        std::iter::once(head).chain(lines).collect()
    }

    /// What does not agree with the migrations of the module, in the order of
    /// the migrations. Sums are looked at when the lines are right by themselves.
    pub fn check(&self, migrations: &[&Migration]) -> Vec<ChainFault> {
        let mut faults = self.twins();
        for migration in migrations {
            let checksum = migration.checksum();
            match self.link_of(migration) {
                None => faults.push(ChainFault::LineMissing {
                    migration: migration.id.stem(),
                }),
                Some(link) if link.checksum != checksum => faults.push(ChainFault::Edited {
                    migration: link.stem(),
                    recorded: link.checksum,
                    found: checksum,
                }),
                Some(_) => {}
            }
        }
        let gone = self.links.iter().filter(|link| {
            let mut known = migrations.iter();
            !known.any(|migration| link.is_of(migration))
        });
        faults.extend(gone.map(|link| ChainFault::FileMissing {
            migration: link.stem(),
        }));
        if faults.is_empty() {
            faults.extend(self.out_of_order().or_else(|| self.wrong_sum()));
        }
        faults
    }

    fn link_of(&self, migration: &Migration) -> Option<&Link> {
        self.links.iter().find(|link| link.is_of(migration))
    }

    fn twins(&self) -> Vec<ChainFault> {
        let twins = self.links.iter().enumerate().filter(|(position, link)| {
            let before = &self.links[..*position];
            before.iter().any(|other| other.id() == link.id())
        });
        twins
            .map(|(_, link)| ChainFault::LineTwice {
                migration: link.stem(),
            })
            .collect()
    }

    fn out_of_order(&self) -> Option<ChainFault> {
        let mut pairs = self.links.windows(2);
        let pair = pairs.find(|pair| pair[0].id() > pair[1].id())?;
        Some(ChainFault::Order {
            first: pair[0].stem(),
            second: pair[1].stem(),
        })
    }

    fn wrong_sum(&self) -> Option<ChainFault> {
        let mut before = START;
        for link in &self.links {
            let expected = sum(before, &link.stem(), link.checksum);
            if link.sum != expected {
                return Some(ChainFault::Sum {
                    migration: link.stem(),
                    recorded: link.sum,
                    expected,
                });
            }
            before = link.sum;
        }
        None
    }
}

impl Link {
    fn after(before: Checksum, migration: &Migration) -> Self {
        let checksum = migration.checksum();
        Self {
            stamp: migration.id.stamp,
            name: migration.id.name.clone(),
            checksum,
            sum: sum(before, &migration.id.stem(), checksum),
        }
    }

    /// `STAMP_name`, as the file is called.
    pub fn stem(&self) -> String {
        format!("{}_{}", self.stamp, self.name)
    }

    /// Whether it is the link of `migration`, edited or not.
    pub fn is_of(&self, migration: &Migration) -> bool {
        self.id() == (migration.id.stamp, &migration.id.name)
    }

    fn id(&self) -> (Stamp, &Name) {
        (self.stamp, &self.name)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (stamp, name) = words.next()?.split_once('_')?;
        let link = Self {
            stamp: stamp.parse().ok()?,
            name: Name::new(name).ok()?,
            checksum: words.next()?.parse().ok()?,
            sum: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(link)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stamp,
            name,
            checksum,
            sum,
        } = self;
        write!(f, "{stamp}_{name} {checksum} {sum}")
    }
}

/// Both checksums have 32 bytes, so no other parts give the same bytes.
fn sum(before: Checksum, stem: &str, checksum: Checksum) -> Checksum {
    let mut hasher = Sha256::new();
    hasher.update(before.0);
    hasher.update(stem.as_bytes());
    hasher.update(checksum.0);
    Checksum(hasher.finalize().into())
}
