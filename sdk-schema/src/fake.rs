//! Hints for generated test rows: what the values of a field should look like.

use std::fmt;

/// What `#[fake(…)]` says of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fake {
    /// Text of a kind: `#[fake(sentence)]`.
    Word(FakeKind),
    /// A number between two others, both included: `#[fake(range(1, 5))]`.
    Range {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal,)*) => {
        /// A kind of text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FakeKind {
            $($(#[$doc])* $kind,)*
        }

        impl FakeKind {
            /// The words that the source accepts, with their kinds.
            pub const WORDS: &[(&str, Self)] = &[$(($word, Self::$kind),)*];

            /// The word of the kind.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// One word.
    Word = "word",
    /// Several words with a capital and a full stop.
    Sentence = "sentence",
    /// Several sentences.
    Paragraph = "paragraph",
    /// A headline.
    Title = "title",
    /// Words in lower case joined by hyphens.
    Slug = "slug",
    /// First and last name.
    Name = "name",
    /// A first name.
    FirstName = "first_name",
    /// A last name.
    LastName = "last_name",
    /// The name under which somebody signs in.
    Username = "username",
    /// An address of electronic mail in a domain reserved for examples.
    Email = "email",
    /// A telephone number.
    Phone = "phone",
    /// The name of a company.
    Company = "company",
    /// A line of business.
    Industry = "industry",
    /// An occupation.
    Job = "job",
    /// A street with a number.
    Street = "street",
    /// A city.
    City = "city",
    /// A postal code.
    PostalCode = "postal_code",
    /// The name of a country.
    Country = "country",
    /// A web address.
    Url = "url",
    /// A domain name.
    Domain = "domain",
    /// A colour such as `#1a2b3c`.
    Color = "color",
}

impl FakeKind {
    /// The kind that a word names, if it names one.
    ///
    /// ```
    /// use sdk_schema::FakeKind;
    /// assert_eq!(FakeKind::from_word("city"), Some(FakeKind::City));
    /// assert_eq!(FakeKind::from_word("town"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, kind)| *kind)
    }
}

impl fmt::Display for FakeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
