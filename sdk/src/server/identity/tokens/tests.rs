//! Files of tokens, and what their tokens are good for at which time.

use serde_json::{Value, json};

use super::{super::private::write_private, *};

/// A folder with a file of tokens.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(entries: &Value) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write(&entries.to_string());
        folder
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("tokens.json")
    }

    fn write(&self, text: &str) {
        write_private(&self.file(), text.as_bytes()).unwrap();
    }

    fn read(&self, clock: &Clock) -> Result<StaticTokens, TokensError> {
        StaticTokens::read(&self.file(), clock.clone())
    }

    fn refused(&self) -> String {
        let error = self.read(&clock()).err().unwrap().to_string();
        error.replace(&self.0.path().display().to_string(), "DIR")
    }
}

fn clock() -> Clock {
    Clock::manual("2026-11-20T10:00:00Z".parse().unwrap())
}

/// Who shows the token, or why they are refused.
async fn identify(tokens: &StaticTokens, token: &str) -> String {
    let credentials = Credentials {
        token: Some(token),
        by_owner_socket: false,
        address: None,
    };
    match tokens.identify(credentials).await {
        Ok(Some(identified)) => identified.caller.id().to_owned(),
        Ok(None) => "nobody".to_owned(),
        Err(refused) => tonic::Status::from(refused).message().to_owned(),
    }
}

#[tokio::test]
async fn a_token_holds_in_its_time_and_half_a_minute_around() {
    let clock = clock();
    let folder = Folder::with(&json!([{
        "name": "ci",
        "sha256": token_hash("secret"),
        "not_before": "2026-11-20T10:01:00Z",
        "expires": "2026-11-20T11:00:00Z",
    }]));
    let tokens = folder.read(&clock).unwrap();
    let early = "the token `ci` does not hold yet: here it is 2026-11-20T10:00:00.000000Z";
    for (time, expected) in [
        ("2026-11-20T10:00:00Z", early),
        ("2026-11-20T10:00:30Z", "token:ci"),
        ("2026-11-20T11:00:29Z", "token:ci"),
        ("2026-11-20T11:00:30Z", "the token `ci` has expired"),
    ] {
        clock.set(time.parse().unwrap());
        assert_eq!(identify(&tokens, "secret").await, expected, "{time}");
    }
    assert_eq!(identify(&tokens, "another").await, "nobody");
}

#[tokio::test]
async fn a_file_that_has_changed_is_read_again() {
    let entry = |name: &str| json!([{ "name": name, "sha256": token_hash(name) }]);
    let folder = Folder::with(&entry("one"));
    let tokens = folder.read(&clock()).unwrap();
    let touch = |seconds| {
        // Where time stands still in the file system, the test makes it pass.
        let later = SystemTime::now() + std::time::Duration::from_secs(seconds);
        let file = fs::File::open(folder.file()).unwrap();
        file.set_modified(later).unwrap();
    };
    folder.write("[{ half");
    touch(5);
    assert_eq!(identify(&tokens, "one").await, "token:one");
    folder.write(&entry("two").to_string());
    touch(10);
    assert_eq!(identify(&tokens, "one").await, "nobody");
    assert_eq!(identify(&tokens, "two").await, "token:two");
}

#[test]
fn a_file_that_is_none_is_refused_by_name() {
    let check = |entries: Value| Folder::with(&entries).refused();
    let hash = token_hash("secret");
    insta::assert_snapshot!(check(json!({})), @r"DIR/tokens.json: invalid type: map, expected a sequence at line 1 column 0");
    insta::assert_snapshot!(check(json!([{ "name": "ci", "sha256": "secret" }])), @r"DIR/tokens.json: token `ci`: the sha256 has 6 characters: expected 64 hexadecimal digits");
    insta::assert_snapshot!(check(json!([{ "name": "c\ni", "sha256": hash }])), @r"DIR/tokens.json: token `c\ni`: expected a name of 1 to 64 letters, digits, `.`, `_`, `-` and `@`");
    insta::assert_snapshot!(check(json!([{ "name": "ci", "sha256": hash, "token": "x" }])), @r"DIR/tokens.json: unknown field `token`, expected one of `name`, `sha256`, `roles`, `permissions`, `not_before`, `expires`, `delegate` at line 1 column 97");
    let two = json!([{ "name": "a", "sha256": hash }, { "name": "b", "sha256": hash }]);
    insta::assert_snapshot!(check(two), @r"DIR/tokens.json: token `b`: another entry has the same token");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::with(&json!([]));
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o644)).unwrap();
    insta::assert_snapshot!(folder.refused(), @r"DIR/tokens.json has mode 644: expected 600, so that nobody else can read it");
}

#[tokio::test]
async fn the_file_of_the_data_folder_may_come_and_go() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let tokens = StaticTokens::of(folder.0.path(), clock()).unwrap();
    assert_eq!(identify(&tokens, "one").await, "nobody");
    folder.write(&json!([{ "name": "one", "sha256": token_hash("one") }]).to_string());
    assert_eq!(identify(&tokens, "one").await, "token:one");
    fs::remove_file(folder.file()).unwrap();
    assert_eq!(identify(&tokens, "one").await, "nobody");
    // What is no file of tokens is refused at a start all the same.
    folder.write("nonsense");
    assert!(StaticTokens::of(folder.0.path(), clock()).is_err());
}
