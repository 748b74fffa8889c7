//! Configuration: the one place where the library reads the environment.
//!
//! A setting comes from the command line, else from the environment, else
//! from its default. The variable of a setting is the host's name and the
//! setting's name in capitals: `ACME_DATA`, `ACME_ADDR`.

use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf};

/// Where a host keeps its data unless told otherwise.
pub const DEFAULT_DATA: &str = "./data";

/// Where a host listens unless told otherwise.
pub const DEFAULT_ADDR: &str = "127.0.0.1:8080";

/// What a host uses unless the command line or the environment say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Where it keeps its data.
    pub data: PathBuf,
    /// Where it listens, `IP:PORT`.
    pub addr: String,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            data: DEFAULT_DATA.into(),
            addr: DEFAULT_ADDR.to_owned(),
        }
    }
}

/// Why a setting cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// An address is not one.
    #[error("{origin}: `{found}` is not an address: expected IP:PORT such as {DEFAULT_ADDR}")]
    Address {
        /// The flag or variable it came from.
        origin: String,
        /// What stood there.
        found: String,
    },
    /// The key of the store is given in two ways.
    #[error("both {first} and {second} are set: which of them has the key of the store?")]
    TwoKeys {
        /// The one variable.
        first: String,
        /// The other one.
        second: String,
    },
}

/// Where the key of the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySetting {
    /// In a file.
    File(PathBuf),
    /// In the variable of that name, as this text.
    Text {
        /// The variable.
        origin: String,
        /// What stood there.
        text: String,
    },
}

/// Shows no key.
impl fmt::Debug for KeySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text { origin, .. } => f.debug_struct("Text").field("origin", origin).finish(),
        }
    }
}

/// Where another host is, and how it is trusted.
///
/// ```
/// use sdk::config::Endpoint;
///
/// let beside = Endpoint::from("http://127.0.0.1:8081").token_file("data/system/owner.token");
/// assert_eq!(beside.url, "http://127.0.0.1:8081");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// `https://HOST[:PORT]`, `http://HOST[:PORT]`, or `unix:PATH`.
    pub url: String,
    /// The file with the token to sign in with.
    pub token_file: Option<PathBuf>,
    /// A PEM file of the authorities that are trusted, instead of Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// The one certificate that is trusted, as `sha256:AB:CD:…`.
    pub fingerprint: Option<String>,
}

impl From<&str> for Endpoint {
    fn from(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            token_file: None,
            ca_file: None,
            fingerprint: None,
        }
    }
}

impl Endpoint {
    /// Says where the token is.
    #[must_use]
    pub fn token_file(self, file: impl Into<PathBuf>) -> Self {
        Self {
            token_file: Some(file.into()),
            ..self
        }
    }

    /// Says whose signatures are trusted.
    #[must_use]
    pub fn ca_file(self, file: impl Into<PathBuf>) -> Self {
        Self {
            ca_file: Some(file.into()),
            ..self
        }
    }

    /// Says which certificate is trusted.
    #[must_use]
    pub fn fingerprint(self, fingerprint: impl Into<String>) -> Self {
        Self {
            fingerprint: Some(fingerprint.into()),
            ..self
        }
    }
}

/// The name of this machine, where the system says it.
pub(crate) fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"))
        .ok()
        .or_else(|| std::env::var("COMPUTERNAME").ok())?;
    let name = name.trim();
    // As names of machines are (RFC 1123); a certificate takes no other.
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    (!name.is_empty() && name.chars().all(fits)).then(|| name.to_owned())
}

/// Reads settings of one host.
#[derive(Debug, Clone)]
pub struct Config {
    host: String,
    defaults: Defaults,
    variable: fn(&str) -> Option<OsString>,
}

impl Config {
    /// Settings of the host named `host` from the process's environment.
    pub fn from_env(host: &str) -> Self {
        Self::with_variables(host, |name| std::env::var_os(name))
    }

    /// Settings of the host named `host` with `variable` in place of the environment.
    pub fn with_variables(host: &str, variable: fn(&str) -> Option<OsString>) -> Self {
        Self {
            host: host.to_uppercase().replace('-', "_"),
            defaults: Defaults::default(),
            variable,
        }
    }

    /// The same settings with other defaults.
    #[must_use]
    pub fn with_defaults(self, defaults: Defaults) -> Self {
        Self { defaults, ..self }
    }

    /// The folder of the host's data.
    pub fn data_dir(&self, flag: Option<PathBuf>) -> PathBuf {
        flag.or_else(|| self.read("DATA").map(|(_, path)| path.into()))
            .unwrap_or_else(|| self.defaults.data.clone())
    }

    /// The address to listen on.
    pub fn address(&self, flag: Option<String>) -> Result<SocketAddr, ConfigError> {
        let (origin, found) = flag
            .map(|text| ("--addr".to_owned(), text))
            .or_else(|| self.read_text("ADDR"))
            .unwrap_or_else(|| ("default".to_owned(), self.defaults.addr.clone()));
        found
            .parse()
            .map_err(|_| ConfigError::Address { origin, found })
    }

