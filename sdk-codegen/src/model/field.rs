//! A field of a table, as a struct declares it.

use sdk_schema::{Fake, Name};
use syn::{Attribute, Expr, Ident, Type};

use super::{
    Default, EnumLookup, Reference, TypeModel,
    attribute::{flag, item, parsed_name, refuse_cfg, single, string},
    fake,
    naming::own_name,
    type_model::without_option,
};
use crate::faults::Faults;

/// A field of a table.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its identifier in the struct.
    pub ident: Ident,
    /// Its name in the schema.
    pub name: Name,
    /// The name it had, by `#[was("…")]`.
    pub was: Option<Name>,
    /// Its type as the source has it.
    pub rust_type: Type,
    /// What that type says.
    pub ty: TypeModel,
    /// `#[index]`.
    pub index: bool,
    /// `#[unique]`.
    pub unique: bool,
    /// `#[default(…)]`.
    pub default: Option<Default>,
    /// `#[references(…)]`.
    pub references: Option<Reference>,
    /// `#[expires]`.
    pub expires: bool,
    /// `#[fake(…)]`.
    pub fake: Option<Fake>,
}

impl Field {
    /// Reads a field and its attributes.
    pub(super) fn parse(field: &syn::Field, ident: &Ident) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let attributes = &field.attrs;
        refuse_cfg(attributes, &mut faults);
        let ty = faults.keep(TypeModel::parse(&field.ty));
        let name = faults.keep(own_name(ident));
        let was = was(attributes, &mut faults);
        flag(attributes, "key", &mut faults);
        let index = flag(attributes, "index", &mut faults);
        let unique = flag(attributes, "unique", &mut faults);
        let default = default(attributes, ty.as_ref(), &mut faults);
        let references = single(attributes, "references", &mut faults)
            .and_then(|attribute| faults.keep(Reference::parse(attribute, ty.as_ref())));
        let expires = flag(attributes, "expires", &mut faults);
        let fake = single(attributes, "fake", &mut faults)
            .and_then(|attribute| faults.keep(fake::parse(attribute, ty.as_ref())));
        let read = name.zip(ty).map(|(name, ty)| Self {
            ident: ident.clone(),
            name,
            was,
            rust_type: field.ty.clone(),
            ty,
            index,
            unique,
            default,
            references,
            expires,
            fake,
        });
        faults.finish(read)
    }

    /// Its type without the `Option`: that of the key it holds, if it is a reference.
    pub fn key_type(&self) -> &Type {
        without_option(&self.rust_type)
    }

    /// The field for the schema of a table of `module`.
    pub fn to_schema(
        &self,
        module: &Name,
        enums: EnumLookup<'_>,
    ) -> Result<sdk_schema::Field, Faults> {
        let mut faults = Faults::new();
        let ty = faults.keep(self.ty.field_type(enums));
        let default = self
            .default
            .as_ref()
            .and_then(|default| faults.keep(default.value(enums)));
        let field = ty.map(|ty| sdk_schema::Field {
            name: self.name.clone(),
            ty,
            nullable: self.ty.nullable,
            default,
            references: self.references.as_ref().map(|it| it.to_schema(module)),
            expires: self.expires,
        });
        faults.finish(field)
    }
}

/// The old name in `#[was("…")]`, of a field or of a table.
pub(super) fn was(attributes: &[Attribute], faults: &mut Faults) -> Option<Name> {
    const EXAMPLE: &str = "was(\"old_name\")";
    let attribute = single(attributes, "was", faults)?;
    let text = item::<Expr>(attribute, EXAMPLE)
        .and_then(|text| string(&text, &format!("expected `#[{EXAMPLE}]`")));
    faults.keep(text.and_then(|text| parsed_name(&text)))
}

fn default(
    attributes: &[Attribute],
    ty: Option<&TypeModel>,
    faults: &mut Faults,
) -> Option<Default> {
    let attribute = single(attributes, "default", faults)?;
    let expr = faults.keep(item::<Expr>(attribute, "default(value)"))?;
    faults.keep(Default::parse(&expr, ty?))
}
