//! `chain`: two branches meet in git; an edit is not hidden.

use crate::terminal::Terminal;

const CHAIN: &str = "modules/stock/migrations/chain.txt";

/// Writes a migration by hand. Its stamp is far off, so that it is the same in
/// every run and later than those of the tool.
fn by_hand(terminal: &Terminal, stem: &str) {
    let text = format!("{{ \"format\": 1, \"description\": \"{stem}\", \"operations\": [] }}\n");
    terminal.write(&format!("modules/stock/migrations/{stem}.json"), &text);
}

/// A repository in which `votes` was merged into `main`, both of which have
/// added a migration; and what git said.
fn merged() -> (Terminal, String) {
    let terminal = Terminal::with_table();
    terminal.git("init --quiet --initial-branch main");
    commit(&terminal);
    terminal.git("switch --quiet --create votes");
    by_hand(&terminal, "29990101T000000Z_add_votes");
    terminal.quietly("chain stock");
    commit(&terminal);
    terminal.git("switch --quiet main");
    by_hand(&terminal, "29990102T000000Z_add_weight");
    terminal.quietly("chain stock");
    commit(&terminal);
    let said = terminal.git_refuses("merge votes");
    (terminal, said)
}

fn commit(terminal: &Terminal) {
    terminal.git("add .");
    terminal.git("commit --quiet --message work");
}

/// The chain without its head and its checksums.
fn chain(terminal: &Terminal) -> String {
    let text = terminal.read(CHAIN);
    let stems = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next());
    let shown = terminal.redacted(&stems.collect::<Vec<_>>().join("\n"));
    let sums: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| line.split(' ').count())
        .collect();
    assert!(sums.iter().all(|words| *words == 3), "{text}");
    shown
}

