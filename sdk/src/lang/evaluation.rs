//! Putting one message into words.

use sdk_schema::message::{NumberStyle, Part, Plural, Select};

use super::{ArgumentValue, Message, Number, complaints::Complaints, rules::Rules};

/// What is needed to show a message, and the text so far.
pub(super) struct Evaluation<'a> {
    pub(super) message: &'a Message,
    /// The locale that the text is written in.
    pub(super) locale: &'a str,
    /// How that language chooses plurals.
    pub(super) plurals: &'a Rules,
    /// How the reader's locale writes numbers.
    pub(super) numbers: &'a Rules,
    pub(super) complaints: &'a Complaints,
    pub(super) text: String,
}

/// What `#` stands for.
#[derive(Clone, Copy)]
pub(super) enum Count<'a> {
    /// The number of the plural around it, less the offset.
    Number(Number),
    /// Something that is not a number, in place of one.
    Argument(&'a str),
    /// Itself, outside of any plural.
    Sign,
}

impl Evaluation<'_> {
    pub(super) fn parts(&mut self, parts: &[Part], count: Count<'_>) {
        for part in parts {
            self.part(part, count);
        }
    }

    fn part(&mut self, part: &Part, count: Count<'_>) {
        match part {
            Part::Text(text) => self.text.push_str(text),
            Part::Argument(name) | Part::Date(name) => self.argument(name),
            Part::Number { name, style } => self.number(name, *style),
            Part::Plural(plural) => self.plural(plural),
            Part::Select(select) => self.select(select, count),
            Part::Count => match count {
                Count::Number(number) => self.text.push_str(&self.numbers.decimal(number)),
                Count::Argument(name) => self.argument(name),
                Count::Sign => self.text.push('#'),
            },
        }
    }

    fn argument(&mut self, name: &str) {
        match self.message.argument(name) {
            Some(ArgumentValue::Text(text)) => self.text.push_str(text),
            Some(ArgumentValue::Number(number)) => {
                self.text.push_str(&self.numbers.decimal(*number));
            }
            Some(ArgumentValue::Date(date)) => self.text.push_str(&date.to_string()),
            None => {
                self.complain(name, "is missing");
                self.text.extend(["{", name, "}"]);
            }
        }
    }

    fn number(&mut self, name: &str, style: NumberStyle) {
        let Some(number) = self.number_of(name) else {
            return self.argument(name);
        };
        let shown = match style {
            NumberStyle::Decimal => self.numbers.decimal(number),
            NumberStyle::Integer => self.numbers.integer(number),
            NumberStyle::Percent => self.numbers.percent(number),
        };
        self.text.push_str(&shown);
    }

    fn plural(&mut self, plural: &Plural) {
        let Some(number) = self.number_of(&plural.name) else {
            return self.parts(&plural.other, Count::Argument(&plural.name));
        };
        let count = number.less(plural.offset);
        let exact = plural.exact.iter().find(|(exact, _)| number.is(*exact));
        let by_category = || {
            let wanted = self.plurals.category(plural.kind, count);
            let mut arms = plural.categories.iter();
            arms.find_map(|(category, arm)| (*category == wanted).then_some(arm))
        };
        let arm = exact.map(|(_, arm)| arm).or_else(by_category);
        self.parts(arm.unwrap_or(&plural.other), Count::Number(count));
    }

    fn select(&mut self, select: &Select, count: Count<'_>) {
        let wanted = match self.message.argument(&select.name) {
            Some(ArgumentValue::Text(text)) => text.clone(),
            Some(ArgumentValue::Number(number)) => number.to_string(),
            Some(ArgumentValue::Date(date)) => date.to_string(),
            None => {
                self.complain(&select.name, "is missing");
                String::new()
            }
        };
        let arm = select.arms.iter().find(|(key, _)| *key == wanted);
        self.parts(arm.map_or(&select.other, |(_, arm)| arm), count);
    }

    /// The value of a numeric argument; a text counts if it reads as a number.
    fn number_of(&self, name: &str) -> Option<Number> {
        let number = match self.message.argument(name) {
            Some(ArgumentValue::Number(number)) => Some(*number),
            Some(ArgumentValue::Text(text)) => text.parse().ok(),
            Some(ArgumentValue::Date(_)) => None,
            None => {
                self.complain(name, "is missing");
                return None;
            }
        };
        if number.is_none() {
            self.complain(name, "is not a number");
        }
        number
    }

    fn complain(&self, name: &str, what: &str) {
        let detail = format!("argument `{name}` {what}");
        self.complaints
            .log(self.locale, self.message.key(), &detail);
    }
}
