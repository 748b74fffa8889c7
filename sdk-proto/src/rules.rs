//! What a host would refuse of compiled protos.

use prost_reflect::{DynamicMessage, FileDescriptor, Kind, MethodDescriptor, Value};
use sdk_schema::{BUILT_IN_MODULE, Name};

use crate::{Fault, OPTIONS_NAME, compile::Compiled, place};

/// The option of a method that says who may call it.
const POLICY: &str = "sdk.v1.policy";
/// The option of a method that says how its stream tells how far it has come.
const PROGRESS: &str = "sdk.v1.progress";

/// Checks the module's own files.
pub(crate) fn check(module: &Name, compiled: &Compiled) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    for file in compiled.own_files() {
        let name = file.name();
        if name.starts_with("google/") || name == OPTIONS_NAME {
            continue;
        }
        faults.extend(check_package(module, &file));
        for method in file
            .services()
            .flat_map(|it| it.methods().collect::<Vec<_>>())
        {
            faults.extend(check_policy(&method));
            faults.extend(check_progress(&method));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// `blog.v1` in `blog/v1/…`.
fn check_package(module: &Name, file: &FileDescriptor) -> Option<Fault> {
    let package = file.package_name();
    let fault = |message: String| {
        Some(Fault::in_proto(
            file.name(),
            place::of_package(file),
            message,
        ))
    };
    let version = package
        .strip_prefix(module.as_str())
        .and_then(|rest| rest.strip_prefix('.'));
    let versioned = version.is_some_and(is_version);
    if !versioned {
        let found = if package.is_empty() { "none" } else { package };
        return fault(format!(
            "package `{found}`: expected the module's name and a version, such as `{module}.v1`"
        ));
    }
    let folder = package.replace('.', "/");
    let stands_in = file.name().rsplit_once('/').map(|(folder, _)| folder);
    if stands_in != Some(&folder) {
        return fault(format!(
            "a file of package `{package}` stands in proto/{folder}"
        ));
    }
    None
}

/// `v1`, `v2`, `v1beta1`: a word of its own, so that a later one can stand beside it.
fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('v').unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_ascii_lowercase())
}

fn option(method: &MethodDescriptor, name: &str) -> Option<DynamicMessage> {
    let extension = method.parent_pool().get_extension_by_name(name)?;
    let options = method.options();
    if !options.has_extension(&extension) {
        return None;
    }
    options.get_extension(&extension).as_message().cloned()
}

/// A method says who may call it: exactly one thing, and a true one.
fn check_policy(method: &MethodDescriptor) -> Option<Fault> {
    let name = method.full_name();
    let fault = |message: String| {
        let file = method.parent_file();
        Some(Fault::in_proto(
            file.name(),
            place::of_method(method),
            message,
        ))
    };
    let Some(policy) = option(method, POLICY) else {
        return fault(format!(
            "method `{name}` has no policy: say who may call it, such as \
             `option ({POLICY}) = {{signed_in: true}};` (with import \"{OPTIONS_NAME}\")"
        ));
    };
    let Some((field, value)) = policy.fields().next() else {
        return fault(format!(
            "method `{name}`: its policy is empty: expected one of public, signed_in, role, permission"
        ));
    };
    match value {
        Value::Bool(true) => None,
        Value::String(text) if is_grant(text) => None,
        Value::String(text) => fault(format!(
            "method `{name}`: {} `{text}`: expected lower-case words with dots between, such as `{}.write`",
            field.name(),
            module_of(method)
        )),
        _ => fault(format!(
            "method `{name}`: a policy of {} = false says nothing: expected true, or another policy",
            field.name()
        )),
    }
}

fn module_of(method: &MethodDescriptor) -> String {
    let package = method.parent_file().package_name().to_owned();
    let module = package.split('.').next().unwrap_or(BUILT_IN_MODULE);
    module.to_owned()
}

/// A role or a permission: `operator`, `campaign.pledge`.
fn is_grant(text: &str) -> bool {
    text.split('.').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    })
}

/// Progress is told by numbers of the streamed message.
fn check_progress(method: &MethodDescriptor) -> Option<Fault> {
    let progress = option(method, PROGRESS)?;
    let fault = |message: String| {
        let file = method.parent_file();
        let message = format!("method `{}`: {message}", method.full_name());
        Some(Fault::in_proto(
            file.name(),
            place::of_method(method),
            message,
        ))
    };
    if !method.is_server_streaming() {
        return fault("progress is told by a stream, and it returns none".to_owned());
    }
    for (field, value) in progress.fields() {
        let named = value.as_str().unwrap_or_default();
        let is_number = field.name() != "label";
        let found = method.output().get_field_by_name(named);
        let fits = found.is_some_and(|found| match found.kind() {
            Kind::String => !is_number,
            Kind::Uint32 | Kind::Uint64 | Kind::Int32 | Kind::Int64 => is_number,
            _ => false,
        });
        if !fits {
            let expected = if is_number { "a number" } else { "a text" };
            return fault(format!(
                "progress by {} = `{named}`: expected a field of `{}` that holds {expected}",
                field.name(),
                method.output().full_name()
            ));
        }
    }
    None
}
