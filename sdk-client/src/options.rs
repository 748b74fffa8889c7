//! The options of `sdk/v1/options.proto` that say how a command line shows
//! things, read as extensions of whatever the pool has.
//!
//! A pool without them, or one in which they are something else, gives the
//! defaults.

use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, MethodDescriptor, ReflectMessage, Value,
};

use crate::text;

/// How a command line shows a method.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct MethodOptions {
    /// The name of the command, where it is not that of the method.
    pub(crate) name: Option<String>,
    /// Whether help leaves it out.
    pub(crate) hidden: bool,
    /// Which fields of a streamed message tell how far the call has come.
    pub(crate) progress: Option<ProgressFields>,
}

/// Names of fields of a streamed message.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ProgressFields {
    /// Counts what is done.
    pub(crate) done: String,
    /// How much there is in all.
    pub(crate) total: String,
    /// What is being done; empty if no field says so.
    pub(crate) label: String,
}

/// How a command line shows a field of a request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct FieldOptions {
    /// Whether it may be given without its flag.
    pub(crate) positional: bool,
    /// Whether help leaves it out.
    pub(crate) hidden: bool,
    /// What help calls its value.
    pub(crate) value_name: Option<String>,
}

/// The options of a method.
pub(crate) fn of_method(method: &MethodDescriptor) -> MethodOptions {
    let pool = method.parent_pool();
    let options = method.options();
    let command = message(pool, &options, "sdk.v1.command");
    let progress = message(pool, &options, "sdk.v1.progress");
    MethodOptions {
        name: command.as_ref().and_then(|it| text(it, "name")),
        hidden: command.is_some_and(|it| flag(&it, "hidden")),
        progress: progress.map(|it| ProgressFields {
            done: text(&it, "done").unwrap_or_default(),
            total: text(&it, "total").unwrap_or_default(),
            label: text(&it, "label").unwrap_or_default(),
        }),
    }
}

/// The options of a field.
pub(crate) fn of_field(field: &FieldDescriptor) -> FieldOptions {
    let argument = message(field.parent_pool(), &field.options(), "sdk.v1.argument");
    argument.map_or_else(FieldOptions::default, |it| FieldOptions {
        positional: flag(&it, "positional"),
        hidden: flag(&it, "hidden"),
        value_name: text(&it, "value_name"),
    })
}

/// Whether a field's value is never shown.
pub(crate) fn is_secret(field: &FieldDescriptor) -> bool {
    let secret = extension(field.parent_pool(), &field.options(), "sdk.v1.secret");
    secret.and_then(|value| value.as_bool()).unwrap_or(false)
}

fn extension(pool: &DescriptorPool, options: &DynamicMessage, name: &str) -> Option<Value> {
    let extension = pool.get_extension_by_name(name)?;
    // An extension of something else cannot be asked for.
    let fits = extension.containing_message() == options.descriptor();
    (fits && options.has_extension(&extension))
        .then(|| options.get_extension(&extension).into_owned())
}

fn message(pool: &DescriptorPool, options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    extension(pool, options, name)?.as_message().cloned()
}

fn text(message: &DynamicMessage, field: &str) -> Option<String> {
    let value = message.get_field_by_name(field)?;
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(text::one_line)
}

fn flag(message: &DynamicMessage, field: &str) -> bool {
    let value = message.get_field_by_name(field);
    value.and_then(|value| value.as_bool()).unwrap_or(false)
}
