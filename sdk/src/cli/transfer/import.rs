//! `data import`.
//!
//! Lines are read and sent as they come: a file is never in memory here, and the host says
//! when it has more rows than it holds. When a line is not what it should be, the last
//! message is never sent, and nothing is written.

use std::{collections::HashMap, io::BufRead, path::Path};

use anyhow::anyhow;
use sdk_schema::{Schema, TableName};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::Line;
use crate::{
    cli::{CommandError, EXIT_FAILED, Output, Session},
    proto::sdk::v1::{ImportRowsRequest, ImportRowsResponse},
    rpc::{Response, Status},
    seed::{key_of, key_text},
    system::rows::to_struct,
};

/// How many faults are shown; who has more has made one mistake in all lines.
const MAX_FAULTS: usize = 20;

/// How many rows are read ahead of those that are sent.
const AHEAD: usize = 64;

/// Writes all rows of `lines`, or none. `file` is what they are read from.
pub(in crate::cli) async fn import(
    session: &Session<'_>,
    file: &Path,
    lines: Option<Box<dyn BufRead + Send>>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let schema = session.tables().await?;
    let source = source(file);
    let lines = lines.ok_or_else(|| CommandError::usage("there is nothing to import"))?;
    let (sender, rows) = mpsc::channel(AHEAD);
    let (reader_of, named) = (schema, source.clone());
    // Only the last message makes an import of what was sent, and it is sent once every
    // line was found good.
    let reading = tokio::task::spawn_blocking(move || {
        let read = send_all(&reader_of, lines, &sender);
        (read.map_err(|faults| shown(&named, &faults)), sender)
    });
    let mut data = session.data();
    let call = data.import_rows(ReceiverStream::new(rows));
    let answer = finish(call, reading).await.map_err(|error| match error {
        Refused::Here(text) => refusal(anyhow!(text)),
        Refused::There(status) => said(&source, status),
    })?;
    let count = answer.into_inner().imported;
    let document = json!({ "imported": count });
    Ok(out.either(&document, |out| {
        out.line(format_args!("rows: {count} imported"))
    })?)
}

/// Who has refused the rows.
enum Refused {
    /// This program, while it read them.
    Here(String),
    /// The host.
    There(Status),
}

type Reading = tokio::task::JoinHandle<(Result<(), String>, mpsc::Sender<ImportRowsRequest>)>;

/// Waits until everything is read, and for the answer.
async fn finish(
    call: impl Future<Output = Result<Response<ImportRowsResponse>, Status>>,
    reading: Reading,
) -> Result<Response<ImportRowsResponse>, Refused> {
    let mut call = std::pin::pin!(call);
    let sender = tokio::select! {
        // The host may refuse before everything is sent.
        answer = &mut call => return answer.map_err(Refused::There),
        read = reading => match read {
            Ok((Ok(()), sender)) => sender,
            Ok((Err(faults), _)) => return Err(Refused::Here(faults)),
            Err(stopped) => return Err(Refused::Here(stopped.to_string())),
        },
    };
    let last = ImportRowsRequest {
        last: true,
        ..ImportRowsRequest::default()
    };
    let ended = async move {
        // Whoever does not take it has answered already.
        let _ = sender.send(last).await;
    };
    let (answer, ()) = tokio::join!(call, ended);
    answer.map_err(Refused::There)
}

fn source(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

fn refusal(error: anyhow::Error) -> CommandError {
    CommandError::failed(error).hint("nothing was imported")
}

/// What the host says of lines, with the file that they are of.
fn said(source: &str, status: Status) -> CommandError {
    let of_line = |line: &str| match line.strip_prefix("line ") {
        Some(rest) => format!("{source}, line {rest}"),
        None => line.to_owned(),
    };
    let lines: Vec<_> = status.message().lines().map(of_line).collect();
    let error = CommandError::failed(status);
    error
        .with_message(lines.join("\n"))
        .with_exit_code(EXIT_FAILED)
}

/// What is wrong with a line, counted from 1.
struct Fault {
    line: u64,
    /// Where in the line, if it is not the row as a whole.
    column: Option<usize>,
    detail: String,
}

/// Faults as people read them, one on each line.
fn shown(source: &str, faults: &[Fault]) -> String {
    let mut lines: Vec<_> = faults
        .iter()
        .take(MAX_FAULTS)
        .map(|fault| {
            let line = match fault.line {
                0 => String::new(),
                line => format!(", line {line}"),
            };
            let place = fault.column.map(|column| format!(", column {column}"));
            format!(
                "{source}{line}{}: {}",
                place.unwrap_or_default(),
                fault.detail
            )
        })
        .collect();
    if faults.len() > MAX_FAULTS {
        lines.push(format!("and {} lines more", faults.len() - MAX_FAULTS));
    }
    lines.join("\n")
}

/// Reads every line and sends what it says as long as all are good; empty ones are
/// skipped.
fn send_all(
    schema: &Schema,
    lines: Box<dyn BufRead + Send>,
    sender: &mpsc::Sender<ImportRowsRequest>,
) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut keys = Keys::default();
    for (line, text) in (1..).zip(lines.lines()) {
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                let detail = error.to_string();
                let column = None;
                return Err(vec![Fault {
                    line: 0,
                    column,
                    detail,
                }]);
            }
        };
        if text.trim().is_empty() {
            continue;
        }
        match read(schema, &mut keys, line, &text) {
            Ok(message) if faults.is_empty() => {
                // Whoever does not take it has answered already.
                if sender.blocking_send(message).is_err() {
                    return Ok(());
                }
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// The line of each key.
type Keys = HashMap<(TableName, String), u64>;

fn read(
    schema: &Schema,
    keys: &mut Keys,
    line: u64,
    text: &str,
) -> Result<ImportRowsRequest, Fault> {
    let whole = |detail: String| Fault {
        line,
        column: None,
        detail,
    };
    let read: Line = serde_json::from_str(text).map_err(|error| broken(line, &error))?;
    let table = schema.tables.get(&read.table);
    let table = table.ok_or_else(|| whole(format!("the store has no table `{}`", read.table)))?;
    let row = table.row_from_json(&read.row);
    let row = row.map_err(|error| whole(error.to_string()))?;
    // The host looks as well; here all faults of a file are found together.
    let key = key_text(&key_of(table, &row));
    if let Some(first) = keys.insert((read.table.clone(), key.clone()), line) {
        let name = &read.table;
        return Err(whole(format!(
            "key {key} of `{name}` stands in line {first} already"
        )));
    }
    Ok(ImportRowsRequest {
        table: read.table.to_string(),
        row: Some(to_struct(&row)),
        line,
        last: false,
    })
}

/// What the parser says, with the place in front: it counts the one line it sees.
fn broken(line: u64, error: &serde_json::Error) -> Fault {
    let column = error.column();
    let text = error.to_string();
    let place = format!(" at line {} column {column}", error.line());
    Fault {
        line,
        column: Some(column),
        detail: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    }
}
