//! Configuration: the one place where the library reads the environment.
//!
//! A setting comes from the command line, else from the environment, else
//! from its default. The variable of a setting is the host's name and the
//! setting's name in capitals: `ACME_DATA`, `ACME_ADDR`.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

/// Where a host keeps its data unless told otherwise.
pub const DEFAULT_DATA: &str = "./data";

/// Where a host listens unless told otherwise.
pub const DEFAULT_ADDR: &str = "127.0.0.1:8080";

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
}

/// Reads settings of one host.
#[derive(Debug, Clone)]
pub struct Config {
    host: String,
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
            variable,
        }
    }

    /// The folder of the host's data.
    pub fn data_dir(&self, flag: Option<PathBuf>) -> PathBuf {
        flag.or_else(|| self.read("DATA").map(|(_, path)| path.into()))
            .unwrap_or_else(|| DEFAULT_DATA.into())
    }

    /// The address to listen on.
    pub fn address(&self, flag: Option<String>) -> Result<SocketAddr, ConfigError> {
        let (origin, found) = flag
            .map(|text| ("--addr".to_owned(), text))
            .or_else(|| {
                let (name, address) = self.read("ADDR")?;
                Some((name, address.to_string_lossy().into_owned()))
            })
            .unwrap_or_else(|| ("default".to_owned(), DEFAULT_ADDR.to_owned()));
        found
            .parse()
            .map_err(|_| ConfigError::Address { origin, found })
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
    fn a_broken_address_names_where_it_came_from() {
        insta::assert_snapshot!(
            with_environment().address(None).unwrap_err(),
            @"MY_APP_ADDR: `everywhere` is not an address: expected IP:PORT such as 127.0.0.1:8080"
        );
    }
}
