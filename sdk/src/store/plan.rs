//! How the fields of a table are found in a row of any of its layouts.

use sdk_schema::{Field, FieldType, Value, ValueError};

use super::{
    error::DecodeError,
    layout::{Layout, LayoutField},
    row::{FieldWriter, RawField, RowView, dynamic},
};

/// For one layout: where the value of each field of the table comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan(Vec<Source>);

#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// From a position of the layout.
    Stored(usize),
    /// From a position of the layout that held a narrower type.
    Widened(usize, Widening),
    /// From nowhere: rows of the layout are older than the field.
    Absent(StoredValue),
}

/// A value in the form it has in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredValue {
    bytes: Option<Vec<u8>>,
    ty: FieldType,
}

/// From a narrower type to a wider one.
#[derive(Debug, Clone, PartialEq)]
struct Widening {
    to: Field,
}

impl Plan {
    /// Finds each field of a table in a layout. `absent` gives what rows without
    /// the field have in its place.
    pub(crate) fn new(
        fields: &[Field],
        numbers: &[u16],
        layout: &Layout,
        absent: impl Fn(u16) -> Result<StoredValue, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let source = |(field, number): (&Field, &u16)| {
            let Some(position) = layout.position(*number) else {
                return absent(*number).map(Source::Absent);
            };
            let stored = &layout.fields[position].ty;
            Ok(if is_same_bytes(stored, &field.ty) {
                Source::Stored(position)
            } else {
                let to = field.clone();
                Source::Widened(position, Widening { to })
            })
        };
        let sources: Result<_, DecodeError> = fields.iter().zip(numbers).map(source).collect();
        sources.map(Self)
    }

    /// Reads a field of the table, without a copy of its bytes.
    #[inline]
    pub(crate) fn read<V>(
        &self,
        row: &RowView<'_>,
        field: usize,
        read: impl FnOnce(RawField<'_>) -> Result<V, DecodeError>,
    ) -> Result<V, DecodeError> {
        match &self.0[field] {
            Source::Stored(position) => read(row.field(*position)?),
            Source::Absent(value) => read(value.raw()),
            Source::Widened(position, widening) => {
                read(widening.apply(row.field(*position)?)?.raw())
            }
        }
    }
}

/// Whether a value of one type is stored as the same value of the other is.
fn is_same_bytes(stored: &FieldType, wanted: &FieldType) -> bool {
    match (stored, wanted) {
        (FieldType::Enum(_), FieldType::Enum(_)) => true,
        (FieldType::Vec(stored), FieldType::Vec(wanted)) => is_same_bytes(stored, wanted),
        _ => stored == wanted,
    }
}

impl StoredValue {
    /// Gives a value the form that it has in a row of its field.
    pub(crate) fn new(field: &Field, value: &Value) -> Result<Self, ValueError> {
        let layout = Layout::new(
            0,
            vec![LayoutField {
                number: 0,
                name: field.name.clone(),
                ty: field.ty.clone(),
                nullable: field.nullable,
            }],
        );
        let refuse = || ValueError::new(&field.ty, &value.to_json());
        let mut out = FieldWriter::new(&layout, Vec::new());
        dynamic::encode(field, value, &mut out)?;
        let row = out.finish().map_err(|_| refuse())?;
        let view = RowView::new(&row, &layout).map_err(|_| refuse())?;
        let raw = view.field(0).map_err(|_| refuse())?;
        Ok(Self {
            bytes: (!raw.is_null()).then(|| raw.bytes().unwrap_or_default().to_vec()),
            ty: field.ty.clone(),
        })
    }

    pub(crate) fn raw(&self) -> RawField<'_> {
        RawField::new(self.bytes.as_deref(), &self.ty)
    }
}

impl Widening {
    fn apply(&self, stored: RawField<'_>) -> Result<StoredValue, DecodeError> {
        if stored.is_null() {
            return Ok(StoredValue {
                bytes: None,
                ty: self.to.ty.clone(),
            });
        }
        let value = widen(&self.to.ty, dynamic::decode(stored)?);
        StoredValue::new(&self.to, &value)
            .map_err(|error| DecodeError::value(&error.expected, &error.found))
    }
}

/// The same value in a wider type; unchanged when it is none.
pub(crate) fn widen(to: &FieldType, value: Value) -> Value {
    match (to, value) {
        (FieldType::F64, Value::F32(value)) => Value::F64(value.into()),
        (
            FieldType::I16 | FieldType::I32 | FieldType::I64 | FieldType::I128,
            Value::Uint(value),
        ) => i128::try_from(value).map_or(Value::Uint(value), Value::Int),
        (_, value) => value,
    }
}
