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
    /// From a position of the layout that held another type.
    Converted(usize, Box<Conversion>),
    /// From nowhere: rows of the layout are older than the field.
    Absent(Box<StoredValue>),
    /// From nowhere, and nothing stands in its place: there is no such row.
    Missing,
}

/// A value in the form it has in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredValue {
    bytes: Option<Vec<u8>>,
    ty: FieldType,
}

/// From the type of a layout to that of the table. Whatever types the field had
/// in between: each change of them kept every value or was refused.
#[derive(Debug, Clone, PartialEq)]
struct Conversion {
    to: Field,
}

impl Source {
    /// What rows have in place of the field.
    #[inline(never)]
    fn absent(&self) -> Option<RawField<'_>> {
        match self {
            Self::Absent(value) => Some(value.raw()),
            Self::Stored(_) | Self::Converted(..) | Self::Missing => None,
        }
    }
}

impl Plan {
    /// Finds each field of a table in a layout. `absent` gives what rows without
    /// the field have in its place; none when no row is without it.
    pub(crate) fn new(
        fields: &[Field],
        numbers: &[u16],
        layout: &Layout,
        absent: impl Fn(u16) -> Result<Option<StoredValue>, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let source = |(field, number): (&Field, &u16)| {
            let Some(position) = layout.position(*number) else {
                let value = absent(*number)?;
                return Ok(value.map_or(Source::Missing, |it| Source::Absent(Box::new(it))));
            };
            let stored = &layout.fields[position].ty;
            Ok(if is_same_bytes(stored, &field.ty) {
                Source::Stored(layout.slot(position))
            } else {
                let to = field.clone();
                Source::Converted(position, Box::new(Conversion { to }))
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

    /// The value of a field that had another type, or why there is none.
    fn convert(&self, row: &RowView<'_>, position: usize) -> Result<StoredValue, DecodeError> {
        match &self.0[position] {
            Source::Converted(position, conversion) => conversion.apply(row.field(*position)?),
            Source::Stored(slot) => Err(row.fault_at(*slot)),
            Source::Absent(value) => Ok((**value).clone()),
            Source::Missing => Err(DecodeError::value(
                &"a row that has the field",
                &"one without",
            )),
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

impl Conversion {
    fn apply(&self, stored: RawField<'_>) -> Result<StoredValue, DecodeError> {
        if stored.is_null() {
            return Ok(StoredValue {
                bytes: None,
                ty: self.to.ty.clone(),
            });
        }
        let value = convert(&self.to.ty, dynamic::decode(stored)?);
        StoredValue::new(&self.to, &value)
            .map_err(|error| DecodeError::value(&error.expected, &error.found))
    }
}

/// The same value as one of another type; unchanged when it is none of that type,
/// though an integer may still be out of its range.
pub(crate) fn convert(to: &FieldType, value: Value) -> Value {
    match (to, value) {
        (FieldType::F64, Value::F32(value)) => Value::F64(value.into()),
        (FieldType::F32, Value::F64(value)) => narrow(value).map_or(Value::F64(value), Value::F32),
        (
            FieldType::I8 | FieldType::I16 | FieldType::I32 | FieldType::I64 | FieldType::I128,
            Value::Uint(value),
        ) => i128::try_from(value).map_or(Value::Uint(value), Value::Int),
        (
            FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 | FieldType::U128,
            Value::Int(value),
        ) => u128::try_from(value).map_or(Value::Int(value), Value::Uint),
        (_, value) => value,
    }
}

/// The number as one of 32 bits if that is equal: to round it would lose what a
/// later change back cannot restore.
fn narrow(value: f64) -> Option<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "compared right after")]
    let narrow = value as f32;
    let is_same = value.is_nan() || f64::from(narrow).total_cmp(&value).is_eq();
    is_same.then_some(narrow)
}
