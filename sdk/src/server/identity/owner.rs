//! The owner of the data folder.

use std::{fs, io, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    Credentials, Identification, Identified, IdentityProvider,
    private::{wide_mode, write_private},
};
use crate::rpc::Caller;

/// The file with the owner's token, in the data folder.
pub const OWNER_TOKEN: &str = "owner.token";

/// Knows the owner of the data folder: by the socket in it, or by the token there.
pub struct Owner {
    /// The SHA-256 of the token: comparing hashes tells nothing of how much of a guess was right.
    hash: [u8; 32],
    caller: Caller,
}

impl Owner {
    /// The owner of the folder `data`, whose token is made if it has none.
    ///
    /// # Errors
    /// Fails when the file can be neither read nor made, and when others can read it.
    pub fn of(data: &Path) -> io::Result<Self> {
        let file = data.join(OWNER_TOKEN);
        let token = match fs::read_to_string(&file) {
            Ok(token) if !token.trim().is_empty() => {
                check_mode(&file)?;
                token
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {
                let token = random_token() + "\n";
                write_private(&file, token.as_bytes())?;
                token
            }
        };
        Ok(Self {
            hash: Sha256::digest(token.trim()).into(),
            caller: Caller::owner(),
        })
    }
}

/// A token that others may have read is nobody's.
fn check_mode(file: &Path) -> io::Result<()> {
    let Some(mode) = wide_mode(file)? else {
        return Ok(());
    };
    let detail = format!(
        "mode {mode:o}, expected 600: others may know it; remove it, and the next start makes another"
    );
    Err(io::Error::new(io::ErrorKind::PermissionDenied, detail))
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
            caller: self.caller.clone(),
            may_delegate: true,
        });
        Box::pin(std::future::ready(Ok(identified)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_owner(owner: &Owner, token: Option<&str>, by_owner_socket: bool) -> bool {
        let credentials = Credentials {
            token,
            by_owner_socket,
            address: None,
        };
        let mut identified = owner.identify(credentials);
        let waker = std::task::Waker::noop();
        let mut cx = std::task::Context::from_waker(waker);
        match identified.as_mut().poll(&mut cx) {
            std::task::Poll::Ready(Ok(found)) => found.is_some(),
            _ => panic!("a file needs no waiting"),
        }
    }

    #[test]
    fn the_owner_is_known_by_the_socket_and_by_the_token_of_the_folder() {
        let data = tempfile::tempdir().unwrap();
        let owner = Owner::of(data.path()).unwrap();
        let token = fs::read_to_string(data.path().join(OWNER_TOKEN)).unwrap();
        assert_eq!(token.trim().len(), 43);
        assert!(is_owner(&owner, Some(token.trim()), false));
        assert!(is_owner(&owner, None, true));
        assert!(!is_owner(&owner, None, false));
        assert!(!is_owner(&owner, Some(""), false));
        assert!(!is_owner(&owner, Some(&token.trim()[1..]), false));
        // The next start knows it, too.
        let again = Owner::of(data.path()).unwrap();
        assert!(is_owner(&again, Some(token.trim()), false));
    }

    #[cfg(unix)]
    #[test]
    fn a_token_that_others_may_have_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let data = tempfile::tempdir().unwrap();
        Owner::of(data.path()).unwrap();
        let file = data.path().join(OWNER_TOKEN);
        let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let found = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(found & 0o777, 0o600);
        mode(0o640);
        let refused = Owner::of(data.path()).err().unwrap().to_string();
        insta::assert_snapshot!(refused, @"mode 640, expected 600: others may know it; remove it, and the next start makes another");
    }
}
