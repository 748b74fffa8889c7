//! `data dump`: the entries of the trees, undecoded.

use serde::Serialize;

use crate::{
    cli::{CommandError, Output},
    host::Host,
};

/// A line of a dump; bytes are in hexadecimal.
#[derive(Serialize)]
struct Line<'a> {
    tree: &'a str,
    key: String,
    value: String,
}

/// Writes the entries of tables, or everything, as they are at one moment.
pub(in crate::cli) async fn dump(
    host: &Host,
    tables: &[String],
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let tables: Vec<_> = tables.iter().map(String::as_str).collect();
    host.store()
        .read(async |tx| {
            tx.dump(&tables, |entry| {
                let line = Line {
                    tree: entry.tree,
                    key: hex(entry.key),
                    value: hex(entry.value),
                };
                out.line(serde_json::to_string(&line)?)?;
                Ok::<_, CommandError>(())
            })
        })
        .await
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)] as char);
    bytes.iter().flat_map(digits).collect()
}
