//! Replies as text and as JSON.
//!
//! * A message with one list of messages, beside scalars and lists of them, is a table.
//!   One of `google.protobuf.Struct` has the columns that a list `fields` beside it names.
//! * Any other message is a line `field  value` for each field that is set,
//!   those of messages in it by dots. An empty one is nothing.
//! * A message of a stream is one line.
//!
//! Text leaves out fields at their default and hides secrets; JSON has all.

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, ReflectMessage,
    Value,
};
use serde_json::{Map, Value as Json};

use crate::{
    human,
    json::{self, Style},
    options, text, value,
};

/// The reply of a call that has one.
pub(crate) fn reply(message: &DynamicMessage, method: &MethodDescriptor, as_json: bool) -> String {
    if as_json {
        return json::text(&json::of_message(message, Style::DOCUMENT), true) + "\n";
    }
    let takes_token = method.input().get_field_by_name("page_token").is_some();
    shown_as_text(message, takes_token)
}

/// A reply as text, whatever method it is of.
#[cfg(any(test, sdk_fuzz))]
pub(crate) fn text(message: &DynamicMessage) -> String {
    shown_as_text(message, true)
}

fn shown_as_text(message: &DynamicMessage, takes_token: bool) -> String {
    match list_field(&message.descriptor()) {
        Some(field) => table(message, &field) + &more(message, &field, takes_token),
        None => lines(message),
    }
}

/// A message of a stream.
pub(crate) fn streamed(message: &DynamicMessage, as_json: bool) -> String {
    if as_json {
        return json::text(&json::of_message(message, Style::DOCUMENT), false) + "\n";
    }
    line(message, &[])
}

/// A message of a stream, without the fields of those names; nothing where
/// no other is set.
pub(crate) fn line(message: &DynamicMessage, without: &[&str]) -> String {
    let mut pairs = Vec::new();
    flatten(message, "", &mut pairs);
    pairs.retain(|(name, _)| !without.contains(&name.as_str()));
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={}", quoted(&value)))
        .collect();
    match pairs.join("  ") {
        line if !line.is_empty() => line + "\n",
        // A message of a stream is a line, even if it says nothing.
        line if without.is_empty() => line + "\n",
        _ => String::new(),
    }
}

/// The list that names the columns of a list of `google.protobuf.Struct`.
const COLUMNS: &str = "fields";

/// The only list of messages in a message whose other fields are scalars or lists of them.
fn list_field(desc: &MessageDescriptor) -> Option<FieldDescriptor> {
    let is_message = |field: &FieldDescriptor| matches!(field.kind(), Kind::Message(_));
    let mut lists = desc
        .fields()
        .filter(|field| field.is_list() && is_message(field));
    let list = lists.next()?;
    let others_are_scalars = desc
        .fields()
        .filter(|field| *field != list)
        .all(|field| !is_message(&field));
    (!value::is_well_known(desc) && others_are_scalars).then_some(list)
}

fn table(message: &DynamicMessage, field: &FieldDescriptor) -> String {
    let value = message.get_field(field);
    let rows: Vec<_> = value
        .as_list()
        .unwrap_or_default()
        .iter()
        .map(row)
        .collect();
    if rows.is_empty() {
        return format!("no {}\n", text::one_line(field.name()).replace('_', " "));
    }
    let titles = columns(message, field).unwrap_or_else(|| titles(field, &rows));
    let cells = |row: &Map<String, Json>| {
        let cells = titles.iter().map(|title| row.get(title));
        cells.map(|value| text::cell(&shown(value))).collect()
    };
    let rows: Vec<Vec<_>> = rows.iter().map(cells).collect();
    let titles: Vec<_> = titles.iter().map(|title| text::cell(title)).collect();
    text::columns(&titles, &rows)
}

