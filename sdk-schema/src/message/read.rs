//! From the parser's tree to the parts of a message, with all faults at once.

use ferrocat_icu::{IcuMessage, IcuNode, IcuOption, IcuPluralKind};
use indexmap::IndexMap;

use super::{
    Argument, ArgumentKind, MessageFault, NumberStyle, Part, Plural, PluralCategory, PluralKind,
    Select,
};

/// Arms by selector.
type Arms = Vec<(String, Vec<Part>)>;

/// Collects arguments and faults while it walks the tree.
#[derive(Default)]
pub(super) struct Reader {
    arguments: IndexMap<String, ArgumentKind>,
    faults: Vec<MessageFault>,
}

impl Reader {
    pub(super) fn read(
        message: IcuMessage,
    ) -> Result<(Vec<Part>, Vec<Argument>), Vec<MessageFault>> {
        let mut reader = Self::default();
        let parts = reader.parts(message.nodes);
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        let arguments = reader.arguments.into_iter();
        let arguments = arguments.map(|(name, kind)| Argument { name, kind });
        Ok((parts, arguments.collect()))
    }

    fn parts(&mut self, nodes: Vec<IcuNode>) -> Vec<Part> {
        nodes
            .into_iter()
            .filter_map(|node| self.part(node))
            .collect()
    }

    fn part(&mut self, node: IcuNode) -> Option<Part> {
        match node {
            IcuNode::Literal(text) => Some(Part::Text(text)),
            IcuNode::Pound => Some(Part::Count),
            IcuNode::Argument { name } => {
                self.argument(&name, ArgumentKind::Text);
                Some(Part::Argument(name))
            }
            IcuNode::Number { name, style } => self.number(name, style.as_deref()),
            IcuNode::Date { name, style } => self.date(name, style),
            IcuNode::Select { name, options } => self.select(name, options),
            IcuNode::Plural { .. } => self.plural(node),
            IcuNode::Time { name, .. } => self.unsupported(name, "time"),
            IcuNode::List { name, .. } => self.unsupported(name, "list"),
            IcuNode::Duration { name, .. } => self.unsupported(name, "duration"),
            IcuNode::Ago { name, .. } => self.unsupported(name, "ago"),
            IcuNode::Name { name, .. } => self.unsupported(name, "name"),
            other => self.unsupported(format!("{other:?}"), "something new"),
        }
    }

    fn unsupported(&mut self, name: String, found: &str) -> Option<Part> {
        self.faults.push(MessageFault::Format {
            name,
            found: found.to_owned(),
        });
        None
    }

    /// Notes that `name` is used as `kind`. As a text anything can be used.
    fn argument(&mut self, name: &str, kind: ArgumentKind) {
        if !is_usable(name) {
            let found = name.to_owned();
            return self.faults.push(MessageFault::ArgumentName { found });
        }
        let Some(known) = self.arguments.get_mut(name) else {
            self.arguments.insert(name.to_owned(), kind);
            return;
        };
        match (&mut *known, kind) {
            (_, ArgumentKind::Text)
            | (ArgumentKind::Number, ArgumentKind::Number)
            | (ArgumentKind::Date, ArgumentKind::Date) => {}
            (ArgumentKind::Text, kind) => *known = kind,
            (ArgumentKind::Select(keys), ArgumentKind::Select(more)) => {
                for key in more {
                    if !keys.contains(&key) {
                        keys.push(key);
                    }
                }
            }
            (first, second) => self.faults.push(MessageFault::ArgumentKinds {
                name: name.to_owned(),
                first: first.clone(),
                second,
            }),
        }
    }

    fn number(&mut self, name: String, style: Option<&str>) -> Option<Part> {
        self.argument(&name, ArgumentKind::Number);
        let style = match style {
            None => NumberStyle::Decimal,
            Some("integer") => NumberStyle::Integer,
            Some("percent") => NumberStyle::Percent,
            Some(found) => {
                return self.unsupported_style(name, found, "none, `integer` or `percent`");
            }
        };
        Some(Part::Number { name, style })
    }

    fn date(&mut self, name: String, style: Option<String>) -> Option<Part> {
        self.argument(&name, ArgumentKind::Date);
        match style {
            None => Some(Part::Date(name)),
            Some(found) => self.unsupported_style(name, &found, "none"),
        }
    }

    fn unsupported_style(
        &mut self,
        name: String,
        found: &str,
        expected: &'static str,
    ) -> Option<Part> {
        self.faults.push(MessageFault::Style {
            name,
            found: found.to_owned(),
            expected,
        });
        None
    }

    fn select(&mut self, name: String, options: Vec<IcuOption>) -> Option<Part> {
        let keys = options.iter().map(|option| option.selector.clone());
        let keys = keys.filter(|key| key != "other").collect();
        self.argument(&name, ArgumentKind::Select(keys));
        let (arms, other) = self.arms(&name, options);
        Some(Part::Select(Select {
            other: other?,
            arms,
            name,
        }))
    }

    fn plural(&mut self, node: IcuNode) -> Option<Part> {
        let IcuNode::Plural {
            name,
            kind,
            offset,
            options,
        } = node
        else {
            return None;
        };
        self.argument(&name, ArgumentKind::Number);
        let (arms, other) = self.arms(&name, options);
        let mut plural = Plural {
            name,
            kind: match kind {
                IcuPluralKind::Cardinal => PluralKind::Cardinal,
                IcuPluralKind::Ordinal => PluralKind::Ordinal,
            },
            offset,
            exact: Vec::new(),
            categories: Vec::new(),
            other: Vec::new(),
        };
        for (selector, parts) in arms {
            self.plural_arm(&mut plural, selector, parts);
        }
        plural.other = other?;
        Some(Part::Plural(plural))
    }

    fn plural_arm(&mut self, plural: &mut Plural, selector: String, parts: Vec<Part>) {
        let exact = selector.strip_prefix('=').map(str::parse);
        if let Some(Ok(number)) = exact {
            plural.exact.push((number, parts));
        } else if let Some(category) = PluralCategory::from_name(&selector) {
            plural.categories.push((category, parts));
        } else {
            self.faults.push(MessageFault::Category {
                name: plural.name.clone(),
                found: selector,
            });
        }
    }

    /// The arms by selector, and the arm `other` apart.
    fn arms(&mut self, name: &str, options: Vec<IcuOption>) -> (Arms, Option<Vec<Part>>) {
        let mut arms: IndexMap<String, Vec<Part>> = IndexMap::new();
        for option in options {
            let parts = self.parts(option.value);
            if arms.contains_key(&option.selector) {
                self.faults.push(MessageFault::ArmTwice {
                    name: name.to_owned(),
                    arm: option.selector.clone(),
                });
            }
            arms.insert(option.selector, parts);
        }
        let other = arms.shift_remove("other");
        if other.is_none() {
            let name = name.to_owned();
            self.faults.push(MessageFault::OtherMissing { name });
        }
        (arms.into_iter().collect(), other)
    }
}

/// Whether `name` can be the name of an argument in Rust, if need be with `r#`.
fn is_usable(name: &str) -> bool {
    crate::arb::is_identifier(name) && !matches!(name, "self" | "Self" | "super" | "crate")
}
