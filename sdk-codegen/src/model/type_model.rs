//! What the Rust type of a field says about the field.
//!
//! Types are read by the last segment of their path, because no compiler has
//! resolved them yet: `String` and `std::string::String` are the same, and a
//! name that is not known is taken for an enum with `#[derive(TableEnum)]`.

use sdk_schema::{FieldType, Name};
use syn::{GenericArgument, Path, PathArguments, PathSegment, Type};

use super::{TableEnum, attribute::shown};

/// What a field may be, as messages list it.
const ACCEPTED: &str = "expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, \
     Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these";

/// Types that people try, with what to write instead.
const INSTEAD: [(&str, &str); 26] = [
    (
        "usize",
        "use u64 or u32, which are the same on all machines",
    ),
    (
        "isize",
        "use i64 or i32, which are the same on all machines",
    ),
    ("str", "a row owns its text: use String"),
    ("char", "use String"),
    ("DateTime", "use Timestamp"),
    ("NaiveDateTime", "use Timestamp"),
    ("SystemTime", "use Timestamp"),
    ("Duration", "use u64 and put the unit into the field's name"),
    ("Uuid", "use Id<T>"),
    ("HashMap", "use Json"),
    ("BTreeMap", "use Json"),
    ("HashSet", "use Vec<T>"),
    ("BTreeSet", "use Vec<T>"),
    ("string", "use String"),
    ("text", "use String"),
    ("int", "use i64 or i32"),
    ("integer", "use i64 or i32"),
    ("float", "use f64 or f32"),
    ("double", "use f64"),
    ("boolean", "use bool"),
    ("bytes", "use Vec<u8>"),
    ("uuid", "use Id<T>"),
    ("id", "use Id<T>"),
    ("timestamp", "use Timestamp"),
    ("date", "use Date"),
    ("json", "use Json"),
];

/// The type of a field: what one value is, whether there are many, whether there may be none.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeModel {
    /// Whether it is an `Option`.
    pub nullable: bool,
    /// Whether it is a `Vec` of the element. `Vec<u8>` is not: it is bytes.
    pub list: bool,
    /// One value.
    pub element: Element,
}

/// One value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Element {
    /// A type that the schema knows by itself.
    Scalar(FieldType),
    /// An enum of the author, by the path under which the field names it.
    Enum(Path),
}

/// Where the enums of a crate are found, by the path under which a field names one.
pub type EnumLookup<'a> = &'a dyn Fn(&Path) -> Option<&'a TableEnum>;

impl TypeModel {
    /// Reads the type of a field.
    pub fn parse(ty: &Type) -> syn::Result<Self> {
        let ty = bare(ty);
        let Some(inner) = argument(ty, "Option")? else {
            return Self::present(ty);
        };
        if argument(inner, "Option")?.is_some() {
            return Err(refused(
                inner,
                "an Option inside an Option says nothing more",
            ));
        }
        Ok(Self {
            nullable: true,
            ..Self::present(inner)?
        })
    }

    fn present(ty: &Type) -> syn::Result<Self> {
        let list = match argument(ty, "Vec")? {
            Some(inner) if !is_u8(inner) => Some(inner),
            _ => None,
        };
        Ok(Self {
            nullable: false,
            list: list.is_some(),
            element: match list {
                Some(inner) => Element::of_list(inner)?,
                None => Element::parse(ty)?,
            },
        })
    }

    /// The schema's type, the variants of an enum included.
    pub fn field_type(&self, enums: EnumLookup<'_>) -> syn::Result<FieldType> {
        let element = match &self.element {
            Element::Scalar(ty) => ty.clone(),
            Element::Enum(path) => FieldType::Enum(enum_of(path, enums)?.names()),
        };
        Ok(if self.list {
            FieldType::Vec(Box::new(element))
        } else {
            element
        })
    }

    /// Whether the field can be a key.
    pub fn is_orderable(&self) -> bool {
        self.is_indexable() && !self.list
    }

    /// Whether the field can be indexed: by its value, or by each element of the list.
    pub fn is_indexable(&self) -> bool {
        match &self.element {
            Element::Scalar(ty) => ty.is_orderable(),
            Element::Enum(_) => true,
        }
    }

    /// Whether the field holds an instant, or may.
    pub fn is_timestamp(&self) -> bool {
        !self.list && self.element == Element::Scalar(FieldType::Timestamp)
    }
}

impl Element {
    fn of_list(ty: &Type) -> syn::Result<Self> {
        if argument(ty, "Option")?.is_some() {
            return Err(refused(ty, "a Vec holds values, not Options"));
        }
        match argument(ty, "Vec")? {
            Some(inner) if !is_u8(inner) => Err(refused(ty, "a Vec cannot hold Vecs: use Json")),
            _ => Self::parse(ty),
        }
    }

