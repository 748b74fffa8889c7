//! Sessions with a server: what is typed, and what is then on the screen.

use std::future::{pending, ready};

use sdk_client::{Console, Server, reflection};

use crate::{
    descriptors::Memory,
    host,
    screen::{Closed, Screen},
};

async fn screen() -> Screen {
    Screen::of(&host::start().await).await
}

#[tokio::test]
async fn a_list_is_a_table_and_says_where_it_goes_on() {
    insta::assert_snapshot!(screen().await.call("shop search tea").await, @r#"
    id  name                                      kind        price  labels            at                               since                 keeps
    7   Tea                                       fresh-food  450                                                                             1h30m
    8   A book with a title that is far too lon…  book        0      {"cover":"hard"}  {"latitude":48.2,"longitude":0}  2026-05-01T12:00:00Z
    more: --page-token abc
    "#);
    insta::assert_snapshot!(screen().await.call("shop search none").await, @"no items");
}

#[tokio::test]
async fn rows_whose_fields_only_the_server_knows_are_a_table() {
    insta::assert_snapshot!(screen().await.call("shop staff count-stock").await, @r"
    item  amount  tags
    Tea   3       green, loose
    Book
    places  cellar, shelf
    ");
}

#[tokio::test]
async fn any_other_reply_is_a_line_for_each_field_and_steers_no_terminal() {
    insta::assert_snapshot!(screen().await.call("shop get-item 7").await, @r#"
    id           7
    name         Tea [2J
    kind         fresh-food
    price        450
    labels       {"leaf":"green","origin":"Assam"}
    at.latitude  48.2
    since        2026-05-01T12:00:00Z
    keeps        1h30m
    "#);
    insta::assert_snapshot!(screen().await.call("shop ping").await, @"");
}

#[tokio::test]
async fn json_has_all_fields_by_the_names_of_the_proto() {
    insta::assert_snapshot!(screen().await.call("shop get-item 7 --json").await, @r#"
    {
      "id": "7",
      "name": "Tea\u001b[2J",
      "kind": "KIND_FRESH_FOOD",
      "price": "450",
      "labels": {
        "leaf": "green",
        "origin": "Assam"
      },
      "at": {
        "latitude": 48.2,
        "longitude": 0
      },
      "since": "2026-05-01T12:00:00Z",
      "keeps": "5400s"
    }
    "#);
}

#[tokio::test]
async fn a_secret_is_shown_in_json_only() {
    insta::assert_snapshot!(screen().await.call("shop sign-in ann").await, @"
    token       (secret)
    expires_in  1h30m
    ");
    insta::assert_snapshot!(screen().await.call("shop sign-in ann --json").await, @r#"
    {
      "token": "sesame",
      "expires_in": "5400s"
    }
    "#);
}

#[tokio::test]
async fn a_secret_in_the_words_of_a_command_is_warned_of() {
    let screen = screen().await;
    insta::assert_snapshot!(screen.call("shop sign-in ann --password sesame").await, @r"
    token       (secret)
    expires_in  1h30m
    warning: the secret of `--password` stands in the list of processes for every user of this machine: use -, to be asked for it, or @FILE
    ");
    insta::assert_snapshot!(screen.call(r#"shop sign-in --request {"password":"sesame"}"#).await, @r"
    token       (secret)
    expires_in  1h30m
    warning: the secret of `--request` stands in the list of processes for every user of this machine: use @FILE
    ");
    let mut screen = screen;
    screen.files = Memory::default().with("word", "sesame");
    let quiet = screen.call("shop sign-in ann --password @word").await;
    assert!(!quiet.contains("warning"), "{quiet}");
}

/// What a stream shows until it has sent so many lines and somebody interrupts it.
async fn watch(words: &[&str], lines: usize) -> String {
    let (reached, stop) = tokio::sync::oneshot::channel();
    let mut seen = Until {
        lines,
        text: String::new(),
        reached: Some(reached),
    };
    let stopped = async { stop.await.unwrap() };
    screen().await.run(words, &mut seen, stopped).await.unwrap();
    seen.text
}

#[tokio::test]
async fn a_stream_is_a_line_for_each_message_until_it_is_stopped() {
    insta::assert_snapshot!(watch(&["shop", "watch"], 3).await, @r#"
    item=7  customer="Ann Lee"  at.latitude=1

    item=8  customer="\u0007\u009b"
    "#);
    insta::assert_snapshot!(watch(&["shop", "watch", "--json"], 3).await, @r#"
    {"item":"7","customer":"Ann Lee","at":{"latitude":1,"longitude":0}}
    {"item":"0","customer":""}
    {"item":"8","customer":"\u0007\u009b"}
    "#);
}

#[tokio::test]
async fn progress_is_told_apart_from_findings() {
    insta::assert_snapshot!(screen().await.call("shop recount").await, @r#"
    finding="two are missing"
    0 of 200  books
    100 of 200  food
    200 of 200  food
    "#);
    insta::assert_snapshot!(screen().await.call("shop recount --json").await, @r#"
    {"done":0,"total":200,"shelf":"books","finding":""}
    {"done":10,"total":200,"shelf":"books","finding":""}
    {"done":100,"total":200,"shelf":"food","finding":"two are missing"}
    {"done":200,"total":200,"shelf":"food","finding":""}
    "#);
}

#[tokio::test]
async fn requests_of_a_stream_come_from_lines() {
    let mut screen = screen().await;
    screen.files = Memory::default()
        .with("items", "{\"id\": 1}\n\n{\"id\": 2}\n")
        .with("broken", "{\"id\": 1}\n{\"id\": two}\n")
        .with("-", "{\"text\": \"one\"}\n{\"text\": \"two\"}");
    insta::assert_snapshot!(screen.call("shop import --requests items").await, @"taken  2");
    insta::assert_snapshot!(screen.call("shop import --requests broken").await, @"
    error: broken: line 2: expected JSON of a `shop.v1.Item`: expected ident at line 1 column 9
    exit code 1
    ");
    insta::assert_snapshot!(screen.call("shop import --requests none").await, @"
    error: `--requests`: none cannot be read: entity not found
    exit code 2
    ");
    insta::assert_snapshot!(screen.call("shop ask --requests -").await, @"
    text=one?
    text=two?
    ");
}

#[tokio::test]
async fn what_a_server_says_is_shown_with_what_to_do() {
    let screen = screen().await;
    insta::assert_snapshot!(screen.call("shop search bad").await, @"
    error: the request is not valid
        near.latitude: is above 90
        page_size: is above 1000
    hint: what may be looked for: https://example.org/search
    exit code 103
    ");
    insta::assert_snapshot!(screen.call("shop get-item 9").await, @"
    error: there is no such item
    hint: call shop search shows what there is
    exit code 105
    ");
    insta::assert_snapshot!(screen.call("shop get-item 8").await, @"
    error: two
           lines [2J
    exit code 113
    ");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_told_how_to() {
    let mut server = host::start().await;
    server.token = None;
    insta::assert_snapshot!(Screen::of(&server).await.call("shop watch").await, @"
    error: nobody is signed in
    hint: sign in with a token: --token-file FILE, or a profile that has one
    exit code 116
    ");
}

#[tokio::test]
async fn the_server_is_told_how_long_it_may_take() {
    let screen = screen().await;
    insta::assert_snapshot!(screen.call("shop ping --timeout 1m").await, @"
    error: 60000000u
    exit code 109
    ");
    insta::assert_snapshot!(screen.call("shop search slow --timeout 50ms").await, @"
    error: the call took longer than 50ms
    hint: give it more time: --timeout 1m
    exit code 104
    ");
    insta::assert_snapshot!(screen.call("shop watch --timeout 1s --json").await, @r#"
    {"item":"7","customer":"Ann Lee","at":{"latitude":1,"longitude":0}}
    {"item":"0","customer":""}
    {"item":"8","customer":"\u0007\u009b"}
    error: the call took longer than 1s
    hint: give it more time: --timeout 1m
    exit code 104
    "#);
}

#[tokio::test]
async fn a_call_that_is_interrupted_is_cancelled() {
    let screen = screen().await;
    let words = ["shop", "search", "slow"];
    insta::assert_snapshot!(screen.call_until(&words, ready(())).await, @"
    error: the call was cancelled
    exit code 101
    ");
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let screen = screen().await;
    let mut console = Console::new(Closed, Vec::new(), false);
    let ended = screen
        .run(&["shop", "watch"], &mut console, pending())
        .await;
    let error = ended.unwrap_err();
    assert_eq!((error.exit_code(), error.to_string()), (0, String::new()));
}

#[tokio::test]
async fn reflection_gives_the_pool_with_options_and_comments() {
    let server = host::start().await;
    let pool = reflection::pool(server.connect().await.unwrap())
        .await
        .unwrap();
    let command = sdk_client::Calls::new(pool.clone()).command("call");
    let expected = crate::descriptors::calls().command("call");
    let help = |mut command: clap::Command, words: &str| {
        let words = words.split(' ').map(str::to_owned);
        command
            .try_get_matches_from_mut(words)
            .unwrap_err()
            .to_string()
    };
    for words in [
        "call shop --help",
        "call shop search --help",
        "call shop sign-in --help",
    ] {
        assert_eq!(help(command.clone(), words), help(expected.clone(), words));
    }
    insta::assert_snapshot!(Screen::with_pool(&server, pool).await.call("shop recount").await, @r#"
    finding="two are missing"
    0 of 200  books
    100 of 200  food
    200 of 200  food
    "#);
}

#[tokio::test]
async fn a_method_that_the_server_does_not_have_is_said_to_be_newer() {
    let server = host::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file =
        "syntax = \"proto3\"; package new.v1; message M {} service New { rpc Go(M) returns (M); }";
    std::fs::write(folder.path().join("new.proto"), file).unwrap();
    let pool = crate::descriptors::compile(&[folder.path()], "new.proto");
    insta::assert_snapshot!(Screen::with_pool(&server, pool).await.call("new go").await, @"
    error: no such method
    hint: the server may be older than what you call; --help shows what it has
    exit code 112
    ");
}

#[tokio::test]
async fn a_server_that_is_no_longer_there_gives_a_clean_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let accepted = tokio::spawn(async move { listener.accept().await.unwrap() });
    let screen = Screen::of(&Server::new(url)).await;
    drop(accepted.await.unwrap());
    let shown = screen.call("shop ping").await;
    // What exactly the system says depends on who was faster.
    let lost = "error: the connection was lost: transport error: ";
    assert!(shown.starts_with(lost), "{shown}");
    let end = "hint: see whether the server is running, and try again\nexit code 114\n";
    assert!(shown.ends_with(end), "{shown}");
}

/// A terminal that tells when it has so many lines.
struct Until {
    lines: usize,
    text: String,
    reached: Option<tokio::sync::oneshot::Sender<()>>,
}

impl sdk_client::Terminal for Until {
    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.text.push_str(text);
        if self.text.lines().count() == self.lines
            && let Some(reached) = self.reached.take()
        {
            reached.send(()).unwrap();
        }
        Ok(())
    }

    fn progress(&mut self, _: &sdk_client::Progress) {}
}
