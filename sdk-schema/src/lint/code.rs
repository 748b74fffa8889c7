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

/// What is the same of a code everywhere.
struct Entry {
    code: LintCode,
    word: &'static str,
    category: LintCategory,
    level: LintLevel,
    summary: &'static str,
}

const fn entry(
    code: LintCode,
    word: &'static str,
    category: LintCategory,
    level: LintLevel,
    summary: &'static str,
) -> Entry {
    Entry {
        code,
        word,
        category,
        level,
        summary,
    }
}

/// All codes, in the order of the page that describes them.
const TABLE: [Entry; 27] = {
    use LintCategory as In;
    use LintLevel::{Error, Warning};
    [
        entry(
            LintCode::DropsTable,
            "drops_table",
            In::Destructive,
            Error,
            "A table is dropped, and its rows with it",
        ),
        entry(
            LintCode::DropsField,
            "drops_field",
            In::Destructive,
            Error,
            "A field is dropped, and its values with it",
        ),
        entry(
            LintCode::FillsNulls,
            "fills_nulls",
            In::Destructive,
            Error,
            "A field becomes required, and its default takes the place of each null",
        ),
        entry(
            LintCode::ExpiresRows,
            "expires_rows",
            In::Destructive,
            Error,
            "Rows begin to expire by a field that they may have filled",
        ),
        entry(
            LintCode::UniqueIndex,
            "unique_index",
            In::DataDependent,
            Error,
            "A unique index is new on a table that may have rows",
        ),
        entry(
            LintCode::UniqueKey,
            "unique_key",
            In::DataDependent,
            Error,
            "The key of a table that may have rows becomes one that need not be unique",
        ),
        entry(
            LintCode::NarrowsType,
            "narrows_type",
            In::DataDependent,
            Error,
            "The type of a field becomes one that does not hold all its values",
        ),
        entry(
            LintCode::DropsVariants,
            "drops_variants",
            In::DataDependent,
            Error,
            "An enum loses variants that rows may hold",
        ),
        entry(
            LintCode::RequiresValues,
            "requires_values",
            In::DataDependent,
            Error,
            "A field becomes required, and has no default for rows that hold null",
        ),
        entry(
            LintCode::ChecksReferences,
            "checks_references",
            In::DataDependent,
            Error,
            "A field that may have values begins to refer to a table",
        ),
        entry(
            LintCode::RenamesTable,
            "renames_table",
            In::Incompatible,
            Warning,
            "A table has another name",
        ),
        entry(
            LintCode::RenamesField,
            "renames_field",
            In::Incompatible,
            Warning,
            "A field has another name",
        ),
        entry(
            LintCode::ChangesType,
            "changes_type",
            In::Incompatible,
            Warning,
            "A field has a wider type",
        ),
        entry(
            LintCode::AddsVariants,
            "adds_variants",
            In::Incompatible,
            Warning,
            "An enum has variants that are new",
        ),
        entry(
            LintCode::AllowsNulls,
            "allows_nulls",
            In::Incompatible,
            Warning,
            "A field that was required may be null",
        ),
        entry(
            LintCode::RequiresField,
            "requires_field",
            In::Incompatible,
            Warning,
            "A new field must be written",
        ),
        entry(
            LintCode::ChangesKey,
            "changes_key",
            In::Incompatible,
            Warning,
            "A table has another key",
        ),
        entry(
            LintCode::DropsIndex,
            "drops_index",
            In::Incompatible,
            Warning,
            "An index is dropped",
        ),
        entry(
            LintCode::StopsFeed,
            "stops_feed",
            In::Incompatible,
            Warning,
            "Changes of a table no longer reach the feed",
        ),
        entry(
            LintCode::LateStamp,
            "late_stamp",
            In::Order,
            Error,
            "The stamp of a new migration is not later than that of one others have",
        ),
        entry(
            LintCode::Edited,
            "edited",
            In::History,
            Error,
            "A migration that others have has another content",
        ),
        entry(
            LintCode::Removed,
            "removed",
            In::History,
            Error,
            "A migration that others have is not there",
        ),
        entry(
            LintCode::NoInverse,
            "no_inverse",
            In::Reversibility,
            Warning,
            "A step names nothing that takes it back",
        ),
        entry(
            LintCode::UntestedStep,
            "untested_step",
            In::Testing,
            Warning,
            "No test names a step",
        ),
        entry(
            LintCode::UnknownAllowance,
            "unknown_allowance",
            In::Allowance,
            Error,
            "`allow` names what is no lint, or one that cannot be allowed",
        ),
        entry(
            LintCode::EmptyReason,
            "empty_reason",
            In::Allowance,
            Error,
            "`allow` gives no reason",
        ),
        entry(
            LintCode::UnusedAllowance,
            "unused_allowance",
            In::Allowance,
            Warning,
            "`allow` names a lint that the migration does not have",
        ),
    ]
};

impl LintCode {
    /// All codes, in the order of the page that describes them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.code)
    }

    /// The code of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|code| code.as_str() == word)
    }

    /// The word, as files allow it.
    pub fn as_str(self) -> &'static str {
        self.entry().word
    }

    /// What kind of harm it warns of.
    pub fn category(self) -> LintCategory {
        self.entry().category
    }

    /// How grave it is.
    pub fn level(self) -> LintLevel {
        self.entry().level
    }

    /// What it finds, in a sentence.
    pub fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// Whether a file can allow it: not what is wrong with the file's own
    /// allowances, nor that the file is another one than others have.
    pub fn can_be_allowed(self) -> bool {
        !matches!(
            self.category(),
            LintCategory::Allowance | LintCategory::History
        )
    }

    fn entry(self) -> &'static Entry {
        let entry = TABLE.iter().find(|entry| entry.code == self);
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
