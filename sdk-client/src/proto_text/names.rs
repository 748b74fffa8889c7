//! The shortest name of a type that means it where it stands.

use prost_reflect::DescriptorPool;

/// How a type is written inside of `scope`, such as a message or a package: below
/// its package, or in full; never by half of its package.
pub(super) fn shortest(pool: &DescriptorPool, scope: &str, target: &str, package: &str) -> String {
    let starts = target.rmatch_indices('.').map(|(at, _)| at + 1).chain([0]);
    let starts = starts.filter(|start| *start == 0 || *start > package.len());
    let mut names = starts.map(|start| &target[start..]);
    let found = names.find(|name| means(pool, scope, name) == Some(target.to_owned()));
    found.map_or_else(|| format!(".{target}"), str::to_owned)
}

/// What a name means: the innermost scope that has its first part decides.
fn means(pool: &DescriptorPool, scope: &str, name: &str) -> Option<String> {
    let first = name.split('.').next()?;
    let ends = scope.rmatch_indices('.').map(|(at, _)| at);
    let scopes = [scope.len()].into_iter().chain(ends);
    let scopes = scopes.map(|end| &scope[..end]).chain([""]);
    let mut qualified = scopes.map(|scope| (join(scope, first), join(scope, name)));
    let found = qualified.find(|(first, _)| exists(pool, first));
    found.map(|(_, whole)| whole)
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        return name.to_owned();
    }
    format!("{scope}.{name}")
}

/// Whether there is a type or a package of that name.
fn exists(pool: &DescriptorPool, name: &str) -> bool {
    pool.get_message_by_name(name).is_some()
        || pool.get_enum_by_name(name).is_some()
        || pool.files().any(|file| {
            let rest = file.package_name().strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
}
