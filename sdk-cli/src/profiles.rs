//! The user's profiles: how servers are reached, in `profiles.toml` in the user's
//! configuration folder.
//!
//! The file holds tokens. It is made with mode 0600 in a folder of mode 0700, is
//! replaced as a whole, and is not read when others could read it, too. What a
//! person wrote into it stays as it is.

use std::{
    env, fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use sdk_client::{Fingerprint, Server};
use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

/// The variable that names the folder.
const FOLDER_VARIABLE: &str = "SDK_CONFIG_DIR";

/// The key of the name of the profile in use.
const CURRENT: &str = "current";

/// The table of profiles.
const PROFILES: &str = "profile";

/// The name of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProfileName(String);

impl FromStr for ProfileName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let is_name = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if is_name && text.len() <= 63 && text.chars().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err("expected letters, digits, `-` and `_`, at most 63, such as `production`".to_owned())
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why profiles cannot be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ProfileError {
    /// Nobody has said where the user's configuration is.
    #[error("there is no folder for profiles: neither {FOLDER_VARIABLE} nor a home folder is set")]
    NoFolder,
    /// Others could read the tokens.
    #[error("{} may be read by others: its mode is {mode:04o}, expected 0600", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file cannot be read or written.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{}: {message}", file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// There is no profile of that name.
    #[error("there is no profile `{name}`; there is {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those that are there.
        known: String,
    },
    /// There is one already.
    #[error("there is a profile `{name}` already")]
    Exists {
        /// The name.
        name: String,
    },
}

/// All profiles of a user. Their tokens are among them: it has no `Debug`.
pub(crate) struct Profiles {
    file: PathBuf,
    document: DocumentMut,
}

impl Profiles {
    /// Those of the user that calls the tool.
    pub(crate) fn of_user() -> Result<Self, ProfileError> {
        let folder = folder().ok_or(ProfileError::NoFolder)?;
        Self::read(folder.join("profiles.toml"))
    }

