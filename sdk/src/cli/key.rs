//! `key new` and `key rotate`, and the key that a setting names.
//!
//! A host that was built without the feature `encryption` has the same command
//! line and says what it lacks.

#[cfg(feature = "encryption")]
pub(crate) use with::{run, store_options};
#[cfg(not(feature = "encryption"))]
pub(crate) use without::{run, store_options};

#[cfg(not(feature = "encryption"))]
mod without {
    use std::path::Path;

    use crate::{
        cli::{CommandError, KeyCommand, Output},
        config::KeySetting,
        store::StoreOptions,
    };

    /// How to open the store when its key is where `key` says.
    pub(crate) fn store_options(key: Option<KeySetting>) -> Result<StoreOptions, CommandError> {
        key.map_or_else(|| Ok(StoreOptions::default()), |_| Err(missing()))
    }

    /// Carries out a command about keys on the store in `data`.
    pub(crate) fn run(
        _command: &KeyCommand,
        _data: &Path,
        _key: Option<KeySetting>,
        _out: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        Err(missing())
    }

    fn missing() -> CommandError {
        CommandError::failed(anyhow::anyhow!("this host was built without encryption"))
            .hint("build it with the feature `encryption` of `sdk`")
    }
}

#[cfg(feature = "encryption")]
mod with {
    use std::path::Path;

    use serde_json::json;

    use crate::{
        cli::{CommandError, KeyCommand, Output},
        config::KeySetting,
        host,
        store::{Store, StoreKey, StoreOptions},
    };

    /// How to open the store when its key is where `key` says.
    pub(crate) fn store_options(key: Option<KeySetting>) -> Result<StoreOptions, CommandError> {
        let key = match key {
            None => return Ok(Store::options()),
            Some(KeySetting::File(path)) => StoreKey::from_file(&path)?,
            Some(KeySetting::Text { origin, text }) => text
                .parse()
                .map_err(|error| anyhow::Error::new(error).context(origin))?,
        };
        Ok(Store::options().key(key))
    }

    /// Carries out a command about keys on the store in `data`.
    pub(crate) fn run(
        command: &KeyCommand,
        data: &Path,
        key: Option<KeySetting>,
        out: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        match command {
            KeyCommand::New { file } => make(file, out),
            KeyCommand::Rotate { to, .. } => rotate(data, &store_options(key)?, to.as_deref(), out),
        }
    }

    fn make(file: &Path, out: &mut Output<'_>) -> Result<(), CommandError> {
        StoreKey::generate()?.write_new_file(file)?;
        Ok(out.either(&json!({ "file": file }), |out| {
            out.line(format_args!("made {}", file.display()))?;
            out.line("keep a copy of it elsewhere: without it nobody can read the store")
        })?)
    }

    fn rotate(
        data: &Path,
        old: &StoreOptions,
        to: Option<&Path>,
        out: &mut Output<'_>,
    ) -> Result<(), CommandError> {
        let new = store_options(to.map(|path| KeySetting::File(path.to_owned())))?;
        old.rekey(data, &new)?;
        let snapshots = host::snapshots(data)?.len();
        let document = json!({ "encrypted": to.is_some(), "snapshots": snapshots });
        Ok(out.either(&document, |out| {
            match to {
                Some(file) => out.line(format_args!(
                    "the store is encrypted under the key in {}",
                    file.display()
                ))?,
                None => out.line("the store is not encrypted any more")?,
            }
            match snapshots {
                0 => Ok(()),
                count => out.line(format_args!(
                    "snapshots that stay as they were: {count}; remove them if nobody needs them"
                )),
            }
        })?)
    }
}