#[test]
fn two_branches_that_both_add_a_migration_conflict_in_git() {
    let (terminal, said) = merged();
    insta::assert_snapshot!(said, @"
    Auto-merging modules/stock/migrations/chain.txt
    CONFLICT (content): Merge conflict in modules/stock/migrations/chain.txt
    Automatic merge failed; fix conflicts and then commit the result.
    ");
    insta::assert_snapshot!(terminal.type_lines("check\nnew migration stock"), @"
    $ sdk-cli check
    modules/stock/migrations/chain.txt: two branches have added migrations: `HEAD` has `29990102T000000Z_add_weight`; `votes` has `29990101T000000Z_add_votes`; mend it with: sdk-cli chain stock
    error: 1 fault in 1 module
    exit code 1
    $ sdk-cli new migration stock
    modules/stock/migrations/chain.txt: two branches have added migrations: `HEAD` has `29990102T000000Z_add_weight`; `votes` has `29990101T000000Z_add_votes`; mend it with: sdk-cli chain stock
    error: module `stock` cannot be read; nothing was written
    exit code 1
    ");
}

#[test]
fn a_merge_is_mended_and_says_what_is_late() {
    let (terminal, _) = merged();
    insta::assert_snapshot!(terminal.type_lines("chain stock\ncheck\nchain stock"), @"
    $ sdk-cli chain stock
    changed modules/stock/migrations/chain.txt
        29990101T000000Z_add_votes is new, from votes
            it is late: databases that have applied 29990102T000000Z_add_weight refuse it
        29990102T000000Z_add_weight is new, from HEAD
    hint: to give it a stamp after all others: sdk-cli chain stock --restamp 29990101T000000Z_add_votes
    hint: sdk-cli check
    $ sdk-cli check
    ok   stock: 1 table, 3 migrations
    ok   1 module checked
    $ sdk-cli chain stock
    nothing to do: the chain of `stock` agrees with its migrations
    ");
    insta::assert_snapshot!(chain(&terminal), @"
    [STAMP]_create_item
    29990101T000000Z_add_votes
    29990102T000000Z_add_weight
    ");
}

#[test]
fn a_late_migration_gets_a_later_stamp() {
    let (terminal, _) = merged();
    let restamp = "chain stock --restamp 29990101T000000Z_add_votes";
    insta::assert_snapshot!(terminal.type_lines(&format!("{restamp}\ncheck\n{restamp}")), @"
    $ sdk-cli chain stock --restamp 29990101T000000Z_add_votes
    created modules/stock/migrations/29990102T000001Z_add_votes.json
    changed modules/stock/migrations/chain.txt
    removed modules/stock/migrations/29990101T000000Z_add_votes.json
        29990101T000000Z_add_votes is now 29990102T000001Z_add_votes
        29990102T000000Z_add_weight is new, from HEAD
    hint: sdk-cli check
    $ sdk-cli check
    ok   stock: 1 table, 3 migrations
    ok   1 module checked
    $ sdk-cli chain stock --restamp 29990101T000000Z_add_votes
    error: there is no migration `29990101T000000Z_add_votes` in this module
    exit code 1
    ");
    insta::assert_snapshot!(chain(&terminal), @"
    [STAMP]_create_item
    29990102T000000Z_add_weight
    29990102T000001Z_add_votes
    ");
    insta::assert_snapshot!(
        terminal.type_lines("chain stock --restamp 29990102T000001Z_add_votes"), @"
        $ sdk-cli chain stock --restamp 29990102T000001Z_add_votes
        error: `29990102T000001Z_add_votes` stands after all others already
        exit code 1
        ");
    let moved = terminal.read("modules/stock/migrations/29990102T000001Z_add_votes.json");
    assert!(
        moved.contains("29990101T000000Z_add_votes"),
        "its text is as it was: {moved}"
    );
}

#[test]
fn a_migration_that_others_build_on_is_not_restamped() {
    let terminal = Terminal::with_table();
    by_hand(&terminal, "29990101T000000Z_first");
    terminal.write(
        "modules/stock/migrations/29990102T000000Z_second.json",
        r#"{ "format": 1, "after": ["stock/29990101T000000Z_first"], "operations": [] }"#,
    );
    insta::assert_snapshot!(
        terminal.type_lines("chain stock --restamp 29990101T000000Z_first"), @"
        $ sdk-cli chain stock --restamp 29990101T000000Z_first
        error: `stock/29990102T000000Z_second` says in `after` that it comes after `stock/29990101T000000Z_first`, which would have another name: write the new one there by hand, or restamp the other branch's migration
        exit code 1
        ");
    terminal.write(
        "modules/stock/migrations/29990101T000000Z_first.json",
        r#"{ "format": 1, "operations": [ { "rename_table": { "from": "item", "to": "thing" } } ] }"#,
    );
    terminal.write(
        "modules/stock/migrations/29990102T000000Z_second.json",
        r#"{ "format": 1, "operations": [ { "rename_table": { "from": "thing", "to": "item" } } ] }"#,
    );
    insta::assert_snapshot!(
        terminal.type_lines("chain stock --restamp 29990101T000000Z_first"), @"
        $ sdk-cli chain stock --restamp 29990101T000000Z_first
        error: modules/stock/migrations/29990102T000000Z_second.json: would no longer fold in the new order: operation 1: table `stock.thing` does not exist; module `stock` has item
        exit code 1
        ");
    assert!(!terminal.read(CHAIN).contains("first"));
}

#[test]
fn an_edit_is_not_hidden() {
    let terminal = Terminal::with_table();
    by_hand(&terminal, "29990101T000000Z_first");
    by_hand(&terminal, "29990102T000000Z_second");
    terminal.quietly("chain stock");
    terminal.edit(
        "modules/stock/migrations/29990101T000000Z_first.json",
        "1,",
        "1, \"after\": [],",
    );
    insta::assert_snapshot!(terminal.type_lines("chain stock"), @"
    $ sdk-cli chain stock
    nothing to do: the chain of `stock` agrees with its migrations
    ");
    terminal.edit(
        "modules/stock/migrations/29990101T000000Z_first.json",
        "_first",
        "_1",
    );
    std::fs::remove_file(
        terminal
            .at
            .join("modules/stock/migrations/29990102T000000Z_second.json"),
    )
    .unwrap();
    let before = terminal.snapshot();
    insta::assert_snapshot!(
        terminal.type_lines("chain stock\nchain stock --accept 29990101T000000Z_first"), @"
        $ sdk-cli chain stock
        modules/stock/migrations/29990101T000000Z_first.json: was edited since its line in the chain was written
        modules/stock/migrations/29990102T000000Z_second.json: is gone, but has a line in the chain
        error: a database that has applied one of these would refuse to start; nothing was written
        hint: put back what was there; or, if no database has applied it: sdk-cli chain stock --accept 29990101T000000Z_first --accept 29990102T000000Z_second
        exit code 1
        $ sdk-cli chain stock --accept 29990101T000000Z_first
        modules/stock/migrations/29990102T000000Z_second.json: is gone, but has a line in the chain
        error: a database that has applied one of these would refuse to start; nothing was written
        hint: put back what was there; or, if no database has applied it: sdk-cli chain stock --accept 29990101T000000Z_first --accept 29990102T000000Z_second
        exit code 1
        ");
    assert_eq!(terminal.snapshot(), before);
    insta::assert_snapshot!(
        terminal.type_lines(
            "chain stock --accept 29990101T000000Z_first --accept 29990102T000000Z_second.json
             check
             chain stock --accept 29990101T000000Z_first"
        ), @"
        $ sdk-cli chain stock --accept 29990101T000000Z_first --accept 29990102T000000Z_second.json
        changed modules/stock/migrations/chain.txt
            29990101T000000Z_first was changed, which is accepted
            29990102T000000Z_second was changed, which is accepted
        hint: sdk-cli check
        $ sdk-cli check
        ok   stock: 1 table, 2 migrations
        ok   1 module checked
        $ sdk-cli chain stock --accept 29990101T000000Z_first
        error: there is nothing to accept of `29990101T000000Z_first`: it is not both in the chain and another file than its line says
        exit code 1
        ");
}

#[test]
fn a_line_that_is_none_is_shown() {
    let terminal = Terminal::with_table();
    terminal.edit(CHAIN, "# Kept", "Kept");
    insta::assert_snapshot!(terminal.type_lines("chain stock"), @"
    $ sdk-cli chain stock
    error: modules/stock/migrations/chain.txt:1:1: `Kept by sdk-cli. A conflict here means t` is not a line of a chain: expected STAMP_name CHECKSUM SUM, with 64 hexadecimal digits each
    hint: take the line out, or get the file back from git
    exit code 1
    ");
}
