//! Sequences of HTTP/2 frames that cost a server more than their sender, and that it ends.

use super::*;

/// What an HTTP/2 client says first, and that it has no wishes.
const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;

/// A frame as RFC 9113, section 4.1, has it.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let [_, length @ ..] = length;
    [&length[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header by its name and value, added to the table of HPACK or not (RFC 7541, section 6.2).
fn header(first: u8, name: &str, value: &str) -> Vec<u8> {
    [&[first][..], &text(name), &text(value)].concat()
}

/// A string of HPACK: a length of 7 bits, or one that goes on behind them.
fn text(value: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    if value.len() < 127 {
        bytes.push(u8::try_from(value.len()).unwrap());
    } else {
        bytes.push(127);
        let mut rest = value.len() - 127;
        while rest >= 128 {
            bytes.push(u8::try_from(rest % 128).unwrap() | 128);
            rest /= 128;
        }
        bytes.push(u8::try_from(rest).unwrap());
    }
    bytes.extend(value.bytes());
    bytes
}

/// The head of a call of the owner's: `POST`, `http`, and what gRPC asks for.
fn call(stand: &Stand) -> Vec<u8> {
    let token = format!("Bearer {}", stand.owner);
    let headers = [
        vec![0x83, 0x86],
        header(0, ":path", LIST),
        header(0, ":authority", "a"),
        header(0, "content-type", "application/grpc"),
        header(0, "authorization", &token),
        header(0, PLAY, "wait"),
    ];
    headers.concat()
}

/// Whether the server has said GOAWAY among the frames it has sent, and why.
fn goes_away(mut heard: &[u8]) -> Option<u32> {
    while let Some((head, rest)) = heard.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let (payload, after) = rest.split_at_checked(usize::try_from(length).unwrap())?;
        if head[3] == GOAWAY {
            let code = payload[4..8].try_into().unwrap();
            return Some(u32::from_be_bytes(code));
        }
        heard = after;
    }
    None
}

/// The code of those who do more than is good.
const ENHANCE_YOUR_CALM: u32 = 11;

/// Sends frames until the server ends the connection, and looks after others.
async fn check(attack: impl Fn(&Stand) -> Vec<u8>, expected: u32) {
    for tls in [false, true] {
        let stand = Stand::with(Limits::default(), tls).await;
        let frames = [HELLO, &attack(&stand)].concat();
        let heard = converse(stand.secured().await, &frames);
        let (heard, ()) = tokio::join!(heard, stand.serves_others());
        assert_eq!(goes_away(&heard), Some(expected), "TLS: {tls}");
        stand.serves_others().await;
        stand.counts("sdk_calls_open 0").await;
        stand.counts("sdk_request_bytes 0").await;
    }
}

#[tokio::test]
async fn calls_that_are_begun_and_reset_at_once_end_the_connection() {
    let attack = |stand: &Stand| {
        let call = call(stand);
        let one = |number: u32| {
            let stream = 2 * number + 1;
            let cancel = 8_u32.to_be_bytes();
            [
                frame(HEADERS, END_HEADERS, stream, &call),
                frame(RST_STREAM, 0, stream, &cancel),
            ]
            .concat()
        };
        (0..5_000).flat_map(one).collect()
    };
    check(attack, ENHANCE_YOUR_CALM).await;
}

#[tokio::test]
async fn heads_that_never_end_end_the_connection() {
    let attack = |stand: &Stand| {
        let mut frames = frame(HEADERS, 0, 1, &call(stand));
        let more = header(0, "x", &"x".repeat(1_000));
        for _ in 0..5_000 {
            frames.extend(frame(CONTINUATION, 0, 1, &more));
        }
        frames
    };
    check(attack, ENHANCE_YOUR_CALM).await;
}

#[tokio::test]
async fn empty_parts_of_a_head_end_the_connection() {
    let attack = |stand: &Stand| {
        let mut frames = frame(HEADERS, 0, 1, &call(stand));
        for _ in 0..100_000 {
            frames.extend(frame(CONTINUATION, 0, 1, &[]));
        }
        frames
    };
    check(attack, ENHANCE_YOUR_CALM).await;
}

#[tokio::test]
async fn heads_that_grow_when_they_are_unpacked_end_the_connection() {
    let attack = |stand: &Stand| {
        // It is in the table after the first time, and has one byte from then on.
        let large = header(0x40, "x", &"x".repeat(3_000));
        let head = [call(stand), large, vec![0xbe; 10_000]].concat();
        frame(HEADERS, END_HEADERS | END_STREAM, 1, &head)
    };
    check(attack, ENHANCE_YOUR_CALM).await;
}

#[tokio::test]
async fn data_that_is_nothing_but_padding_ends_the_connection() {
    let attack = |stand: &Stand| {
        let padded = frame(DATA, PADDED, 1, &[&[255][..], &[0; 255]].concat());
        let head = frame(HEADERS, END_HEADERS, 1, &call(stand));
        [head, padded.repeat(1_000)].concat()
    };
    check(attack, ENHANCE_YOUR_CALM).await;
}
