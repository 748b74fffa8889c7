//! What is a file of translations, and what its faults say.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn faults(file: &str, text: &str) -> String {
    Arb::parse(file, text).unwrap_err().to_string()
}

#[track_caller]
fn refuses(file: &str, text: &str, expect: &str) {
    assert_eq!(faults(file, text), format!("{file}{expect}"));
}

fn parse(locale: &str, messages: &str) -> Arb {
    let text = format!("{{\n\"@@locale\": \"{locale}\",\n{messages}\n}}");
    Arb::parse(&format!("{locale}.arb"), &text).unwrap()
}

const FULL: &str = r#"{
  "@@locale": "en",
  "@@author": "Ada",
  "posts": "{count, plural, one {# post} other {# posts}} by {name}",
  "@posts": {
    "description": "Above the list",
    "placeholders": {
      "count": {
        "type": "int",
        "example": "3"
      },
      "name": {
        "format": "short"
      }
    },
    "context": "list"
  },
  "hello": "Hello"
}
"#;

#[test]
fn a_file_is_written_as_it_was_read() {
    let arb = Arb::parse("en.arb", FULL).unwrap();
    assert_eq!(arb.to_text(), FULL);
    let posts = &arb.messages["posts"];
    assert_eq!(posts.description.as_deref(), Some("Above the list"));
    assert_eq!(posts.placeholders["count"].kind, Some(PlaceholderType::Int));
    assert_eq!(posts.place, Some(Place { line: 4, column: 3 }));
    assert_eq!(arb.file_name(), "en.arb");
}

