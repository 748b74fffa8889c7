//! sqlx, as its macro sets it up: the migrations and their checksums are made
//! once, before anything is measured. Each migration has a transaction, its
//! entry in the history included; how long it took is written in another.

use std::path::Path;

use anyhow::Result;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Executor, SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::runtime::Runtime;

use super::{
    contender::{Census, Contender, Opened},
    history::{History, Sql},
    sqlite,
};

pub(super) struct Sqlx {
    migrator: Migrator,
    /// With a write-ahead log that is not synced with each commit.
    is_relaxed: bool,
    runtime: Runtime,
}

impl Sqlx {
    pub(super) fn new(history: &History, is_relaxed: bool) -> Result<Self> {
        let migrations = (1..).zip(&history.sql).map(migration).collect();
        Ok(Self {
            migrator: Migrator::with_migrations(migrations),
            is_relaxed,
            runtime: Runtime::new()?,
        })
    }

    async fn connect(&self, dir: &Path) -> Result<SqliteConnection> {
        let options = SqliteConnectOptions::new()
            .filename(sqlite::file(dir))
            .create_if_missing(true);
        let options = if self.is_relaxed {
            let logged = options.journal_mode(SqliteJournalMode::Wal);
            logged.synchronous(SqliteSynchronous::Normal)
        } else {
            options
        };
        Ok(options.connect().await?)
    }

    async fn run(&self, dir: &Path) -> Result<SqliteConnection> {
        let mut connection = self.connect(dir).await?;
        self.migrator.run(&mut connection).await?;
        Ok(connection)
    }
}

impl Contender for Sqlx {
    fn name(&self) -> &'static str {
        if self.is_relaxed { "sqlx, WAL" } else { "sqlx" }
    }

    fn apply(&self, dir: &Path) -> Result<()> {
        self.runtime.block_on(async {
            let connection = self.run(dir).await?;
            Ok(sqlx::Connection::close(connection).await?)
        })
    }

    fn open(&self, dir: &Path) -> Result<Opened> {
        self.runtime.block_on(async {
            let mut connection = self.connect(dir).await?;
            connection.execute(sqlite::FIRST_STATEMENT).await?;
            Ok(Box::new(connection) as Opened)
        })
    }

    fn restart(&self, dir: &Path) -> Result<Opened> {
        let connection = self.runtime.block_on(self.run(dir))?;
        Ok(Box::new(connection))
    }

    fn census(&self, dir: &Path) -> Result<Census> {
        sqlite::census(dir, "_sqlx_migrations")
    }
}

fn migration((version, migration): (i64, &Sql)) -> Migration {
    Migration::new(
        version,
        migration.name.clone().into(),
        MigrationType::Simple,
        AssertSqlSafe(migration.text.clone()).into_sql_str(),
        false,
    )
}
