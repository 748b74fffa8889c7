//! The functions of steps that a new migration runs.
//!
//! A conversion that is the same for every author comes ready made. Where only
//! the author knows, the function compiles and fails on the first row that needs
//! an answer, so that no value is lost.

use minijinja::{Value, context};
use sdk_codegen::source::Module;
use sdk_schema::{Field, FieldType, Name, StepPurpose, StepStub};

use crate::{
    new::{Addition, Item},
    template,
};

/// The longest name of a function whose head stays on one line.
const HEAD_WIDTH: usize = 35;

/// What a function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    /// Writes values as text.
    Text,
    /// Reads values from text.
    Parse,
    /// Reads variants from text.
    Enum,
    /// Is to be written: makes values.
    Write,
    /// Is to be written: replaces variants.
    Variants,
    /// May be written: changes values that do not fit.
    Fit,
    /// Is to be written: fills what is null.
    Fill,
    /// Makes ids.
    Id,
    /// Is to be written: makes parts of keys.
    Identify,
    /// Is to be written: anything, row by row.
    Each,
    /// Is to be written: anything.
    Once,
}

impl Body {
    fn of(stub: &StepStub) -> Self {
        let from = stub.from.as_ref().map(|field| &field.ty);
        match (stub.purpose, from, &stub.to.ty) {
            (StepPurpose::Convert, Some(from), to) => Self::converting(from, to),
            (StepPurpose::Fit, Some(FieldType::Enum(_)), FieldType::Enum(_)) => Self::Variants,
            (StepPurpose::Fit, ..) => Self::Fit,
            (StepPurpose::Fill, ..) => Self::Fill,
            (StepPurpose::Identify, _, FieldType::Id) => Self::Id,
            (StepPurpose::Identify, ..) => Self::Identify,
            _ => Self::Write,
        }
    }

    fn converting(from: &FieldType, to: &FieldType) -> Self {
        match (from, to) {
            (from, FieldType::String) if is_one_text(from) => Self::Text,
            (FieldType::String | FieldType::Enum(_), FieldType::Enum(_)) => Self::Enum,
            (FieldType::String, to) if is_one_text(to) || is_float(to) => Self::Parse,
            (from, to) if is_integer(from) && is_integer(to) => Self::Parse,
            _ => Self::Write,
        }
    }

    /// The word by which the template knows it.
    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Parse => "parse",
            Self::Enum => "enum",
            Self::Write => "write",
            Self::Variants => "variants",
            Self::Fit => "fit",
            Self::Fill => "fill",
            Self::Id => "id",
            Self::Identify => "identify",
            Self::Each => "each",
            Self::Once => "once",
        }
    }

    /// Whether it does its work as it is.
    fn is_ready(self) -> bool {
        matches!(self, Self::Text | Self::Parse | Self::Enum | Self::Id)
    }

    /// The name of its second argument.
    fn row(self) -> &'static str {
        match self {
            Self::Fit | Self::Identify | Self::Each => "_row",
            _ => "row",
        }
    }
}

/// A function that is to be added.
pub(super) struct Function {
    /// Its name.
    pub(super) name: Name,
    /// Whether it does its work as it is.
    pub(super) is_ready: bool,
    text: String,
}

impl Function {
    /// The function of a step that a difference needs.
    pub(super) fn of(stub: &StepStub) -> Self {
        let body = Body::of(stub);
        let from = stub.from.as_ref();
        Self::rendered(
            &stub.name,
            body,
            context! {
                table => stub.table.as_str(),
                old => from.map_or("", |field| field.name.as_str()),
                new => stub.to.name.as_str(),
                from => from.map(|field| field.ty.to_string()),
                to => stub.to.ty.to_string(),
                variant => format!("{:?}", stub.to.ty),
                gone => variants_gone(from, &stub.to),
            },
        )
    }

    /// A function that does anything, for each row of a table or once.
    pub(super) fn empty(name: &Name, table: Option<&Name>) -> Self {
        match table {
            Some(table) => Self::rendered(name, Body::Each, context! { table => table.as_str() }),
            None => Self::rendered(name, Body::Once, context! {}),
        }
    }

    fn rendered(name: &Name, body: Body, values: Value) -> Self {
        let text = template::STEP.render(context! {
            name => name.as_str(),
            kind => body.word(),
            row => body.row(),
            broken => name.len() + body.row().len() > HEAD_WIDTH,
            ..values
        });
        Self {
            name: name.clone(),
            is_ready: body.is_ready(),
            text,
        }
    }
}

/// Functions that are to be added to a module's steps.
pub(super) fn addition<'a>(module: &Module, functions: &'a [Function]) -> Addition<'a> {
    let items = functions.iter().map(|function| Item {
        name: &function.name,
        text: function.text.clone(),
    });
    Addition {
        home: "steps",
        key: "steps",
        items: items.collect(),
        public: false,
        head: template::STEPS.render(context! { module => module.name.as_str() }),
        imports: Vec::new(),
    }
}

/// The variants that a value may have and the new type lacks.
fn variants_gone(from: Option<&Field>, to: &Field) -> Vec<String> {
    let (Some(FieldType::Enum(old)), FieldType::Enum(new)) = (from.map(|it| &it.ty), &to.ty) else {
        return Vec::new();
    };
    let gone = old.iter().filter(|variant| !new.contains(variant));
    gone.map(ToString::to_string).collect()
}

/// Whether the text of a value is the same for everybody.
fn is_one_text(ty: &FieldType) -> bool {
    let others = [
        FieldType::Bool,
        FieldType::Date,
        FieldType::Timestamp,
        FieldType::Id,
    ];
    is_integer(ty) || others.contains(ty) || matches!(ty, FieldType::Enum(_))
}

fn is_integer(ty: &FieldType) -> bool {
    use FieldType::{I8, I16, I32, I64, I128, U8, U16, U32, U64, U128};
    matches!(
        ty,
        I8 | I16 | I32 | I64 | I128 | U8 | U16 | U32 | U64 | U128
    )
}

fn is_float(ty: &FieldType) -> bool {
    matches!(ty, FieldType::F32 | FieldType::F64)
}
