//! What a word becomes when the tabulator key is pressed.

use crate::descriptors::calls;

#[track_caller]
fn check(words: &[&str], expect: &[&str]) {
    assert_eq!(calls().complete(words), expect, "{words:?}");
}

#[test]
fn words_become_commands() {
    check(&[], &["shop"]);
    check(&["sh"], &["shop"]);
    check(&["shop", "s"], &["search", "sign-in", "staff"]);
    check(&["shop", "staff", ""], &["count-stock", "echo"]);
    check(&["shop", "nothing"], &[]);
    // It is hidden.
    check(&["shop", "pi"], &[]);
}

#[test]
fn words_become_flags_and_their_values() {
    check(
        &["shop", "search", "--page"],
        &["--page-size", "--page-token"],
    );
    check(
        &["shop", "sign-in", ""],
        &[
            "--name",
            "--password",
            "--request",
            "--timeout",
            "--json",
            "--help",
        ],
    );
    check(&["shop", "search", "--kind", ""], &["book", "fresh-food"]);
    check(&["shop", "search", "--kind", "b"], &["book"]);
    check(&["shop", "search", "--query", ""], &[]);
    check(&["shop", "search", "--sold-out", "--to"], &["--town"]);
    check(&["-"], &["--help"]);
}
