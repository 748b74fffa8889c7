//! The words by which a command line calls methods: `MODULE [SERVICE] METHOD`.
//!
//! The module is the first part of the package. The methods of the service that
//! is called like its module (`geo.v1.Geo`, `geo.v1.GeoService`) stand directly
//! below it; other services stand between. Of two things that would get one
//! word, the later goes by its full name.

use std::collections::HashSet;

use heck::ToKebabCase;
use prost_reflect::{DescriptorPool, MethodDescriptor, ServiceDescriptor};

use crate::options::{self, MethodOptions};

/// The service that tells what there is; nobody types its calls.
const REFLECTION: &str = "grpc.reflection.";

/// A method and the words that call it.
#[derive(Debug, Clone)]
pub(crate) struct NamedMethod {
    /// The module.
    pub(crate) module: String,
    /// The service, where it is not called like its module.
    pub(crate) service: Option<String>,
    /// The method.
    pub(crate) word: String,
    pub(crate) method: MethodDescriptor,
    pub(crate) options: MethodOptions,
}

impl NamedMethod {
    /// All words, in the order in which they are typed.
    pub(crate) fn words(&self) -> Vec<&str> {
        let service = self.service.as_deref();
        [Some(&*self.module), service, Some(&*self.word)]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// All methods of a pool, sorted by their words.
pub(crate) fn methods(pool: &DescriptorPool) -> Vec<NamedMethod> {
    let mut services: Vec<_> = pool.services().collect();
    services.retain(|service| !service.full_name().starts_with(REFLECTION));
    // Services that are called like their module come first, so that their
    // methods keep their words.
    services.sort_by_key(|service| (!is_main(service), service.full_name().to_owned()));
    let mut taken = HashSet::new();
    let mut named: Vec<_> = services
        .iter()
        .flat_map(|service| methods_of(service, &mut taken))
        .collect();
    named.sort_by(|one, other| one.words().cmp(&other.words()));
    named
}

/// Words that are taken, by what stands before them.
type Taken = HashSet<Vec<String>>;

fn methods_of(service: &ServiceDescriptor, taken: &mut Taken) -> Vec<NamedMethod> {
    let module = module(service);
    let word = (!is_main(service)).then(|| {
        let short = short_name(service).to_kebab_case();
        free(&[&module], &[&short, service.full_name()], taken)
    });
    let mut before = vec![module.as_str()];
    before.extend(word.as_deref());
    let named = service.methods().map(|method| {
        let options = options::of_method(&method);
        let kebab = method.name().to_kebab_case();
        let wanted = options.name.as_deref().unwrap_or(&kebab);
        NamedMethod {
            module: module.clone(),
            service: word.clone(),
            word: free(&before, &[wanted, &kebab, method.full_name()], taken),
            options,
            method,
        }
    });
    named.collect()
}

/// The first of the words that is free; the last one always is.
fn free(before: &[&str], words: &[&str], taken: &mut Taken) -> String {
    let path = |word: &str| {
        let path = before.iter().chain([&word]);
        path.map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let word = words
        .iter()
        .filter(|word| is_word(word))
        .find(|word| !taken.contains(&path(word)));
    let word = word.or(words.last()).copied().unwrap_or_default();
    taken.insert(path(word));
    word.to_owned()
}

/// Whether it can be typed as a command.
fn is_word(word: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    word.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && word.chars().all(fits)
}

/// The first part of the package, or the service itself where it has none.
fn module(service: &ServiceDescriptor) -> String {
    match service.package_name().split('.').next() {
        Some("") | None => short_name(service).to_kebab_case(),
        Some(first) => first.replace('_', "-"),
    }
}

fn is_main(service: &ServiceDescriptor) -> bool {
    short_name(service).to_kebab_case() == module(service)
}

/// The name without `Service` at its end.
fn short_name(service: &ServiceDescriptor) -> &str {
    let name = service.name();
    match name.strip_suffix("Service") {
        Some(short) if !short.is_empty() => short,
        _ => name,
    }
}