/// A row by its columns. What is no message of fields has one column.
fn row(value: &Value) -> Map<String, Json> {
    let Some(message) = value.as_message() else {
        return Map::new();
    };
    let style = Style {
        defaults: true,
        ..Style::SHOWN
    };
    match json::of_message(message, style) {
        Json::Object(mut row) => {
            for field in message.descriptor().fields() {
                if let Some(text) = duration(message, &field) {
                    row.insert(field.name().to_owned(), Json::from(text));
                }
            }
            row
        }
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// The columns that a list beside the rows names, if there is one.
fn columns(message: &DynamicMessage, rows: &FieldDescriptor) -> Option<Vec<String>> {
    let field = columns_field(rows)?;
    let value = message.get_field(&field);
    let names = value.as_list()?.iter().filter_map(Value::as_str);
    let names: Vec<_> = names.map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

fn columns_field(rows: &FieldDescriptor) -> Option<FieldDescriptor> {
    let Kind::Message(desc) = rows.kind() else {
        return None;
    };
    let field = rows.parent_message().get_field_by_name(COLUMNS)?;
    let names_columns = desc.full_name() == "google.protobuf.Struct"
        && field.is_list()
        && field.kind() == Kind::String;
    names_columns.then_some(field)
}

/// The columns: the fields as declared, or the keys of rows that have none.
fn titles(field: &FieldDescriptor, rows: &[Map<String, Json>]) -> Vec<String> {
    match field.kind() {
        Kind::Message(desc) if !value::is_well_known(&desc) => {
            desc.fields().map(|field| field.name().to_owned()).collect()
        }
        _ => {
            let mut titles = Vec::new();
            for key in rows.iter().flat_map(Map::keys) {
                if !titles.contains(key) {
                    titles.push(key.clone());
                }
            }
            titles
        }
    }
}

/// What a table leaves out: the fields beside the list.
fn more(message: &DynamicMessage, rows: &FieldDescriptor, takes_token: bool) -> String {
    let mut pairs = Vec::new();
    let shown = [Some(rows.clone()), columns_field(rows)];
    for field in message.descriptor().fields() {
        if message.has_field(&field) && !shown.contains(&Some(field.clone())) {
            flatten_field(message, &field, "", &mut pairs);
        }
    }
    let next = pairs.iter().position(|(name, _)| name == "next_page_token");
    let next = next.filter(|_| takes_token).map(|at| pairs.remove(at));
    let next = next.map(|(_, token)| format!("more: --page-token {}\n", text::one_line(&token)));
    aligned(&pairs) + &next.unwrap_or_default()
}

/// A line for each field.
fn lines(message: &DynamicMessage) -> String {
    let mut pairs = Vec::new();
    flatten(message, "", &mut pairs);
    aligned(&pairs)
}

fn aligned(pairs: &[(String, String)]) -> String {
    let widths = pairs.iter().map(|(name, _)| name.chars().count());
    let width = widths.max().unwrap_or_default();
    let lines = pairs.iter().map(|(name, value)| {
        let line = format!("{name:width$}  {}", text::one_line(value));
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}

/// The fields that are set, those of messages in it by dots.
fn flatten(message: &DynamicMessage, above: &str, pairs: &mut Vec<(String, String)>) {
    if value::is_well_known(&message.descriptor()) {
        let json = json::of_message(message, Style::SHOWN);
        let empty = matches!(&json, Json::Object(fields) if fields.is_empty());
        if !empty {
            let name = if above.is_empty() { "value" } else { above };
            pairs.push((name.to_owned(), shown(Some(&json))));
        }
        return;
    }
    for field in message.descriptor().fields() {
        if message.has_field(&field) {
            flatten_field(message, &field, above, pairs);
        }
    }
}

fn flatten_field(
    message: &DynamicMessage,
    field: &FieldDescriptor,
    above: &str,
    pairs: &mut Vec<(String, String)>,
) {
    let name = match above {
        "" => text::one_line(field.name()),
        above => format!("{above}.{}", text::one_line(field.name())),
    };
    let value = message.get_field(field);
    match value.as_message() {
        Some(inner) if !options::is_secret(field) && !value::is_well_known(&inner.descriptor()) => {
            flatten(inner, &name, pairs);
        }
        _ => {
            let text = duration(message, field)
                .unwrap_or_else(|| shown(json::field(message, field, Style::SHOWN).as_ref()));
            pairs.push((name, text));
        }
    }
}

/// A duration as people write it.
fn duration(message: &DynamicMessage, field: &FieldDescriptor) -> Option<String> {
    let value = message.get_field(field);
    let inner = value.as_message()?;
    if inner.descriptor().full_name() != "google.protobuf.Duration"
        || !message.has_field(field)
        || options::is_secret(field)
    {
        return None;
    }
    let seconds = inner.get_field_by_name("seconds")?.as_i64()?;
    let nanos = inner.get_field_by_name("nanos")?.as_i32()?;
    Some(human::format_duration((seconds, nanos)))
}

/// A value in a cell or behind its name: texts as they are, lists of scalars with
/// commas between, the rest as JSON.
fn shown(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::Object(fields)) if fields.is_empty() => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(list)) if !list.iter().any(|it| it.is_array() || it.is_object()) => {
            let texts: Vec<_> = list.iter().map(|it| shown(Some(it))).collect();
            texts.join(", ")
        }
        Some(other) => json::text(other, false),
    }
}

/// A value of a line: in quotes where it would not be one word.
fn quoted(value: &str) -> String {
    let plain = !value.is_empty()
        && !value.contains(|letter: char| {
            letter.is_whitespace() || letter.is_control() || letter == '"'
        });
    if plain || value.starts_with(['{', '[']) {
        return text::one_line(value);
    }
    json::text(&Json::from(value), false)
}
