//! `token new`, `token list`, `token remove`: the tokens of callers, in a file of the host.
//!
//! They are no calls: who can write the file can do all that a token could allow, and a
//! token must be made before anybody can call. A running host reads the file again.

use std::{collections::BTreeSet, path::Path};

use sdk_schema::Timestamp;
use serde_json::{Value as Json, json};

use super::{
    CommandError, Output, TokenCommand,
    output::moment,
    parse::{Moment, NewToken},
};
use crate::{
    rpc::{Caller, Methods, Policy},
    server::identity::{
        TokenEntry, TokenState, TokensError, change_tokens, is_token_name, new_token,
        token_entries, token_hash,
    },
    system,
};

/// What a command says besides what it was asked for: for standard error.
pub(crate) type Remarks = Vec<String>;

/// Carries out a command about the tokens in `file`.
pub(crate) fn run(
    command: &TokenCommand,
    file: &Path,
    methods: &Methods,
    now: Timestamp,
    out: &mut Output<'_>,
) -> Result<Remarks, CommandError> {
    match command {
        TokenCommand::New(new) => make(new, file, methods, now, out),
        TokenCommand::List => list(file, now, out).map(|()| Remarks::new()),
        TokenCommand::Remove { name } => remove(name, file, out).map(|()| Remarks::new()),
    }
}

/// What to do about a file of tokens that cannot be used.
pub(crate) fn refused(error: TokensError) -> CommandError {
    let hint = match &error {
        TokensError::Wide { path, .. } => Some(format!("chmod 600 {}", path.display())),
        TokensError::File { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
            let path = path.display();
            Some(format!("`token new NAME --tokens {path}` makes it"))
        }
        _ => None,
    };
    let refused = CommandError::failed(error);
    match hint {
        Some(hint) => refused.hint(hint),
        None => refused,
    }
}

fn make(
    new: &NewToken,
    file: &Path,
    methods: &Methods,
    now: Timestamp,
    out: &mut Output<'_>,
) -> Result<Remarks, CommandError> {
    let token = new_token();
    let entry = entry(new, &token, now)?;
    add(&entry, file)?;
    let document = json!({
        "name": entry.name,
        "token": token,
        "file": file,
        "expires": entry.expires,
    });
    // Alone on standard output, so that it can go to a file as it is.
    out.either(&document, |out| out.line(&token))?;
    let mut remarks = vec![made(&entry, file)];
    remarks.extend(warnings(&entry, methods));
    remarks.push(
        "hint: it is shown this once: keep it in a file of mode 0600, and call with \
         `sdk-cli --server URL --token-file FILE call …` or the header `authorization: Bearer TOKEN`"
            .to_owned(),
    );
    Ok(remarks)
}

/// The entry of a token that holds in some time.
fn entry(new: &NewToken, token: &str, now: Timestamp) -> Result<TokenEntry, CommandError> {
    if !is_token_name(&new.name) {
        let found = new.name.escape_debug();
        return Err(CommandError::usage(format!(
            "`{found}` is no name of a token: expected 1 to 64 letters, digits, `.`, `_`, `-` and `@`"
        )));
    }
    let not_before = new.not_before.map(|at| at.after(now));
    let expires = new.expires.map(|at| at.after(now));
    if let Some(end) = expires
        && end <= not_before.unwrap_or(now).max(now)
    {
        return Err(CommandError::usage(format!(
            "the token would never hold: it expires at {}",
            moment(end)
        )));
    }
    Ok(TokenEntry {
        name: new.name.clone(),
        sha256: token_hash(token),
        roles: new.role.clone(),
        permissions: new.permission.clone(),
        not_before,
        expires,
        delegate: new.delegate,
    })
}

fn add(entry: &TokenEntry, file: &Path) -> Result<(), CommandError> {
    let name = &entry.name;
    change_tokens(file, |entries| {
        if entries.iter().any(|there| there.name == *name) {
            return Err(Refusal::Taken);
        }
        entries.push(entry.clone());
        Ok(())
    })
    .map_err(|refusal| refusal.explain(name, file))
}

fn remove(name: &str, file: &Path, out: &mut Output<'_>) -> Result<(), CommandError> {
    let removed = change_tokens(file, |entries| {
        let before = entries.len();
        entries.retain(|entry| entry.name != name);
        match before - entries.len() {
            0 => Err(Refusal::Unknown),
            removed => Ok(removed),
        }
    })
    .map_err(|refusal| refusal.explain(name, file))?;
    Ok(out.either(&json!({ "removed": removed }), |out| {
        out.line(format_args!("removed `{name}` from {}", file.display()))
    })?)
}

/// Why the file stays as it is.
enum Refusal {
    File(TokensError),
    Taken,
    Unknown,
}

impl From<TokensError> for Refusal {
    fn from(error: TokensError) -> Self {
        Self::File(error)
    }
}

