//! The codes of lints: stable words by which files allow them and tools know them.

use std::fmt;

use serde::{Serialize, Serializer};

/// What kind of harm a lint warns of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LintCategory {
    /// Rows or values are lost.
    Destructive,
    /// Whether it can be applied depends on the rows that are there.
    DataDependent,
    /// The version that ran before cannot go on beside it.
    Incompatible,
    /// Its place among the migrations is wrong.
    Order,
    /// What others have was changed.
    History,
    /// It cannot be taken back.
    Reversibility,
    /// No test runs it.
    Testing,
    /// What its file allows is wrong.
    Allowance,
}

/// How grave a lint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LintLevel {
    /// A check fails on it, unless it is allowed.
    Error,
    /// It is shown.
    Warning,
}

/// Which lint it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LintCode {
    /// A table and its rows are dropped.
    DropsTable,
    /// A field and its values are dropped.
    DropsField,
    /// Nulls become the default.
    FillsNulls,
    /// Rows begin to expire.
    ExpiresRows,
    /// A unique index is new on rows that are there.
    UniqueIndex,
    /// The key changes on rows that are there.
    UniqueKey,
    /// Values must fit a smaller type.
    NarrowsType,
    /// Rows must not hold variants that are dropped.
    DropsVariants,
    /// Rows must not hold null.
    RequiresValues,
    /// Values must be keys of another table.
    ChecksReferences,
    /// A table has another name.
    RenamesTable,
    /// A field has another name.
    RenamesField,
    /// A field has a wider type.
    ChangesType,
    /// An enum has variants that are new.
    AddsVariants,
    /// A field may hold null.
    AllowsNulls,
    /// A new field must be written.
    RequiresField,
    /// Rows have another key.
    ChangesKey,
    /// An index is gone.
    DropsIndex,
    /// Changes no longer reach the feed.
    StopsFeed,
    /// The stamp is not later than what others have.
    LateStamp,
    /// A migration that others have was edited.
    Edited,
    /// A migration that others have was removed.
    Removed,
    /// A step cannot be taken back.
    NoInverse,
    /// No test names a step.
    UntestedStep,
    /// What is allowed is no lint.
    UnknownAllowance,
    /// An allowance gives no reason.
    EmptyReason,
    /// An allowance allows nothing.
    UnusedAllowance,
}

/// Word, category and level of each code, in the order of the page that describes them.
const TABLE: [(LintCode, &str, LintCategory, LintLevel); 27] = {
    use LintCategory as In;
    use LintLevel::{Error, Warning};
    [
        (LintCode::DropsTable, "drops_table", In::Destructive, Error),
        (LintCode::DropsField, "drops_field", In::Destructive, Error),
        (LintCode::FillsNulls, "fills_nulls", In::Destructive, Error),
        (
            LintCode::ExpiresRows,
            "expires_rows",
            In::Destructive,
            Error,
        ),
        (
            LintCode::UniqueIndex,
            "unique_index",
            In::DataDependent,
            Error,
        ),
        (LintCode::UniqueKey, "unique_key", In::DataDependent, Error),
        (
            LintCode::NarrowsType,
            "narrows_type",
            In::DataDependent,
            Error,
        ),
        (
            LintCode::DropsVariants,
            "drops_variants",
            In::DataDependent,
            Error,
        ),
        (
            LintCode::RequiresValues,
            "requires_values",
            In::DataDependent,
            Error,
        ),
        (
            LintCode::ChecksReferences,
            "checks_references",
            In::DataDependent,
            Error,
        ),
        (
            LintCode::RenamesTable,
            "renames_table",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::RenamesField,
            "renames_field",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::ChangesType,
            "changes_type",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::AddsVariants,
            "adds_variants",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::AllowsNulls,
            "allows_nulls",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::RequiresField,
            "requires_field",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::ChangesKey,
            "changes_key",
            In::Incompatible,
            Warning,
        ),
        (
            LintCode::DropsIndex,
            "drops_index",
            In::Incompatible,
            Warning,
        ),
        (LintCode::StopsFeed, "stops_feed", In::Incompatible, Warning),
        (LintCode::LateStamp, "late_stamp", In::Order, Error),
        (LintCode::Edited, "edited", In::History, Error),
        (LintCode::Removed, "removed", In::History, Error),
        (
            LintCode::NoInverse,
            "no_inverse",
            In::Reversibility,
            Warning,
        ),
        (
            LintCode::UntestedStep,
            "untested_step",
            In::Testing,
            Warning,
        ),
        (
            LintCode::UnknownAllowance,
            "unknown_allowance",
            In::Allowance,
            Error,
        ),
        (LintCode::EmptyReason, "empty_reason", In::Allowance, Error),
        (
            LintCode::UnusedAllowance,
            "unused_allowance",
            In::Allowance,
            Warning,
        ),
    ]
};

impl LintCode {
    /// All codes, in the order of the page that describes them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(code, ..)| *code)
    }

    /// The code of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|code| code.as_str() == word)
    }

    /// The word, as files allow it.
    pub fn as_str(self) -> &'static str {
        self.entry().1
    }

    /// What kind of harm it warns of.
    pub fn category(self) -> LintCategory {
        self.entry().2
    }

    /// How grave it is.
    pub fn level(self) -> LintLevel {
        self.entry().3
    }

    /// Whether a file can allow it: not what is wrong with the file's own
    /// allowances, nor that the file is another one than others have.
    pub fn can_be_allowed(self) -> bool {
        !matches!(
            self.category(),
            LintCategory::Allowance | LintCategory::History
        )
    }

    fn entry(self) -> &'static (Self, &'static str, LintCategory, LintLevel) {
        let entry = TABLE.iter().find(|(code, ..)| *code == self);
        entry.expect("the table has every code; a test goes through them")
    }
}

impl LintCategory {
    /// The word of the category, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Destructive => "destructive",
            Self::DataDependent => "data_dependent",
            Self::Incompatible => "incompatible",
            Self::Order => "order",
            Self::History => "history",
            Self::Reversibility => "reversibility",
            Self::Testing => "testing",
            Self::Allowance => "allowance",
        }
    }
}

impl LintLevel {
    /// The word of the level, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for LintCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for LintLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for LintCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
