//! The works: what is measured, in what unit, and what must be reached.

mod load;
mod open;
mod read;
mod write;

pub(crate) use load::{LoadOptions, load};

use anyhow::Result;

use super::{
    engine::{FJALL, NATIVE_DB, OURS, OURS_UNLOGGED, RAW_REDB, SQLITE},
    ground::Ground,
};

/// Something that every engine does in turn.
pub(crate) struct Work {
    /// What `--only` calls it.
    pub name: &'static str,
    /// The engines that do it.
    pub engines: &'static [&'static str],
    /// What one turn measures.
    pub measures: &'static [Measure],
    pub rounds: Rounds,
    /// Whether a round that is not counted comes first.
    pub is_warmed: bool,
    /// One turn of the engine at that place: a value for each measure, none
    /// where the engine cannot.
    pub turn: fn(&mut Ground, Turn) -> Result<Vec<Option<f64>>>,
}

/// How many rounds a work has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rounds {
    /// One: what is measured is the same each time, or takes long.
    One,
    /// So many for each one that was asked for: turns are short, so that what the
    /// disk does meanwhile meets all engines alike.
    Times(usize),
}

impl Rounds {
    /// How many there are when so many were asked for.
    pub(crate) fn count(self, asked: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Times(times) => asked * times,
        }
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// The place of the engine in the list.
    pub engine: usize,
    pub round: usize,
}

/// One value that a work has.
pub(crate) struct Measure {
    pub title: &'static str,
    pub unit: Unit,
    pub targets: &'static [Target],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Less is better.
    Seconds,
    /// More is better.
    PerSecond,
    /// Less is better.
    Bytes,
}

