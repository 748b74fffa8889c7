//! What a check found in SARIF 2.1.0, the format in which code hosts show the
//! findings of tools (OASIS, *Static Analysis Results Interchange Format*).
//!
//! Only what this tool says is here: one run, its rules, and a result for each
//! fault and lint. A lint that is allowed is a result that is suppressed.

use std::path::Path;

use sdk_schema::{LintCode, LintLevel, Place};
use serde::Serialize;

use super::{
    Outcome,
    finding::{Fault, Finding},
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The rule of what a build or a start refuses.
const FAULT: &str = "fault";
/// The folder to which the paths of files are relative: the workspace.
const ROOT: &str = "ROOT";

/// A SARIF file.
#[derive(Serialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finished>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Configuration {
    level: LintLevel,
}

#[derive(Serialize)]
struct Properties {
    category: &'static str,
}

/// A result, as the format calls it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finished {
    rule_id: &'static str,
    rule_index: usize,
    level: LintLevel,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

impl Log {
    pub(super) fn new(outcome: &Outcome) -> Self {
        let faults = outcome.faults.iter().map(of_fault);
        let lints = outcome.findings.iter().map(of_lint);
        Self {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: env!("CARGO_PKG_NAME"),
                        version: env!("CARGO_PKG_VERSION"),
                        rules: rules(),
                    },
                },
                column_kind: "unicodeCodePoints",
                results: faults.chain(lints).collect(),
            }],
        }
    }
}

/// The rule of faults, then one for each code.
fn rules() -> Vec<Rule> {
    let rule = |id, summary: &str, level, category| Rule {
        id,
        short_description: Text {
            text: summary.to_owned(),
        },
        default_configuration: Configuration { level },
        properties: Properties { category },
    };
    let fault = rule(
        FAULT,
        "A build or a start would refuse it",
        LintLevel::Error,
        FAULT,
    );
    let lints = LintCode::all().map(|code| {
        let category = code.category().as_str();
        rule(code.as_str(), code.summary(), code.level(), category)
    });
    std::iter::once(fault).chain(lints).collect()
}

fn of_fault(fault: &Fault) -> Finished {
    let (message, locations) = match fault {
        Fault::InFile(fault) => (&fault.message, vec![location(&fault.file, fault.place)]),
        Fault::Between(message) => (message, Vec::new()),
    };
    Finished {
        rule_id: FAULT,
        rule_index: 0,
        level: LintLevel::Error,
        message: Text {
            text: message.clone(),
        },
        locations,
        suppressions: Vec::new(),
    }
}

fn of_lint(finding: &Finding) -> Finished {
    let lint = &finding.lint;
    let position = LintCode::all().position(|code| code == lint.code);
    let allowed = lint.allowed.iter().map(|reason| Suppression {
        kind: "inSource",
        justification: reason.clone(),
    });
    Finished {
        rule_id: lint.code.as_str(),
        rule_index: position.map_or(0, |position| position + 1),
        level: lint.level(),
        message: Text {
            text: lint.message.clone(),
        },
        locations: vec![location(&finding.file, finding.place)],
        suppressions: allowed.collect(),
    }
}

fn location(file: &Path, place: Option<Place>) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri(file),
                uri_base_id: ROOT,
            },
            region: place.map(|Place { line, column }| Region {
                start_line: line,
                start_column: column,
            }),
        },
    }
}

/// A relative URI (RFC 3986): what is neither unreserved nor a separator is encoded.
fn uri(path: &Path) -> String {
    let parts: Vec<_> = path
        .iter()
        .map(|part| encode(&part.to_string_lossy()))
        .collect();
    parts.join("/")
}

fn encode(part: &str) -> String {
    let bytes = part.bytes().map(|byte| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_relative_uri() {
        assert_eq!(uri(Path::new("a b/ä_1.json")), "a%20b/%C3%A4_1.json");
    }
}
