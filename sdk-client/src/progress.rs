//! How far a call has come, as the messages of its stream tell.

use std::fmt;

use prost_reflect::{DynamicMessage, Value};

use crate::{options::ProgressFields, text};

/// How far a call has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How much is done.
    pub done: u64,
    /// How much there is in all; 0 if that is not known.
    pub total: u64,
    /// What is being done, on one line; may be empty.
    pub label: String,
}

impl Progress {
    /// What a message tells by those of its fields.
    pub(crate) fn of(message: &DynamicMessage, fields: &ProgressFields) -> Self {
        let number = |name: &str| {
            let value = message.get_field_by_name(name);
            value.map_or(0, |value| as_count(&value))
        };
        let label = message.get_field_by_name(&fields.label);
        let label = label.as_ref().and_then(|label| label.as_str());
        Self {
            done: number(&fields.done),
            total: number(&fields.total),
            label: text::one_line(label.unwrap_or_default()),
        }
    }

    /// How many tenths of all are done.
    pub(crate) fn tenths(&self) -> u64 {
        self.done.saturating_mul(10) / self.total.max(1)
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            0 => write!(f, "{}", self.done)?,
            total => write!(f, "{} of {total}", self.done)?,
        }
        if self.label.is_empty() {
            return Ok(());
        }
        write!(f, "  {}", self.label)
    }
}

fn as_count(value: &Value) -> u64 {
    match value {
        Value::U32(count) => u64::from(*count),
        Value::U64(count) => *count,
        Value::I32(count) => u64::try_from(*count).unwrap_or(0),
        Value::I64(count) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    }
}