#[test]
fn descriptions_may_stand_before_their_messages() {
    let arb = parse("en", r#""@a": { "description": "A" }, "a": "x""#);
    assert_eq!(arb.messages["a"].description.as_deref(), Some("A"));
}

#[test]
fn descriptions_give_kinds_to_plain_placeholders() {
    let arb = parse(
        "en",
        r#""a": "{n} {d} {t} {u}",
        "@a": { "placeholders": { "n": { "type": "double" }, "d": { "type": "DateTime" }, "t": { "type": "String" } } }"#,
    );
    let kinds: Vec<_> = arb
        .arguments("a")
        .into_iter()
        .map(|argument| argument.kind)
        .collect();
    let expect = [
        ArgumentKind::Number,
        ArgumentKind::Date,
        ArgumentKind::Text,
        ArgumentKind::Text,
    ];
    assert_eq!(kinds, expect);
    assert_eq!(arb.arguments("b"), []);
}

#[test]
fn says_where_json_is_broken() {
    let expect = ":3:10: not a JSON object: expected `:`";
    refuses(
        "de.arb",
        "{\n \"@@locale\": \"de\",\n \"größe\" \"b\"\n}",
        expect,
    );
    refuses(
        "de.arb",
        "[]",
        ":1:1: not a JSON object: invalid type: sequence, expected an object of messages",
    );
    refuses(
        "de.arb",
        "",
        ":1:1: not a JSON object: EOF while parsing a value",
    );
    refuses(
        "de.arb",
        "{} {}",
        ":1:4: not a JSON object: trailing characters",
    );
}

#[test]
fn the_name_of_the_file_is_its_locale() {
    refuses(
        "messages.txt",
        "{}",
        ": expected a file name that ends in `.arb`",
    );
    let expect =
        "`zh_Hant` is not a locale: expected BCP 47 in its usual spelling, such as `zh-Hant`";
    refuses(
        "zh_Hant.arb",
        "{}",
        &format!(": expected a file name such as `de.arb` or `zh-Hant.arb`: {expect}"),
    );
    refuses(
        "de.arb",
        "{}",
        ": `@@locale` is missing, expected \"@@locale\": \"de\"",
    );
    let expect = ":1:2: `@@locale` is \"en\", expected \"de\" as in the name of the file";
    refuses("de.arb", "{\"@@locale\": \"en\"}", expect);
    let expect = ":1:2: `@@locale` is 5, expected \"de\" as in the name of the file";
    refuses("de.arb", "{\"@@locale\": 5}", expect);
}

#[test]
fn reports_all_faults_of_a_file_at_once() {
    let text = r#"{
  "@@locale": "de",
  "a": "{n, plural, few {x} other {y}}",
  "a": "again", "b c": "x",
  "d": 5,
  "@e": {},
  "f": "d'un {", "g": "{x}",
  "@g": { "placeholders": { "y": {} } },
  "h": "{n, number}",
  "@h": { "placeholders": { "n": { "type": "String" } } },
  "i": "", "@i": { "placeholders": { "n": { "type": "text" } } }
}"#;
    assert_snapshot!(faults("de.arb", text), @"
    de.arb:3:3: message `a`: plural `n` has an arm `few`, which `de` never uses: expected `one`, `other` or an exact number such as `=0`
    de.arb:4:3: message `a`: the key stands in the file twice, first in line 3
    de.arb:4:17: message `b c`: the key is not an identifier: expected a letter, then letters, digits and `_`
    de.arb:5:3: message `d`: expected a text, found 5
    de.arb:6:3: `@e` describes a message that is not in the file
    de.arb:7:3: message `f`: not an ICU message at character 7: expected ICU identifier
    de.arb:7:18: message `g`: placeholder `y` is described but does not occur in the message
    de.arb:9:3: message `h`: placeholder `n` is described as String, but the message uses it as a number
    de.arb:11:12: message `i`: its description `@…` cannot be read: unknown variant `text`, expected one of `String`, `int`, `num`, `double`, `DateTime`
    ");
}

#[test]
fn a_translation_says_what_its_source_says() {
    let source = parse(
        "en",
        r#""a": "{n} {name}", "@a": { "placeholders": { "n": { "type": "int" } } },
        "b": "{g, select, f {her} m {his} other {their}}", "c": "c", "d": "{x, date}", "e": "{t}""#,
    );
    let right = parse(
        "ar",
        r#""a": "{name} {n, plural, zero {} few {#} other {# {name}}}",
        "b": "{g, select, f {x} other {y}}", "d": "{x}", "e": "{t, select, a {} other {}}""#,
    );
    assert_eq!(check_translation(&source, &right), []);
    let wrong = parse(
        "de",
        "\"a\": \"{n} {nam}\",\n\"b\": \"{g, select, w {ihr} other {ihr}}\",\n\"c\": \"{x}\",\n\"d\": \"{x, number}\",\n\"e\": \"{t, plural, other {}}\",\n\"f\": \"f\"",
    );
    let faults = ArbFaults(check_translation(&source, &wrong));
    assert_snapshot!(faults, @"
    de.arb:3:1: message `a`: placeholder `{name}` of `en` is missing
    de.arb:3:1: message `a`: placeholder `{nam}` is not in `en`, which has {n}, {name}
    de.arb:4:1: message `b`: select `g` has a key `w`, but `en` knows only `f`, `m`, `other`
    de.arb:5:1: message `c`: placeholder `{x}` is not in `en`, which has none
    de.arb:6:1: message `d`: placeholder `{x}` is a date in `en`, but a number here
    de.arb:7:1: message `e`: placeholder `{t}` is a text in `en`, but a number here
    de.arb:8:1: message `f`: `en` has no such message, and a translation cannot add one
    ");
}

proptest! {
    #[test]
    fn no_file_is_too_strange(text in ".{0,60}", message in ".{0,30}", key in ".{0,10}") {
        let _ = Arb::parse("de.arb", &text);
        let (key, message) = (Json::from(key), Json::from(message));
        let text = format!("{{\"@@locale\": \"de\", {key}: {message}, \"@x\": {message}}}");
        let _ = Arb::parse("de.arb", &text);
    }

    #[test]
    fn keys_are_found_wherever_they_stand(
        texts in prop::collection::vec("[^'{}]{0,12}", 1..6),
        spaces in "[ \n\t]{0,4}",
    ) {
        let members = texts.iter().enumerate().map(|(index, text)| {
            let text = Json::from(text.as_str());
            format!("{spaces}\"k{index}\"{spaces}:{spaces}{text}{spaces},\"@k{index}\":{{\"x\":[{text}]}}")
        });
        let file = format!("{{\"@@locale\":\"de\",{}}}", members.collect::<Vec<_>>().join(","));
        let arb = Arb::parse("de.arb", &file).unwrap();
        let lines: Vec<Vec<char>> = file.split('\n').map(|line| line.chars().collect()).collect();
        for (key, message) in &arb.messages {
            let Place { line, column } = message.place.unwrap();
            let found: String = lines[line - 1][column - 1..].iter().take(key.len() + 2).collect();
            prop_assert_eq!(found, format!("\"{key}\""));
        }
        prop_assert_eq!(&Arb::parse("de.arb", &arb.to_text()).unwrap().to_text(), &arb.to_text());
    }
}
