//! How the fields of a table are found in a row of any of its layouts.

use sdk_schema::{Field, FieldType, Value, ValueError};

use super::{
    error::DecodeError,
    layout::{Layout, LayoutField, Slot},
    row::{FieldWriter, RawField, RowView, dynamic},
};

/// For one layout: where the value of each field of the table comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan(Vec<Source>);

/// Small, because all of them are looked at for each row.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// From a place of the layout.
    Stored(Slot),
    /// From a position of the layout that held a narrower type.
    Widened(usize, Box<Widening>),
    /// From nowhere: rows of the layout are older than the field.
    Absent(Box<StoredValue>),
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

impl Source {
    /// What rows have in place of the field.
    #[inline(never)]
    fn absent(&self) -> Option<RawField<'_>> {
        match self {
            Self::Absent(value) => Some(value.raw()),
            Self::Stored(_) | Self::Widened(..) => None,
        }
    }
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
                return absent(*number).map(|value| Source::Absent(Box::new(value)));
            };
            let stored = &layout.fields[position].ty;
            Ok(if is_same_bytes(stored, &field.ty) {
                Source::Stored(layout.slot(position))
            } else {
                let to = field.clone();
                Source::Widened(position, Box::new(Widening { to }))
            })
        };
        let sources: Result<_, DecodeError> = fields.iter().zip(numbers).map(source).collect();
        sources.map(Self)
    }

    /// The same plan for some fields in another order.
    pub(crate) fn in_order(&self, order: &[usize]) -> Self {
        let sources = order.iter().map(|position| self.0[*position].clone());
        Self(sources.collect())
    }

    /// Reads a field of the table where it stands, without a copy of its bytes.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each field makes reading a row half as slow again"
    )]
    pub(crate) fn read<V>(
        &self,
        row: &RowView<'_>,
        field: &Field,
        position: usize,
        read: impl FnOnce(RawField<'_>) -> Result<V, DecodeError>,
    ) -> Result<V, DecodeError> {
        let Some(raw) = self.find(row, field, position) else {
            return self.read_converted(row, (field, position), read);
        };
        match read(raw) {
            Ok(value) => Ok(value),
            Err(error) => Err(in_field(error, field)),
        }
    }

    /// Reads a field that does not stand anywhere as it is read.
    #[cold]
    #[inline(never)]
    fn read_converted<V>(
        &self,
        row: &RowView<'_>,
        (field, position): (&Field, usize),
        read: impl FnOnce(RawField<'_>) -> Result<V, DecodeError>,
    ) -> Result<V, DecodeError> {
        let value = self.convert(row, position);
        value
            .and_then(|value| read(value.raw()))
            .map_err(|error| error.in_field(&field.name))
    }

    /// The bytes of a field, if they stand in the row or in the plan as they are read.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each field makes reading a row half as slow again"
    )]
    fn find<'a>(
        &'a self,
        row: &RowView<'a>,
        field: &'a Field,
        position: usize,
    ) -> Option<RawField<'a>> {
        let source = &self.0[position];
        if let Source::Stored(slot) = source {
            let bytes = row.bytes_at(*slot)?;
            return Some(RawField::new(bytes, &field.ty));
        }
        source.absent()
    }

    /// The value of a field that was narrower, or why there is none.
    fn convert(&self, row: &RowView<'_>, position: usize) -> Result<StoredValue, DecodeError> {
        match &self.0[position] {
            Source::Widened(position, widening) => widening.apply(row.field(*position)?),
            Source::Stored(slot) => Err(row.fault_at(*slot)),
            Source::Absent(value) => Ok((**value).clone()),
        }
    }
}

#[cold]
#[inline(never)]
fn in_field(error: DecodeError, field: &Field) -> DecodeError {
    error.in_field(&field.name)
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
