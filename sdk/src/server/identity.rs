//! Who calls: from what a caller shows to a [`Caller`].
//!
//! Until there are accounts, two providers answer. The **owner** of the data
//! folder is whoever reaches the socket in it, or shows the token in its
//! `owner.token`, which only the owner can read. **Static tokens** stand in a
//! file of the operator's. Whoever shows nothing is anonymous; whoever shows
//! something that no provider knows is refused.

mod owner;
mod private;
mod tokens;

use std::{fmt, net::IpAddr, pin::Pin, sync::Arc};

pub use owner::{OWNER_TOKEN, Owner};
pub(crate) use private::write_private;
pub use tokens::{StaticTokens, TOKENS, TokenEntry, TokenState, TokensError, token_hash};
pub(crate) use tokens::{
    change as change_tokens, entries as token_entries, is_name as is_token_name, new_token,
};

use crate::rpc::{Caller, Failure};

/// What a caller shows.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Credentials<'a> {
    /// The token of the header `authorization: Bearer …`.
    pub token: Option<&'a str>,
    /// Whether the connection came by the socket that only the owner can reach.
    pub by_owner_socket: bool,
    /// The address of the other end, where it has one.
    pub address: Option<IpAddr>,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("token", &self.token.map(|_| "…"))
            .field("by_owner_socket", &self.by_owner_socket)
            .field("address", &self.address)
            .finish()
    }
}

/// What a provider knows of a caller.
#[derive(Debug, Clone)]
pub struct Identified {
    /// Who it is.
    pub caller: Caller,
    /// Whether it may say that it calls for somebody else, as one half of an
    /// application does for those who call the other.
    pub may_delegate: bool,
}

/// The answer of a provider.
pub type Identification<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Identified>, Failure>> + Send + 'a>>;

/// Finds out who calls.
pub trait IdentityProvider: Send + Sync + 'static {
    /// Who shows these credentials; none if the provider does not know them.
    ///
    /// # Errors
    /// Fails when it knows them and refuses them, as a token that has expired.
    fn identify<'a>(&'a self, credentials: Credentials<'a>) -> Identification<'a>;
}

/// The providers of a host, asked in their order.
#[derive(Clone, Default)]
pub struct Identities(Arc<[Box<dyn IdentityProvider>]>);

impl Identities {
    /// These providers, the first that knows a caller wins.
    pub fn new(providers: Vec<Box<dyn IdentityProvider>>) -> Self {
        Self(providers.into())
    }

    /// Who calls; anonymous when nothing is shown.
    ///
    /// # Errors
    /// Fails when something is shown that nobody knows.
    pub async fn identify(&self, credentials: Credentials<'_>) -> Result<Identified, Failure> {
        for provider in self.0.iter() {
            if let Some(identified) = provider.identify(credentials).await? {
                return Ok(identified);
            }
        }
        if credentials.token.is_some() {
            let message = "the token is not one of this host's";
            return Err(Failure::unauthenticated("TOKEN_UNKNOWN", message));
        }
        Ok(Identified {
            caller: Caller::anonymous(),
            may_delegate: false,
        })
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.0.len())
    }
}

/// The token of an `authorization` header.
pub(super) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