/// What the store must reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// At most so many times what the peer takes.
    Cost { peer: &'static str, at_most: f64 },
    /// At least so many times as fast as the peer.
    Speed { peer: &'static str, at_least: f64 },
}

impl Unit {
    /// How many times as good `ours` is.
    pub(crate) fn advantage(self, ours: f64, peer: f64) -> f64 {
        match self {
            Self::Seconds | Self::Bytes => peer / ours,
            Self::PerSecond => ours / peer,
        }
    }
}

const ALL: &[&str] = &[OURS, OURS_UNLOGGED, RAW_REDB, NATIVE_DB, SQLITE, FJALL];

/// Those that differ when they read.
const READERS: &[&str] = &[OURS, RAW_REDB, NATIVE_DB, SQLITE, FJALL];

const fn speed(peer: &'static str, at_least: f64) -> Target {
    Target::Speed { peer, at_least }
}

const fn cost(peer: &'static str, at_most: f64) -> Target {
    Target::Cost { peer, at_most }
}

/// A work whose turn has one measure.
const fn simple(
    name: &'static str,
    measures: &'static [Measure],
    turn: fn(&mut Ground, Turn) -> Result<Vec<Option<f64>>>,
) -> Work {
    Work {
        name,
        engines: ALL,
        measures,
        rounds: Rounds::Times(1),
        is_warmed: false,
        turn,
    }
}

/// A work that inserts, with so many writers.
const fn inserts(
    name: &'static str,
    measures: &'static [Measure],
    turn: fn(&mut Ground, Turn) -> Result<Vec<Option<f64>>>,
) -> Work {
    Work {
        rounds: Rounds::Times(4),
        ..simple(name, measures, turn)
    }
}

/// All works, in the order in which they are done: those that read come before
/// those that change what is read.
pub(crate) const WORKS: &[Work] = &[
    simple(
        "load",
        &[
            Measure {
                title: "bulk load",
                unit: Unit::PerSecond,
                targets: &[speed(NATIVE_DB, 3.0), speed(SQLITE, 0.8)],
            },
            Measure {
                title: "most memory during the load",
                unit: Unit::Bytes,
                targets: &[],
            },
        ],
        load::turn,
    ),
    Work {
        engines: &[OURS, OURS_UNLOGGED],
        rounds: Rounds::One,
        ..simple(
            "growth",
            &[
                Measure {
                    title: "bulk load of ten times as many",
                    unit: Unit::PerSecond,
                    targets: &[],
                },
                Measure {
                    title: "most memory during that load",
                    unit: Unit::Bytes,
                    targets: &[],
                },
            ],
            load::growth,
        )
    },
    Work {
        rounds: Rounds::One,
        ..simple(
            "size",
            &[
                Measure {
                    title: "file after the load",
                    unit: Unit::Bytes,
                    targets: &[cost(SQLITE, 1.5)],
                },
                Measure {
                    title: "file after compacting",
                    unit: Unit::Bytes,
                    targets: &[cost(SQLITE, 1.5)],
                },
            ],
            load::size,
        )
    },
    Work {
        engines: READERS,
        is_warmed: true,
        ..simple(
            "get",
            &[Measure {
                title: "get by key",
                unit: Unit::Seconds,
                targets: &[
                    cost(RAW_REDB, 1.25),
                    speed(NATIVE_DB, 2.5),
                    speed(SQLITE, 1.0),
                ],
            }],
            read::get,
        )
    },
    Work {
        engines: READERS,
        is_warmed: true,
        ..simple(
            "unique",
            &[Measure {
                title: "get by unique index",
                unit: Unit::Seconds,
                targets: &[speed(NATIVE_DB, 2.0), speed(SQLITE, 1.0)],
            }],
            read::get_unique,
        )
    },
    Work {
        engines: READERS,
        is_warmed: true,
        ..simple(
            "scan",
            &[Measure {
                title: "scan 1,000 rows by index",
                unit: Unit::Seconds,
                targets: &[speed(NATIVE_DB, 3.0), speed(SQLITE, 1.0)],
            }],
            read::scan,
        )
    },
    simple(
        "update",
        &[Measure {
            title: "update one field of 100,000 rows",
            unit: Unit::PerSecond,
            targets: &[speed(NATIVE_DB, 3.0)],
        }],
        write::update,
    ),
    inserts(
        "insert-1",
        &[Measure {
            title: "durable inserts, 1 writer",
            unit: Unit::PerSecond,
            targets: &[cost(RAW_REDB, 1.15)],
        }],
        |ground, turn| write::insert(ground, turn, 1),
    ),
    inserts(
        "insert-8",
        &[Measure {
            title: "durable inserts, 8 writers",
            unit: Unit::PerSecond,
            targets: &[],
        }],
        |ground, turn| write::insert(ground, turn, 8),
    ),
    inserts(
        "insert-64",
        &[Measure {
            title: "durable inserts, 64 writers",
            unit: Unit::PerSecond,
            targets: &[speed(NATIVE_DB, 4.0), speed(SQLITE, 2.0)],
        }],
        |ground, turn| write::insert(ground, turn, 64),
    ),
    inserts(
        "insert-256",
        &[Measure {
            title: "durable inserts, 256 writers",
            unit: Unit::PerSecond,
            targets: &[],
        }],
        |ground, turn| write::insert(ground, turn, 256),
    ),
    Work {
        engines: &[OURS, OURS_UNLOGGED],
        ..inserts(
            "feed",
            &[Measure {
                title: "durable inserts, 64 writers, 8 feeds of what is logged",
                unit: Unit::PerSecond,
                targets: &[speed(OURS_UNLOGGED, 0.85)],
            }],
            |ground, turn| write::insert_followed(ground, turn, 64, 8),
        )
    },
    Work {
        engines: &[OURS, RAW_REDB],
        ..simple(
            "open",
            &[
                Measure {
                    title: "open a large database and read a row",
                    unit: Unit::Seconds,
                    targets: &[cost(RAW_REDB, 1.5)],
                },
                Measure {
                    title: "its size",
                    unit: Unit::Bytes,
                    targets: &[],
                },
            ],
            open::turn,
        )
    },
];
