//! From what was typed to a request.

use std::{
    io::{BufRead, Read},
    time::Duration,
};

use clap::ArgMatches;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

use crate::{
    call::{Call, Requests},
    command::{Arity, Calls, Flag, JSON, REQUEST, REQUESTS, TIMEOUT},
    human,
    input::{Inputs, Source},
    json, options,
    value::{self, Form},
};

/// The most that is read from a file for one value, in bytes.
const MAX_VALUE_BYTES: u64 = 64 << 20;

/// A command line that was not understood: all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.join("\n       "))]
pub struct UsageError {
    /// What is wrong, each on one line; never empty.
    pub faults: Vec<String>,
}

impl UsageError {
    fn one(fault: impl Into<String>) -> Self {
        Self {
            faults: vec![fault.into()],
        }
    }
}

impl Calls {
    /// Reads the matches of the command that [`Calls::command`] made.
    ///
    /// # Errors
    /// [`UsageError`] names each flag whose value is not of its type, and each
    /// file that cannot be read.
    pub fn parse(&self, matches: &ArgMatches, inputs: &dyn Inputs) -> Result<Call, UsageError> {
        let (named, matches) = self
            .find(matches)
            .map_err(|words| UsageError::one(format!("`{}` is no method", words.join(" "))))?;
        let mut reader = Reader {
            matches,
            inputs,
            stdin_is_read: false,
            faults: Vec::new(),
            warnings: Vec::new(),
        };
        let timeout = reader.timeout();
        let requests = if named.method.is_client_streaming() {
            reader.lines().map(Requests::Lines)
        } else {
            let message = reader.request(&named.method.input(), &self.flags(&named.method));
            Some(Requests::One(message))
        };
        match requests {
            Some(requests) if reader.faults.is_empty() => Ok(Call::new(named, requests)
                .with_json(reader.is_json())
                .with_timeout(timeout)
                .with_warnings(reader.warnings)),
            _ => Err(UsageError {
                faults: reader.faults,
            }),
        }
    }
}

