//! The flags of a request: its fields, and those of messages in it by dots.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use crate::{
    options::{self, FieldOptions},
    value::{self, Form},
};

/// How deep messages in messages get flags of their own; deeper ones, and those
/// that contain themselves, are typed as JSON.
const MAX_DEPTH: usize = 4;

/// How many flags a request has at most before messages in it are typed as JSON
/// from a higher level on.
const MAX_FLAGS: usize = 200;

/// How many values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    /// One, or none.
    One,
    /// Any number.
    List,
    /// One for each key.
    Map,
}

/// A field of a request as it is typed.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    /// The fields from the request down to it; never empty.
    pub(crate) path: Vec<FieldDescriptor>,
    /// The flag, without its hyphens.
    pub(crate) long: String,
    /// How a value is typed; of a map, the value behind a key.
    pub(crate) form: Form,
    pub(crate) arity: Arity,
    /// Whether it may stand without its flag.
    pub(crate) positional: bool,
    /// Whether help leaves it out.
    pub(crate) hidden: bool,
    /// Whether its value is never shown.
    pub(crate) secret: bool,
    pub(crate) value_name: String,
    /// What help calls the value where it stands without its flag.
    pub(crate) word_name: String,
}

impl Flag {
    /// The field itself.
    pub(crate) fn field(&self) -> &FieldDescriptor {
        self.path.last().expect("a flag has a field")
    }

    /// By what `clap` knows it; a field is called as it likes.
    pub(crate) fn id(&self) -> String {
        let names: Vec<_> = self.path.iter().map(FieldDescriptor::name).collect();
        format!("field:{}", names.join("."))
    }

    /// By what `clap` knows it where it stands without its flag.
    pub(crate) fn word_id(&self) -> String {
        self.id().replacen("field", "word", 1)
    }

    /// Whether only one of the two can be given: somewhere on their ways they
    /// are different fields of one oneof.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        let parted = self.parted(other);
        parted.is_some_and(|at| {
            let oneof = self.path[at].containing_oneof();
            oneof.is_some_and(|oneof| Some(oneof) == other.path[at].containing_oneof())
        })
    }

    /// How help of this flag names one that it excludes, all of a message as one.
    pub(crate) fn rival(&self, other: &Self) -> String {
        let words: Vec<_> = other.long.split('.').collect();
        let renamed = words.len() - other.path.len();
        let until = self.parted(other).unwrap_or(0) + renamed + 1;
        let rest = if until < words.len() { ".*" } else { "" };
        format!("--{}{rest}", words[..until].join("."))
    }

    /// Where the ways of the two part.
    fn parted(&self, other: &Self) -> Option<usize> {
        let mut steps = self.path.iter().zip(&other.path);
        steps.position(|(one, other)| one != other)
    }
}

/// The flags of a message, in the order of its fields.
pub(crate) fn of_message(message: &MessageDescriptor, reserved: &[String]) -> Vec<Flag> {
    let mut flags = (1..=MAX_DEPTH)
        .rev()
        .find_map(|depth| down_to(message, depth))
        .unwrap_or_default();
    for flag in &mut flags {
        let first = flag.long.split('.').next().unwrap_or_default();
        if reserved.iter().any(|name| name == first) {
            flag.long.insert_str(0, "request.");
        }
    }
    keep_words_unambiguous(&mut flags);
    flags
}

/// The flags down to a depth, unless they are too many. Those of the request's own
/// fields never are.
fn down_to(message: &MessageDescriptor, depth: usize) -> Option<Vec<Flag>> {
    let mut found = Collected {
        flags: Vec::new(),
        depth,
    };
    found.collect(message, &mut Vec::new(), false);
    (depth == 1 || found.flags.len() <= MAX_FLAGS).then_some(found.flags)
}

/// The flags that have been found so far.
struct Collected {
    flags: Vec<Flag>,
    depth: usize,
}

impl Collected {
    fn collect(
        &mut self,
        message: &MessageDescriptor,
        path: &mut Vec<FieldDescriptor>,
        hidden: bool,
    ) {
        let mut fields: Vec<_> = message.fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        for field in fields {
            if self.depth > 1 && self.flags.len() > MAX_FLAGS {
                return;
            }
            let options = options::of_field(&field);
            path.push(field.clone());
            match expanded(&field, path).filter(|_| path.len() < self.depth) {
                Some(below) => self.collect(&below, path, hidden || options.hidden),
                None => self.flags.push(flag(path, hidden, options)),
            }
            path.pop();
        }
    }
}

/// The message whose fields get flags instead of the field itself.
fn expanded(field: &FieldDescriptor, path: &[FieldDescriptor]) -> Option<MessageDescriptor> {
    let Kind::Message(message) = field.kind() else {
        return None;
    };
    let is_plain = !field.is_list() && !field.is_map() && !value::is_well_known(&message);
    let contains_itself = path.iter().any(|above| *above.parent_message() == message);
    (is_plain && !contains_itself && message.fields().len() > 0).then_some(message)
}

fn flag(path: &[FieldDescriptor], hidden: bool, options: FieldOptions) -> Flag {
    let field = &path[path.len() - 1];
    let (arity, kind) = match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            (Arity::Map, entry.map_entry_value_field().kind())
        }
        kind if field.is_list() => (Arity::List, kind),
        kind => (Arity::One, kind),
    };
    let form = Form::of(&kind);
    let secret = options::is_secret(field);
    let word_name = options
        .value_name
        .clone()
        .unwrap_or_else(|| field.name().to_uppercase());
    let value_name = match (options.value_name, arity) {
        (Some(name), _) => name,
        (None, Arity::Map) => "KEY=VALUE".to_owned(),
        (None, _) if secret => "-|@FILE".to_owned(),
        (None, _) => form.value_name().to_owned(),
    };
    let names: Vec<_> = path
        .iter()
        .map(|field| field.name().replace('_', "-"))
        .collect();
    Flag {
        path: path.to_vec(),
        long: names.join("."),
        form,
        arity,
        positional: options.positional && arity != Arity::Map,
        hidden: hidden || options.hidden,
        secret,
        value_name,
        word_name,
    }
}

/// Only the last of the words can be several; others keep their flag alone.
fn keep_words_unambiguous(flags: &mut [Flag]) {
    let last = flags.iter().rposition(|flag| flag.positional);
    for (at, flag) in flags.iter_mut().enumerate() {
        if flag.arity != Arity::One && Some(at) != last {
            flag.positional = false;
        }
    }
}