impl Refusal {
    fn explain(self, name: &str, file: &Path) -> CommandError {
        let file = file.display();
        let name = name.escape_debug();
        match self {
            Self::File(error) => refused(error),
            Self::Taken => CommandError::failed(anyhow::anyhow!(
                "{file} has a token `{name}` already"
            ))
            .hint(format!(
                "choose another name, or take that one away first: token remove {name}"
            )),
            Self::Unknown => CommandError::failed(anyhow::anyhow!("{file} has no token `{name}`"))
                .hint("`token list` shows those that there are"),
        }
    }
}

fn made(entry: &TokenEntry, file: &Path) -> String {
    let from = entry.not_before.map(|at| format!(" from {}", moment(at)));
    let until = entry.expires.map(|at| format!(" until {}", moment(at)));
    let times = match (from, until) {
        (None, None) => " until it is removed".to_owned(),
        (from, until) => from.unwrap_or_default() + &until.unwrap_or_default(),
    };
    let (name, file) = (&entry.name, file.display());
    format!("made `{name}` in {file}, which holds{times}")
}

/// What the token can be expected to do and does not.
fn warnings(entry: &TokenEntry, methods: &Methods) -> Vec<String> {
    // No policy names the one that rows of the library's own tables want.
    let mut permissions = BTreeSet::from([system::WRITE_OWN_TABLES]);
    let mut roles = BTreeSet::new();
    for (_, method) in methods.iter() {
        match &method.policy {
            Policy::Role(role) => roles.insert(role.as_str()),
            Policy::Permission(permission) => permissions.insert(permission.as_str()),
            Policy::Public | Policy::SignedIn => false,
        };
    }
    let unasked_role = |role: &&String| !roles.contains(role.as_str());
    let covers_none = |held: &&String| {
        let caller = Caller::token("", Vec::new(), vec![(*held).clone()]);
        !permissions.iter().any(|it| caller.has_permission(it))
    };
    let unasked = |what: &str, held: &str, asked: &BTreeSet<&str>| {
        let asked = match asked.iter().copied().collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "none".to_owned(),
            some => some,
        };
        let held = held.escape_debug();
        format!(
            "warning: no method asks for the {what} `{held}`; those that are asked for: {asked}"
        )
    };
    let roles_held = entry.roles.iter().filter(unasked_role);
    let roles_held = roles_held.map(|role| unasked("role", role, &roles));
    let held = entry.permissions.iter().filter(covers_none);
    let held = held.map(|held| unasked("permission", held, &permissions));
    let alone = (entry.roles.is_empty() && entry.permissions.is_empty()).then(|| {
        "warning: it has no role and no permission: it may call what is public, and what asks \
         for no more than to be signed in"
            .to_owned()
    });
    roles_held.chain(held).chain(alone).collect()
}

fn list(file: &Path, now: Timestamp, out: &mut Output<'_>) -> Result<(), CommandError> {
    let entries = token_entries(file).map_err(refused)?;
    let document: Vec<_> = entries.iter().map(|entry| document(entry, now)).collect();
    let rows: Vec<_> = entries.iter().map(|entry| row(entry, now)).collect();
    let titles = [
        "NAME",
        "STATE",
        "EXPIRES",
        "ROLES",
        "PERMISSIONS",
        "DELEGATES",
    ];
    Ok(out.either(&document, |out| out.columns(&titles, &rows, "no tokens"))?)
}

fn document(entry: &TokenEntry, now: Timestamp) -> Json {
    json!({
        "name": entry.name,
        "state": entry.state(now),
        "roles": entry.roles,
        "permissions": entry.permissions,
        "not_before": entry.not_before,
        "expires": entry.expires,
        "delegate": entry.delegate,
    })
}

fn row(entry: &TokenEntry, now: Timestamp) -> Vec<String> {
    let state = match (entry.state(now), entry.not_before) {
        (TokenState::Valid, _) => "valid".to_owned(),
        (TokenState::Expired, _) => "expired".to_owned(),
        (TokenState::NotYet, None) => "not yet".to_owned(),
        (TokenState::NotYet, Some(at)) => format!("not before {}", moment(at)),
    };
    vec![
        entry.name.clone(),
        state,
        entry.expires.map_or_else(|| "never".to_owned(), moment),
        entry.roles.join(", "),
        entry.permissions.join(", "),
        if entry.delegate { "yes" } else { "" }.to_owned(),
    ]
}

impl Moment {
    /// The instant that is meant, to the second.
    fn after(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(instant) => instant,
            Self::In(wait) => {
                let then = crate::clock::after(now, wait);
                let whole = then.as_micros() - then.as_micros().rem_euclid(1_000_000);
                Timestamp::from_micros(whole).unwrap_or(then)
            }
        }
    }
}

#[cfg(test)]
mod tests;
