//! Reading and writing ARB files.

use std::fmt;

use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value as Json};

use super::{
    Arb, ArbFault, ArbFaultKind, ArbFaults, ArbMessage, Locale, Place, Placeholder, is_identifier,
};
use crate::message::MessagePattern;

const LOCALE: &str = "@@locale";

/// The members of a JSON object in their order, those of one name included.
struct Members(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of messages")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// What stands behind `@key`.
#[derive(Default, Serialize, Deserialize)]
struct Description {
    #[serde(
        rename = "description",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    placeholders: IndexMap<String, Placeholder>,
    #[serde(flatten)]
    attributes: Map<String, Json>,
}

/// Collects the faults of one file.
struct FileReader<'a> {
    file: &'a str,
    faults: Vec<ArbFault>,
}

pub(super) fn parse(file_name: &str, text: &str) -> Result<Arb, ArbFaults> {
    let mut reader = FileReader {
        file: file_name,
        faults: Vec::new(),
    };
    let locale = reader.locale(file_name);
    let members = reader.members(text);
    let arb = match (locale, members) {
        (Some(locale), Some(members)) => Some(reader.arb(locale, members)),
        _ => None,
    };
    match arb {
        Some(arb) if reader.faults.is_empty() => Ok(arb),
        _ => {
            reader.faults.sort_by_key(|fault| fault.place);
            Err(ArbFaults(reader.faults))
        }
    }
}

impl FileReader<'_> {
    fn fault(&mut self, place: Option<Place>, key: Option<&str>, kind: ArbFaultKind) {
        self.faults.push(ArbFault {
            file: self.file.to_owned(),
            place,
            key: key.map(str::to_owned),
            kind,
        });
    }

    fn locale(&mut self, file_name: &str) -> Option<Locale> {
        let Some(stem) = file_name.strip_suffix(".arb") else {
            self.fault(None, None, ArbFaultKind::Extension);
            return None;
        };
        Locale::new(stem)
            .map_err(|error| self.fault(None, None, ArbFaultKind::FileName(error)))
            .ok()
    }

    /// The members with their places; the later one of two with one key is left out.
    fn members(&mut self, text: &str) -> Option<IndexMap<String, (Place, Json)>> {
        let Members(members) = match serde_json::from_str(text) {
            Ok(members) => members,
            Err(error) => {
                let place = place_of(&error, text);
                let detail = without_place(&error);
                self.fault(Some(place), None, ArbFaultKind::Json(detail));
                return None;
            }
        };
        let mut by_key = IndexMap::new();
        for ((key, value), place) in members.into_iter().zip(key_places(text)) {
            if let Some((first, _)) = by_key.get(&key) {
                let Place { line, .. } = *first;
                let kind = ArbFaultKind::Duplicate { first_line: line };
                self.fault(Some(place), Some(&key), kind);
            } else {
                by_key.insert(key, (place, value));
            }
        }
        Some(by_key)
    }

    fn arb(&mut self, locale: Locale, members: IndexMap<String, (Place, Json)>) -> Arb {
        let mut arb = Arb::new(locale);
        self.check_locale(&arb.locale, members.get(LOCALE));
        let mut descriptions = IndexMap::new();
        for (key, (place, value)) in members {
            if key.starts_with("@@") {
                if key != LOCALE {
                    arb.metadata.insert(key, value);
                }
            } else if let Some(described) = key.strip_prefix('@') {
                descriptions.insert(described.to_owned(), (place, value));
            } else if let Some(message) = self.message(&key, place, value) {
                arb.messages.insert(key, message);
            }
        }
        for (key, (place, value)) in descriptions {
            self.describe(&mut arb, &key, place, value);
        }
        self.check_messages(&arb);
        arb
    }

    fn check_locale(&mut self, locale: &Locale, found: Option<&(Place, Json)>) {
        let expected = locale.to_string();
        match found {
            None => self.fault(None, None, ArbFaultKind::LocaleMissing { expected }),
            Some((_, Json::String(found))) if *found == expected => {}
            Some((place, found)) => {
                let found = found.to_string();
                let kind = ArbFaultKind::LocaleOther { found, expected };
                self.fault(Some(*place), None, kind);
            }
        }
    }

    fn message(&mut self, key: &str, place: Place, value: Json) -> Option<ArbMessage> {
        if !is_identifier(key) {
            self.fault(Some(place), Some(key), ArbFaultKind::Key);
        }
        let Json::String(text) = value else {
            let found = value.to_string().chars().take(60).collect();
            self.fault(Some(place), Some(key), ArbFaultKind::NotText { found });
            return None;
        };
        Some(ArbMessage {
            text,
            place: Some(place),
            ..ArbMessage::default()
        })
    }

    fn describe(&mut self, arb: &mut Arb, key: &str, place: Place, value: Json) {
        let Some(message) = arb.messages.get_mut(key) else {
            let key = key.to_owned();
            return self.fault(Some(place), None, ArbFaultKind::Undescribed { key });
        };
        match Description::deserialize(value) {
            Ok(found) => {
                message.description = found.text;
                message.placeholders = found.placeholders;
                message.attributes = found.attributes;
            }
            Err(error) => {
                let kind = ArbFaultKind::Description(error.to_string());
                self.fault(Some(place), Some(key), kind);
            }
        }
    }

    fn check_messages(&mut self, arb: &Arb) {
        for (key, message) in &arb.messages {
            for kind in message_faults(message, &arb.locale) {
                self.fault(message.place, Some(key), kind);
            }
        }
    }
}