    /// What the operator says about TLS: `flags`, and where they say nothing
    /// `<HOST>_TLS_CERT`, `_TLS_KEY`.
    pub fn tls_files(
        &self,
        cert: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> (Option<PathBuf>, Option<PathBuf>) {
        let read = |setting| self.read(setting).map(|(_, path)| PathBuf::from(path));
        if cert.is_some() || key.is_some() {
            return (cert, key);
        }
        (read("TLS_CERT"), read("TLS_KEY"))
    }

    /// The file with the tokens of callers, if there is one.
    pub fn tokens_file(&self, flag: Option<PathBuf>) -> Option<PathBuf> {
        flag.or_else(|| self.read("TOKENS").map(|(_, path)| path.into()))
    }

    /// What the log shows, and where that was said: `flag`, else `<HOST>_LOG`.
    pub fn log(&self, flag: Option<String>) -> Option<(String, String)> {
        flag.map(|text| ("--log".to_owned(), text))
            .or_else(|| self.read_text("LOG"))
    }

    /// How the log is written, and where that was said: `<HOST>_LOG_FORMAT`.
    pub fn log_format(&self) -> Option<(String, String)> {
        self.read_text("LOG_FORMAT")
    }

    /// Where the key of the store is; none if the store is not encrypted.
    pub fn store_key(&self, flag: Option<PathBuf>) -> Result<Option<KeySetting>, ConfigError> {
        if let Some(path) = flag {
            return Ok(Some(KeySetting::File(path)));
        }
        let file = self.read("STORE_KEY_FILE");
        match (self.read("STORE_KEY"), file) {
            (Some((first, _)), Some((second, _))) => Err(ConfigError::TwoKeys { first, second }),
            (Some((origin, text)), None) => Ok(Some(KeySetting::Text {
                origin,
                text: text.to_string_lossy().into_owned(),
            })),
            (None, Some((_, path))) => Ok(Some(KeySetting::File(path.into()))),
            (None, None) => Ok(None),
        }
    }

    /// Where another host runs a module, and how it is trusted: what `endpoint` says,
    /// unless `<HOST>_<MODULE>_URL`, `_TOKEN_FILE`, `_CA_FILE` or `_FINGERPRINT` say
    /// otherwise.
    pub fn endpoint(&self, module: &str, endpoint: &Endpoint) -> Endpoint {
        let module = module.to_uppercase();
        let read = |setting: &str| self.read(&format!("{module}_{setting}"));
        let path = |setting| read(setting).map(|(_, path)| PathBuf::from(path));
        let url = read("URL").map(|(_, url)| url.to_string_lossy().into_owned());
        let fingerprint = read("FINGERPRINT").map(|(_, it)| it.to_string_lossy().into_owned());
        Endpoint {
            url: url.unwrap_or_else(|| endpoint.url.clone()),
            token_file: path("TOKEN_FILE").or_else(|| endpoint.token_file.clone()),
            ca_file: path("CA_FILE").or_else(|| endpoint.ca_file.clone()),
            fingerprint: fingerprint.or_else(|| endpoint.fingerprint.clone()),
        }
    }

    fn read_text(&self, setting: &str) -> Option<(String, String)> {
        let (name, value) = self.read(setting)?;
        Some((name, value.to_string_lossy().into_owned()))
    }

    /// A variable of this host that is set and not empty, with its name.
    fn read(&self, setting: &str) -> Option<(String, OsString)> {
        let name = format!("{}_{setting}", self.host);
        let value = (self.variable)(&name)?;
        (!value.is_empty()).then_some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_environment() -> Config {
        Config::with_variables("my-app", |name| match name {
            "MY_APP_DATA" => Some("/srv/my-app".into()),
            "MY_APP_ADDR" => Some("everywhere".into()),
            _ => None,
        })
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_default() {
        let flag = Some(PathBuf::from("here"));
        let bare = Config::with_variables("acme", |_| None);
        assert_eq!(with_environment().data_dir(flag), PathBuf::from("here"));
        assert_eq!(
            with_environment().data_dir(None),
            PathBuf::from("/srv/my-app")
        );
        assert_eq!(bare.data_dir(None), PathBuf::from(DEFAULT_DATA));
    }

    #[test]
    fn a_host_has_defaults_of_its_own() {
        let own = Defaults {
            data: "data/system".into(),
            addr: "127.0.0.1:8081".to_owned(),
        };
        let bare = Config::with_variables("acme", |_| None).with_defaults(own.clone());
        assert_eq!(bare.data_dir(None), own.data);
        assert_eq!(bare.address(None), Ok(own.addr.parse().unwrap()));
        let set = with_environment().with_defaults(own);
        assert_eq!(set.data_dir(None), PathBuf::from("/srv/my-app"));
    }

    #[test]
    fn the_key_of_the_store_is_in_one_place() {
        let bare = Config::with_variables("acme", |_| None);
        assert_eq!(bare.store_key(None), Ok(None));
        let file = Config::with_variables("acme", |name| {
            (name == "ACME_STORE_KEY_FILE").then(|| "k".into())
        });
        let setting = |path: &str| Ok(Some(KeySetting::File(path.into())));
        assert_eq!(file.store_key(None), setting("k"));
        assert_eq!(file.store_key(Some("flag".into())), setting("flag"));
        let text = Config::with_variables("acme", |name| {
            (name == "ACME_STORE_KEY").then(|| "00".into())
        });
        let shown = format!("{:?}", text.store_key(None).unwrap());
        insta::assert_snapshot!(shown, @r#"Some(Text { origin: "ACME_STORE_KEY" })"#);
        let both = Config::with_variables("acme", |_| Some("00".into()));
        insta::assert_snapshot!(
            both.store_key(None).unwrap_err(),
            @"both ACME_STORE_KEY and ACME_STORE_KEY_FILE are set: which of them has the key of the store?"
        );
    }

    #[test]
    fn a_broken_address_names_where_it_came_from() {
        insta::assert_snapshot!(
            with_environment().address(None).unwrap_err(),
            @"MY_APP_ADDR: `everywhere` is not an address: expected IP:PORT such as 127.0.0.1:8080"
        );
    }
}
