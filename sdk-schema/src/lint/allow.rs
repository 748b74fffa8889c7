//! What a migration's file allows, and what is wrong with that.

use super::{Lint, LintCode, LintContext};
use crate::{Allowance, Migration};

/// Marks the lints that the file allows, and adds what is wrong with its allowances.
pub(super) fn apply(
    migration: &Migration,
    context: LintContext<'_>,
    mut lints: Vec<Lint>,
) -> Vec<Lint> {
    let mut wrong = Vec::new();
    for (position, allowance) in migration.allow.iter().enumerate() {
        let Some(code) = code_of(allowance) else {
            wrong.push(unknown(allowance));
            continue;
        };
        if allowance.reason.trim().is_empty() {
            wrong.push(empty(code));
            continue;
        }
        let earlier = &migration.allow[..position];
        let is_repeated = earlier.iter().any(|other| other.lint == allowance.lint);
        let mut is_used = false;
        for lint in lints.iter_mut().filter(|lint| lint.code == code) {
            is_used = true;
            lint.allowed.get_or_insert_with(|| allowance.reason.clone());
        }
        if is_repeated || (!is_used && is_known(code, context)) {
            wrong.push(unused(code, is_repeated));
        }
    }
    lints.extend(wrong);
    lints
}

fn code_of(allowance: &Allowance) -> Option<LintCode> {
    LintCode::from_word(&allowance.lint).filter(|code| code.can_be_allowed())
}

/// Whether the lint would have been found if it were there.
fn is_known(code: LintCode, context: LintContext<'_>) -> bool {
    match code {
        LintCode::LateStamp => context.newest_known.is_some(),
        LintCode::UntestedStep => context.tested_steps.is_some(),
        _ => true,
    }
}

fn unknown(allowance: &Allowance) -> Lint {
    let word = &allowance.lint;
    let message = if LintCode::from_word(word).is_some() {
        format!("`allow` names `{word}`, which cannot be allowed; remove the entry")
    } else {
        let known = LintCode::all().filter(|code| code.can_be_allowed());
        let known: Vec<_> = known.map(LintCode::as_str).collect();
        format!(
            "`allow` names `{word}`, which is no lint; expected {}",
            known.join(", ")
        )
    };
    Lint::new(LintCode::UnknownAllowance, message)
}

fn empty(code: LintCode) -> Lint {
    let message = format!(
        "`allow` gives no reason for `{code}`, so it is not allowed; say why it is right here"
    );
    Lint::new(LintCode::EmptyReason, message)
}

fn unused(code: LintCode, is_repeated: bool) -> Lint {
    let found = if is_repeated {
        "a second time"
    } else {
        "but has none"
    };
    let message = format!("`allow` names `{code}` {found}; remove the entry");
    Lint::new(LintCode::UnusedAllowance, message)
}