fn message_faults(message: &ArbMessage, locale: &Locale) -> Vec<ArbFaultKind> {
    let pattern = match MessagePattern::parse(&message.text) {
        Ok(pattern) => pattern,
        Err(faults) => return faults.into_iter().map(ArbFaultKind::Message).collect(),
    };
    let unreachable = pattern.unreachable_plurals(locale);
    let mut faults: Vec<_> = unreachable.into_iter().map(ArbFaultKind::Message).collect();
    if let Err(described) = message.arguments_of(&pattern) {
        faults.extend(described);
    }
    faults
}

/// Where the parser stopped; it counts bytes.
fn place_of(error: &serde_json::Error, text: &str) -> Place {
    let line = text.lines().nth(error.line().saturating_sub(1));
    let starts = line.unwrap_or_default().char_indices();
    let column = starts.take_while(|(start, _)| *start < error.column());
    Place {
        line: error.line().max(1),
        column: column.count().max(1),
    }
}

/// What is wrong without the place, which the fault shows in its own way.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Where the keys of the outermost object stand in `text`, which is valid JSON.
fn key_places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let (mut depth, mut key_comes) = (0_usize, false);
    let (mut in_string, mut escaped) = (false, false);
    let mut place = Place { line: 1, column: 0 };
    for c in text.chars() {
        place.column += 1;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => {
                if depth == 1 && key_comes && !in_string {
                    places.push(place);
                    key_comes = false;
                }
                in_string = !in_string;
            }
            _ if in_string => {}
            '{' | '[' => {
                depth += 1;
                key_comes = depth == 1;
            }
            '}' | ']' => depth = depth.saturating_sub(1),
            ',' => key_comes = depth == 1,
            '\n' => {
                place.line += 1;
                place.column = 0;
            }
            _ => {}
        }
    }
    places
}

pub(super) fn to_text(arb: &Arb) -> String {
    let mut file = Map::new();
    file.insert(LOCALE.to_owned(), arb.locale.as_str().into());
    file.extend(arb.metadata.clone());
    for (key, message) in &arb.messages {
        file.insert(key.clone(), message.text.as_str().into());
        let description = description(message);
        if description
            .as_object()
            .is_some_and(|fields| !fields.is_empty())
        {
            file.insert(format!("@{key}"), description);
        }
    }
    format!("{:#}\n", Json::Object(file))
}

fn description(message: &ArbMessage) -> Json {
    serde_json::to_value(Description {
        text: message.description.clone(),
        placeholders: message.placeholders.clone(),
        attributes: message.attributes.clone(),
    })
    .expect("a description is made of strings and maps of them")
}