    fn read(file: PathBuf) -> Result<Self, ProfileError> {
        let failed = |source| ProfileError::Io {
            file: file.clone(),
            source,
        };
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        check_mode(&file)?;
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            // Its own text shows the line, in which there may be a token.
            ProfileError::Format {
                file: file.clone(),
                message: error.message().to_owned(),
            }
        })?;
        Ok(Self { file, document })
    }

    /// The name of the profile in use.
    pub(crate) fn current(&self) -> Option<&str> {
        self.document.get(CURRENT)?.as_str()
    }

    /// The names, in the order of the file.
    pub(crate) fn names(&self) -> Vec<&str> {
        let tables = self.tables();
        let names = tables.map(|tables| tables.iter().map(|(name, _)| name).collect());
        names.unwrap_or_default()
    }

    /// The server of a profile.
    pub(crate) fn server(&self, name: &str) -> Result<Server, ProfileError> {
        let table = self.tables().and_then(|tables| tables.get(name));
        let table = table
            .and_then(Item::as_table_like)
            .ok_or_else(|| self.unknown(name))?;
        let text = |key| self.text(name, table, key);
        let url = text("server")?.ok_or_else(|| self.wrong(name, "server", "a text"))?;
        let mut server = Server::new(url);
        server.token = text("token")?;
        server.ca = text("ca")?.map(PathBuf::from);
        let fingerprint = text("fingerprint")?.map(|text| text.parse::<Fingerprint>());
        server.fingerprint = fingerprint
            .transpose()
            .map_err(|error| ProfileError::Format {
                file: self.file.clone(),
                message: format!("profile `{name}`: {error}"),
            })?;
        server.plaintext = match table.get("plaintext") {
            None => false,
            Some(item) => item
                .as_bool()
                .ok_or_else(|| self.wrong(name, "plaintext", "true or false"))?,
        };
        Ok(server)
    }

    /// Adds a profile; the first one is used from then on.
    pub(crate) fn add(&mut self, name: &ProfileName, server: &Server) -> Result<(), ProfileError> {
        let name = &name.0;
        if self.names().contains(&name.as_str()) {
            return Err(ProfileError::Exists { name: name.clone() });
        }
        if self.current().is_none() {
            self.document[CURRENT] = value(name);
        }
        let file = self.file.clone();
        let profiles = self.document.entry(PROFILES).or_insert_with(|| {
            let mut tables = Table::new();
            tables.set_implicit(true);
            Item::Table(tables)
        });
        let profiles = profiles.as_table_like_mut().ok_or(ProfileError::Format {
            file,
            message: format!("`{PROFILES}`: expected a table"),
        })?;
        profiles.insert(name, Item::Table(table_of(server)));
        Ok(())
    }

    /// Uses a profile where none is named.
    pub(crate) fn use_by_default(&mut self, name: &ProfileName) -> Result<(), ProfileError> {
        if !self.names().contains(&name.0.as_str()) {
            return Err(self.unknown(&name.0));
        }
        self.document[CURRENT] = value(&name.0);
        Ok(())
    }

    /// Forgets a profile.
    pub(crate) fn remove(&mut self, name: &ProfileName) -> Result<(), ProfileError> {
        let tables = self.document.get_mut(PROFILES);
        let tables = tables.and_then(Item::as_table_like_mut);
        if tables.and_then(|tables| tables.remove(&name.0)).is_none() {
            return Err(self.unknown(&name.0));
        }
        if self.current() == Some(name.0.as_str()) {
            self.document.remove(CURRENT);
        }
        Ok(())
    }

    /// Writes the file anew, as a whole.
    pub(crate) fn save(&self) -> Result<(), ProfileError> {
        let write = || {
            let folder = self.file.parent().unwrap_or(Path::new("."));
            make_private_folder(folder)?;
            // It is made with mode 0600.
            let mut staged = NamedTempFile::with_prefix_in(".profiles-", folder)?;
            staged.write_all(self.document.to_string().as_bytes())?;
            staged.as_file().sync_all()?;
            staged.persist(&self.file).map_err(io::Error::from)
        };
        write().map(drop).map_err(|source| ProfileError::Io {
            file: self.file.clone(),
            source,
        })
    }

    fn tables(&self) -> Option<&dyn TableLike> {
        self.document.get(PROFILES)?.as_table_like()
    }

    fn text(
        &self,
        name: &str,
        table: &dyn TableLike,
        key: &str,
    ) -> Result<Option<String>, ProfileError> {
        let Some(item) = table.get(key) else {
            return Ok(None);
        };
        let text = item.as_str().map(str::to_owned);
        text.map(Some)
            .ok_or_else(|| self.wrong(name, key, "a text"))
    }

    fn wrong(&self, name: &str, key: &str, expected: &str) -> ProfileError {
        ProfileError::Format {
            file: self.file.clone(),
            message: format!("profile `{name}`: `{key}`: expected {expected}"),
        }
    }

    fn unknown(&self, name: &str) -> ProfileError {
        ProfileError::Unknown {
            name: name.to_owned(),
            known: crate::failure::listed(&self.names()),
        }
    }
}

fn table_of(server: &Server) -> Table {
    let mut table = Table::new();
    table.insert("server", value(&server.url));
    if let Some(token) = &server.token {
        table.insert("token", value(token));
    }
    if let Some(ca) = &server.ca {
        table.insert("ca", value(ca.display().to_string()));
    }
    if let Some(fingerprint) = &server.fingerprint {
        table.insert("fingerprint", value(fingerprint.to_string()));
    }
    if server.plaintext {
        table.insert("plaintext", value(true));
    }
    table
}

/// The user's folder for the configuration of the SDK.
fn folder() -> Option<PathBuf> {
    let set = |variable| {
        env::var_os(variable)
            .filter(|it| !it.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = set(FOLDER_VARIABLE) {
        return Some(folder);
    }
    // The specification of these folders ignores relative ones.
    if let Some(folder) = set("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute()) {
        return Some(folder.join("sdk"));
    }
    let folder = if cfg!(windows) {
        set("APPDATA")?
    } else if cfg!(target_os = "macos") {
        set("HOME")?.join("Library/Application Support")
    } else {
        set("HOME")?.join(".config")
    };
    Some(folder.join("sdk"))
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Refuses a file that others than its owner may read.
#[cfg(unix)]
fn check_mode(file: &Path) -> Result<(), ProfileError> {
    use std::os::unix::fs::PermissionsExt;
    // A file that is not there is nobody's.
    let mode = file
        .metadata()
        .map_or(0, |it| it.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        return Err(ProfileError::Open {
            file: file.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have modes")]
fn check_mode(_: &Path) -> Result<(), ProfileError> {
    Ok(())
}
