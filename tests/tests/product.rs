//! Whole-product tests, in one program.

#[path = "product/acme.rs"]
mod acme;
#[path = "product/bad_data.rs"]
mod bad_data;
#[cfg(unix)]
#[path = "product/completion.rs"]
mod completion;
#[path = "product/crash.rs"]
mod crash;
#[path = "product/docs.rs"]
mod docs;
#[path = "product/documents.rs"]
mod documents;
#[path = "product/format_store.rs"]
mod format_store;
#[path = "product/layering.rs"]
mod layering;
#[path = "product/operating.rs"]
mod operating;
#[path = "product/other_languages.rs"]
mod other_languages;
#[path = "product/policy.rs"]
mod policy;
#[path = "product/readme.rs"]
mod readme;
#[path = "product/refusals.rs"]
mod refusals;
#[cfg(target_os = "linux")]
#[path = "product/shapes.rs"]
mod shapes;
#[path = "product/templates.rs"]
mod templates;
#[path = "product/tokens.rs"]
mod tokens;