/// Reads matches, and collects what is wrong with them.
struct Reader<'a> {
    matches: &'a ArgMatches,
    inputs: &'a dyn Inputs,
    stdin_is_read: bool,
    faults: Vec<String>,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn is_json(&self) -> bool {
        let json = self.matches.try_get_one::<bool>(JSON);
        json.ok().flatten().copied().unwrap_or(false)
    }

    fn timeout(&mut self) -> Option<Duration> {
        let text = self.text(TIMEOUT)?;
        self.checked("--timeout", human::parse_limit(&text))
    }

    /// The lines of a stream of requests.
    fn lines(&mut self) -> Option<(Source, Box<dyn std::io::BufRead + Send>)> {
        let Some(text) = self.text(REQUESTS) else {
            self.faults.push("`--requests` is missing".to_owned());
            return None;
        };
        let source = Source::new(&text);
        let opened = self.inputs.open(&source);
        let opened = opened.map_err(|error| format!("{source} cannot be read: {error}"));
        let lines = self.checked("--requests", opened)?;
        Some((source, lines))
    }

    fn request(&mut self, desc: &MessageDescriptor, flags: &[Flag]) -> DynamicMessage {
        let whole = self.whole(desc);
        let is_whole = whole.is_some();
        let mut message = whole.unwrap_or_else(|| DynamicMessage::new(desc.clone()));
        for flag in flags {
            let values = self.values(flag);
            let read = if !values.is_empty() {
                self.field(flag, values)
            } else if is_asked_for(flag) && !is_whole {
                match self.asked(flag) {
                    Ok(Some(value)) => Ok(value),
                    Ok(None) => continue,
                    Err(fault) => Err(fault),
                }
            } else {
                continue;
            };
            if let Some(value) = self.checked(&format!("--{}", flag.long), read)
                && let Err(fault) = set(&mut message, &flag.path, value)
            {
                self.faults.push(fault);
            }
        }
        message
    }

    /// What `--request` gives; none if it was not given, or is wrong.
    fn whole(&mut self, desc: &MessageDescriptor) -> Option<DynamicMessage> {
        let text = self.text(REQUEST)?;
        let is_typed = !text.starts_with('@');
        let message = self.resolved(text);
        let message = message.and_then(|bytes| json::read(desc, &bytes));
        let message = self.checked("--request", message);
        match message {
            Some(message) if is_typed && holds_secret(&message) => {
                self.warn(REQUEST, "@FILE");
                Some(message)
            }
            // What follows from its absence is not to be said, too.
            None => Some(DynamicMessage::new(desc.clone())),
            message => message,
        }
    }

    /// Says that a secret stands where others can read it.
    fn warn(&mut self, flag: &str, instead: &str) {
        self.warnings.push(format!(
            "the secret of `--{flag}` stands in the list of processes for every user of this machine: \
             use {instead}"
        ));
    }

    /// What is typed at the terminal for a secret whose flag was not given; none where
    /// nobody can be asked, or who is asked has nothing to say.
    fn asked(&mut self, flag: &Flag) -> Result<Option<Value>, String> {
        match self.inputs.ask(&flag.long) {
            Ok(Some(text)) if !text.is_empty() => {
                value_of(&flag.field().kind(), text.into_bytes()).map(Some)
            }
            Ok(_) => Ok(None),
            Err(error) => Err(format!("the terminal cannot be read: {error}")),
        }
    }

    /// What is typed at the terminal, else the first line of standard input.
    fn line(&mut self, flag: &Flag) -> Result<Vec<u8>, String> {
        let unread = |error: std::io::Error| format!("standard input cannot be read: {error}");
        if let Some(text) = self.inputs.ask(&flag.long).map_err(unread)? {
            return Ok(text.into_bytes());
        }
        self.read_stdin()?;
        let mut bytes = Vec::new();
        let opened = self.inputs.open(&Source::Stdin).map_err(unread)?;
        let mut limited = opened.take(MAX_VALUE_BYTES);
        limited.read_until(b'\n', &mut bytes).map_err(unread)?;
        Ok(without_line_end(bytes))
    }

    /// All that was typed for a field, with its flag or without.
    fn values(&self, flag: &Flag) -> Vec<String> {
        let typed = |id: &str| self.matches.try_get_many::<String>(id).ok().flatten();
        let with_flag = typed(&flag.id());
        let words = flag.positional.then(|| typed(&flag.word_id())).flatten();
        with_flag
            .into_iter()
            .chain(words)
            .flatten()
            .cloned()
            .collect()
    }

    fn field(&mut self, flag: &Flag, texts: Vec<String>) -> Result<Value, String> {
        let kind = flag.field().kind();
        match (flag.arity, &kind) {
            (Arity::Map, Kind::Message(entry)) => {
                let pairs = texts.into_iter().map(|text| self.pair(flag, entry, &text));
                Ok(Value::Map(pairs.collect::<Result<_, _>>()?))
            }
            (Arity::List, _) => {
                let values = texts.into_iter().map(|text| self.value(flag, &kind, text));
                Ok(Value::List(values.collect::<Result<_, _>>()?))
            }
            _ => {
                let text = texts.into_iter().last().unwrap_or_default();
                self.value(flag, &kind, text)
            }
        }
    }

    fn pair(
        &mut self,
        flag: &Flag,
        entry: &MessageDescriptor,
        text: &str,
    ) -> Result<(MapKey, Value), String> {
        let (key, text) = text
            .split_once('=')
            .ok_or_else(|| format!("expected KEY=VALUE, found `{text}`"))?;
        let key = value::map_key(&entry.map_entry_key_field().kind(), key)?;
        let kind = entry.map_entry_value_field().kind();
        let value = self.value(flag, &kind, text.to_owned())?;
        Ok((key, value))
    }

    fn value(&mut self, flag: &Flag, kind: &Kind, text: String) -> Result<Value, String> {
        if flag.secret {
            let bytes = self.secret(flag, text)?;
            return value_of(kind, bytes);
        }
        let bytes = match flag.form {
            Form::Bytes | Form::Json => self.resolved(text)?,
            _ => text.into_bytes(),
        };
        value::parse(kind, bytes)
    }

    /// The bytes of a secret: asked for, from a file, or as they stand.
    fn secret(&mut self, flag: &Flag, text: String) -> Result<Vec<u8>, String> {
        if text == "-" {
            return self.line(flag);
        }
        let from_file = text.starts_with('@') && !text.starts_with("@@");
        if !from_file {
            self.warn(&flag.long, "-, to be asked for it, or @FILE");
        }
        match flag.form {
            Form::Text if from_file => Ok(without_line_end(self.resolved(text)?)),
            Form::Text | Form::Bytes | Form::Json => self.resolved(text),
            _ => Ok(text.into_bytes()),
        }
    }

    /// The text itself, or what stands in the file behind `@`; `@@` is a literal one.
    fn resolved(&mut self, text: String) -> Result<Vec<u8>, String> {
        let Some(rest) = text.strip_prefix('@') else {
            return Ok(text.into_bytes());
        };
        if rest.starts_with('@') {
            return Ok(rest.as_bytes().to_vec());
        }
        let source = Source::new(rest);
        if source == Source::Stdin {
            self.read_stdin()?;
        }
        let unread = |error: std::io::Error| format!("{source} cannot be read: {error}");
        let opened = self.inputs.open(&source).map_err(unread)?;
        let mut bytes = Vec::new();
        let mut limited = opened.take(MAX_VALUE_BYTES + 1);
        limited.read_to_end(&mut bytes).map_err(unread)?;
        if bytes.len() as u64 > MAX_VALUE_BYTES {
            return Err(format!("{source} is longer than {MAX_VALUE_BYTES} bytes"));
        }
        Ok(bytes)
    }

    fn read_stdin(&mut self) -> Result<(), String> {
        if std::mem::replace(&mut self.stdin_is_read, true) {
            return Err("standard input can be read for one value only".to_owned());
        }
        Ok(())
    }

    fn text(&self, id: &str) -> Option<String> {
        let text = self.matches.try_get_one::<String>(id);
        text.ok().flatten().cloned()
    }

    fn checked<T>(&mut self, flag: &str, read: Result<T, String>) -> Option<T> {
        let add = |fault: &String| {
            let fault = crate::text::one_line(fault);
            self.faults.push(format!("`{flag}`: {fault}"));
        };
        read.inspect_err(add).ok()
    }
}

