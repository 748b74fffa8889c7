//! refinery on rusqlite, as its macro sets it up: the migrations are made of
//! names and SQL at each start, and each has a transaction, its entry in the
//! history another. Grouped, all of them have one.

use std::path::Path;

use anyhow::{Context, Result};
use refinery::{Migration, Runner};
use rusqlite::Connection;

use super::{
    contender::{Census, Contender, Opened},
    history::{History, Sql},
    sqlite,
};

pub(super) struct Refinery<'a> {
    migrations: &'a [Sql],
    is_grouped: bool,
}

impl<'a> Refinery<'a> {
    pub(super) fn new(history: &'a History, is_grouped: bool) -> Self {
        Self {
            migrations: &history.sql,
            is_grouped,
        }
    }

    fn runner(&self) -> Result<Runner> {
        let migrations = (1..).zip(self.migrations).map(|(version, migration)| {
            let name = format!("V{version}__{}", migration.name);
            Migration::unapplied(&name, &migration.text)
        });
        let migrations = migrations.collect::<Result<Vec<_>, _>>()?;
        Ok(Runner::new(&migrations).set_grouped(self.is_grouped))
    }

    fn run(&self, dir: &Path) -> Result<Connection> {
        let mut connection = Connection::open(sqlite::file(dir))?;
        let report = self.runner()?.run(&mut connection);
        report.context("refinery")?;
        Ok(connection)
    }
}

impl Contender for Refinery<'_> {
    fn name(&self) -> &'static str {
        if self.is_grouped {
            "refinery, grouped"
        } else {
            "refinery"
        }
    }

    fn apply(&self, dir: &Path) -> Result<()> {
        self.run(dir).map(drop)
    }

    fn open(&self, dir: &Path) -> Result<Opened> {
        let connection = Connection::open(sqlite::file(dir))?;
        connection.query_row(sqlite::FIRST_STATEMENT, [], |_| Ok(()))?;
        Ok(Box::new(connection))
    }

    fn restart(&self, dir: &Path) -> Result<Opened> {
        Ok(Box::new(self.run(dir)?))
    }

    fn census(&self, dir: &Path) -> Result<Census> {
        sqlite::census(dir, "refinery_schema_history")
    }
}
