//! The owner of the data folder.

use std::{fs, io, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Credentials, Identification, Identified, IdentityProvider, private::write_private};
use crate::rpc::Caller;

/// The file with the owner's token, in the data folder.
pub const OWNER_TOKEN: &str = "owner.token";

/// Knows the owner of the data folder: by the socket in it, or by the token there.
pub struct Owner {
    /// The SHA-256 of the token: comparing hashes tells nothing of how much of a guess was right.
    hash: [u8; 32],
}

impl Owner {
    /// The owner of the folder `data`, whose token is made if it has none.
    ///
    /// # Errors
    /// Fails when the file can be neither read nor made.
    pub fn of(data: &Path) -> io::Result<Self> {
        let file = data.join(OWNER_TOKEN);
        let token = match fs::read_to_string(&file) {
            Ok(token) if !token.trim().is_empty() => token,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {
                let token = random_token() + "\n";
                write_private(&file, token.as_bytes())?;
                token
            }
        };
        Ok(Self {
            hash: Sha256::digest(token.trim()).into(),
        })
    }
}

/// 256 random bits as text.
pub(super) fn random_token() -> String {
    let bytes: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

impl IdentityProvider for Owner {
    fn identify<'a>(&'a self, credentials: Credentials<'a>) -> Identification<'a> {
        let hash = |token: &str| <[u8; 32]>::from(Sha256::digest(token));
        let shows_token = credentials.token.map(hash) == Some(self.hash);
        let is_owner = credentials.by_owner_socket || shows_token;
        let identified = is_owner.then(|| Identified {
            caller: Caller::owner(),
            may_delegate: true,
        });
        Box::pin(std::future::ready(Ok(identified)))
    }
}