/// Whether a secret is asked for when its flag was not given: where it cannot be told
/// from one that is empty, it is part of the request. One that can be left out is
/// `optional`.
fn is_asked_for(flag: &Flag) -> bool {
    let is_own = flag.path.len() == 1 && flag.arity == Arity::One;
    let has_presence = flag.field().supports_presence();
    flag.secret && is_own && !flag.hidden && !has_presence && flag.form != Form::Bool
}

/// A value of a secret; what does not fit is not shown.
fn value_of(kind: &Kind, bytes: Vec<u8>) -> Result<Value, String> {
    value::parse(kind, bytes).map_err(|_| "is not of its type".to_owned())
}

/// A file with one line ends with its end.
fn without_line_end(mut bytes: Vec<u8>) -> Vec<u8> {
    while bytes
        .last()
        .is_some_and(|last| matches!(last, b'\n' | b'\r'))
    {
        bytes.pop();
    }
    bytes
}

/// Whether a secret field is set, at any depth.
fn holds_secret(message: &DynamicMessage) -> bool {
    message
        .fields()
        .any(|(field, value)| options::is_secret(&field) || is_secret_in(value))
}

fn is_secret_in(value: &Value) -> bool {
    match value {
        Value::Message(message) => holds_secret(message),
        Value::List(values) => values.iter().any(is_secret_in),
        Value::Map(values) => values.values().any(is_secret_in),
        _ => false,
    }
}

/// Sets a field below a message; those above it come to be.
fn set(message: &mut DynamicMessage, path: &[FieldDescriptor], value: Value) -> Result<(), String> {
    let [first, below @ ..] = path else {
        return Ok(());
    };
    if below.is_empty() {
        let set = message.try_set_field(first, value);
        return set.map_err(|error| format!("`{}`: {error}", first.name()));
    }
    match message.get_field_mut(first).as_message_mut() {
        Some(message) => set(message, below, value),
        None => Err(format!("`{}` is no message", first.name())),
    }
}