    fn parse(ty: &Type) -> syn::Result<Self> {
        let Type::Path(path) = ty else {
            return Err(unknown(ty));
        };
        let Some(last) = path.path.segments.last() else {
            return Err(unknown(ty));
        };
        if let Some(scalar) = scalar(last) {
            return Ok(Self::Scalar(scalar));
        }
        let named = path.qself.is_none() && last.arguments.is_none();
        if named && instead(last).is_none() && last.ident != "Id" {
            Ok(Self::Enum(path.path.clone()))
        } else {
            Err(unknown(ty))
        }
    }
}

/// The enum of a path, or the error that no such enum is there.
pub(super) fn enum_of<'a>(path: &Path, enums: EnumLookup<'a>) -> syn::Result<&'a TableEnum> {
    enums(path).ok_or_else(|| {
        let message = format!(
            "`{}` is no type of a field: no enum of this crate with `#[derive(TableEnum)]` has that name; {ACCEPTED}",
            shown(path)
        );
        syn::Error::new_spanned(path, message)
    })
}

/// Whether values of the type are numbers.
pub(super) fn is_number(ty: &FieldType) -> bool {
    ty.is_orderable()
        && !matches!(
            ty,
            FieldType::Bool
                | FieldType::String
                | FieldType::Bytes
                | FieldType::Id
                | FieldType::Timestamp
                | FieldType::Date
                | FieldType::Enum(_)
        )
}

fn scalar(segment: &PathSegment) -> Option<FieldType> {
    let name = segment.ident.to_string();
    match (name.as_str(), &segment.arguments) {
        ("Id", PathArguments::AngleBracketed(_)) => Some(FieldType::Id),
        ("Vec", PathArguments::AngleBracketed(_)) => Some(FieldType::Bytes),
        (_, arguments) if !arguments.is_none() => None,
        ("String", _) => Some(FieldType::String),
        ("Timestamp", _) => Some(FieldType::Timestamp),
        ("Date" | "NaiveDate", _) => Some(FieldType::Date),
        ("Json", _) => Some(FieldType::Json),
        // What is left of the schema's words is spelled as in Rust.
        ("string" | "bytes" | "id" | "timestamp" | "date" | "json", _) => None,
        (word, _) => FieldType::from_word(word),
    }
}

/// The `T` of `Option<T>`, or the type itself.
pub(super) fn without_option(ty: &Type) -> &Type {
    argument(ty, "Option").ok().flatten().unwrap_or(ty)
}

/// The type without the invisible groups that `macro_rules` puts around it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The `T` of `Outer<T>`.
fn argument<'a>(ty: &'a Type, outer: &str) -> syn::Result<Option<&'a Type>> {
    let Some(last) = last_segment(ty).filter(|last| last.ident == outer) else {
        return Ok(None);
    };
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(given) if given.args.len() == 1 => given.args.first(),
        _ => None,
    };
    match inner {
        Some(GenericArgument::Type(inner)) => Ok(Some(bare(inner))),
        _ => Err(refused(ty, &format!("write `{outer}<T>`"))),
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

fn is_u8(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|last| last.ident == "u8")
}

fn instead(segment: &PathSegment) -> Option<&'static str> {
    INSTEAD
        .iter()
        .find(|(name, _)| segment.ident == name)
        .map(|(_, instead)| *instead)
}

fn unknown(ty: &Type) -> syn::Error {
    let named = match ty {
        Type::Reference(reference) => last_segment(&reference.elem),
        other => last_segment(other),
    };
    match (named.and_then(instead), ty) {
        (Some(instead), _) => refused(ty, instead),
        (None, Type::Reference(_)) => refused(ty, "a row owns what it holds"),
        (None, Type::Tuple(_)) => refused(ty, "a field holds one value: use several fields"),
        (None, _) => {
            let message = format!("a field cannot be `{}`: {ACCEPTED}", shown(ty));
            syn::Error::new_spanned(ty, message)
        }
    }
}

fn refused(ty: &Type, reason: &str) -> syn::Error {
    let message = format!("a field cannot be `{}`: {reason}; {ACCEPTED}", shown(ty));
    syn::Error::new_spanned(ty, message)
}

/// The names that fields of an enum type hold.
impl TableEnum {
    /// The variants by their names, in the order of their declaration.
    pub fn names(&self) -> Vec<Name> {
        self.variants
            .iter()
            .map(|variant| variant.name.clone())
            .collect()
    }
}
