//! Tests of messages in many languages.

mod formatting;
mod layers;
mod plurals;

use proptest::prelude::*;
use sdk_schema::{Arb, Manifest, Name, message::PluralKind};

use super::{ArgumentValue, Catalogues, Message, Number, rules::Rules};

/// A module whose source locale is the first of `files`.
fn module(name: &str, files: &[(&str, &str)]) -> Manifest {
    let mut manifest = Manifest::new(Name::new(name).unwrap(), "1.0.0");
    manifest.source_locale = files[0].0.to_owned();
    for (locale, messages) in files {
        let text = format!("{{\"@@locale\": \"{locale}\", {messages}}}");
        let arb = Arb::parse(&format!("{locale}.arb"), &text).unwrap();
        manifest.catalogues.push(arb);
    }
    manifest
}

/// Shows one message in one locale.
fn show(locale: &str, text: &str, arguments: &[(&'static str, ArgumentValue)]) -> String {
    let message = format!("\"key\": {}", serde_json::Value::from(text));
    let module = module("m", &[(locale, &message)]);
    let add = |message: Message, (name, value): &(&'static str, ArgumentValue)| {
        message.arg(*name, value.clone())
    };
    let message = arguments.iter().fold(Message::new("m.key"), add);
    Catalogues::new([&module]).get(locale).format(&message)
}

/// Messages in Arabic that use all there is, with the arguments `n` and `s`.
fn message_text() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "",
        "#",
        "it's",
        "''",
        "'{'",
        "é <b>",
        "{n}",
        "{s}",
        "{m}",
        "{n, number}",
        "{n, number, integer}",
        "{n, number, percent}",
        "{d, date}",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 32, 3, |inner| {
            let arms = (inner.clone(), inner.clone(), inner.clone());
            let offset = 0..3_u32;
            let plural = (arms.clone(), offset).prop_map(|((zero, few, other), offset)| {
                format!(
                    "{{n, plural, offset:{offset} =0 {{{zero}}} few {{{few}}} other {{{other}}}}}"
                )
            });
            let rank = inner
                .clone()
                .prop_map(|other| format!("{{n, selectordinal, other {{{other}}}}}"));
            let select = arms.prop_map(|(a, b, other)| {
                format!("{{s, select, a {{{a}}} 1 {{{b}}} other {{{other}}}}}")
            });
            let several = prop::collection::vec(inner, 1..4).prop_map(|parts| parts.concat());
            prop_oneof![plural, rank, select, several]
        })
}

fn argument() -> impl Strategy<Value = ArgumentValue> {
    let finite = any::<f64>().prop_map(ArgumentValue::from);
    let whole = any::<i64>().prop_map(ArgumentValue::from);
    let text = ".{0,8}".prop_map(ArgumentValue::from);
    let decimal = "-?[0-9]{1,39}(\\.[0-9]{0,40})?".prop_map(ArgumentValue::from);
    prop_oneof![finite, whole, text, decimal]
}

proptest! {
    #[test]
    fn a_message_that_is_accepted_can_be_shown_with_anything(
        text in message_text(),
        n in proptest::option::of(argument()),
        s in argument(),
    ) {
        let module = module("m", &[("ar", &format!("\"k\": {}", serde_json::Value::from(text)))]);
        let message = Message::new("m.k").arg("s", s);
        let message = n.into_iter().fold(message, |message, n| message.arg("n", n));
        Catalogues::new([&module]).get("ar").format(&message);
    }

    #[test]
    fn any_number_can_be_shown_and_counted(number in argument()) {
        if let ArgumentValue::Number(number) = number {
            let rules = Rules::new("pl");
            let shown = [rules.decimal(number), rules.integer(number), rules.percent(number)];
            prop_assert!(shown.iter().all(|text| !text.is_empty()));
            rules.category(PluralKind::Cardinal, number.less(u32::MAX));
        }
    }

    #[test]
    fn a_number_reads_back_as_it_is_written(digits in any::<i64>(), float in -1e15..1e15_f64) {
        let whole = Number::from(digits);
        prop_assert_eq!(whole.to_string().parse(), Ok(whole));
        prop_assert_eq!(Number::from(float).to_string().parse::<f64>(), Ok(float));
    }

    #[test]
    fn no_list_of_languages_is_too_strange(list in ".{0,40}") {
        Catalogues::new([]).accept(&list);
    }
}
