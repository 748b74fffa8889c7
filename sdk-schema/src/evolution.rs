//! Random histories of tables, for property tests.
//!
//! Dice choose operations; those that the fold refuses are left out, so what
//! remains is a history that a careful author could have written.

use crate::{
    Field, FieldType, FoldedSchema, Index, Name, OnDelete, Operation, Reference, Table, Timestamp,
    Value,
};

/// What decides one operation.
pub type Dice = [u8; 4];

#[cfg(test)]
pub(crate) fn dice(most: usize) -> impl proptest::strategy::Strategy<Value = Vec<Dice>> {
    use proptest::prelude::*;
    prop::collection::vec(any::<Dice>(), 0..=most)
}

/// Tables of one module as they evolve.
#[derive(Clone)]
pub struct Evolution {
    /// The module.
    pub module: Name,
    /// What its operations have made, and what else it may refer to.
    pub fold: FoldedSchema,
    /// Names that a rename set free; they may be taken again.
    freed: Vec<Name>,
    fresh: usize,
}

impl Evolution {
    /// A module without tables.
    pub fn new(module: &str) -> Self {
        Self {
            module: name(module),
            fold: FoldedSchema::new(),
            freed: Vec::new(),
            fresh: 0,
        }
    }

    /// Applies the operations that the dice choose and returns them.
    pub fn run(&mut self, dice: &[Dice]) -> Vec<Operation> {
        let run = dice.iter().flat_map(|dice| match dice {
            [15 | 31 | 47, a, b, c] => self.exchange(*a, *b, *c),
            dice => self.step(*dice).into_iter().collect(),
        });
        run.collect()
    }

    /// Exchanges the names of two fields, or of two tables.
    fn exchange(&mut self, a: u8, b: u8, c: u8) -> Vec<Operation> {
        let tables = self.own_tables();
        let Some(table) = pick(&tables, a) else {
            return Vec::new();
        };
        let names: Vec<_> = if c.is_multiple_of(2) {
            tables.iter().map(|table| table.name.clone()).collect()
        } else {
            table
                .fields
                .iter()
                .map(|field| field.name.clone())
                .collect()
        };
        let two = (pick(&names, b), pick(&names, b.wrapping_add(1)));
        let (Some(one), Some(other)) = two else {
            return Vec::new();
        };
        let stop = name("on_the_way");
        let hops = [(one, &stop), (other, one), (&stop, other)];
        let renames = hops.into_iter().filter(|_| one != other).map(|(from, to)| {
            let (from, to) = (from.clone(), to.clone());
            let table = table.name.clone();
            if c.is_multiple_of(2) {
                Operation::RenameTable { from, to }
            } else {
                Operation::RenameField { table, from, to }
            }
        });
        let renames: Vec<_> = renames.collect();
        for rename in &renames {
            let applied = self.fold.apply(&self.module, rename);
            applied.expect("the names exist and the one on the way is free");
        }
        renames
    }

    pub fn step(&mut self, dice: Dice) -> Option<Operation> {
        let operation = self.propose(dice)?;
        self.fold.apply(&self.module, &operation).ok()?;
        if let Operation::RenameTable { from: name, .. }
        | Operation::RenameField { from: name, .. }
        | Operation::DropField { field: name, .. } = &operation
        {
            self.freed.push(name.clone());
        }
        Some(operation)
    }

    /// An operation that may be refused.
    pub fn propose(&mut self, [kind, a, b, c]: Dice) -> Option<Operation> {
        if kind.is_multiple_of(16) || self.own_tables().is_empty() {
            return Some(Operation::CreateTable(self.new_table(a, b, c)));
        }
        let target = pick(&self.own_tables(), a)?.clone();
        let table = target.name.clone();
        let field = pick(&target.fields, b)?.clone();
        Some(match kind % 16 {
            1 => Operation::RenameTable {
                from: table,
                to: self.new_name(c),
            },
            2 => Operation::DropTable { table },
            3 | 4 => Operation::AddField {
                table,
                field: self.new_field(b, c),
            },
            5 => Operation::RenameField {
                table,
                from: field.name,
                to: self.new_name(c),
            },
            6 => Operation::DropField {
                table,
                field: field.name,
            },
            7 | 8 => Operation::ChangeField {
                table,
                field: self.changed(field, c),
            },
            9 => Operation::AddIndex {
                table,
                index: index_over(&target, b, c),
            },
            10 => Operation::DropIndex {
                table,
                fields: pick(&target.indexes, b)?.fields.clone(),
            },
            11 => Operation::ChangeTable {
                table,
                feed: c.is_multiple_of(2),
            },
            12 => Operation::ChangeKey {
                table,
                key: index_over(&target, b, c).fields,
            },
            13 => Operation::ChangeField {
                table,
                field: narrowed(field, c),
            },
            _ => Operation::AddField {
                table,
                field: self.referring_field(b, c),
            },
        })
    }

    fn own_tables(&self) -> Vec<Table> {
        let own = self
            .fold
            .tables
            .iter()
            .filter(|(name, _)| name.module == self.module);
        let mut tables: Vec<_> = own.map(|(_, folded)| folded.table.clone()).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables
    }

    fn new_name(&mut self, dice: u8) -> Name {
        if dice.is_multiple_of(3)
            && let Some(freed) = self.freed.pop()
        {
            return freed;
        }
        self.fresh += 1;
        name(&format!("n{}", self.fresh))
    }

    fn new_table(&mut self, a: u8, b: u8, c: u8) -> Table {
        let mut key = plain(self.new_name(a), FieldType::Id);
        key.default = None;
        let mut fields = vec![key, self.new_field(a, b), self.new_field(b, c)];
        if c.is_multiple_of(2) {
            fields.push(self.referring_field(a, c));
        }
        Table {
            name: self.new_name(b),
            key: vec![fields[0].name.clone()],
            fields,
            indexes: Vec::new(),
            feed: !a.is_multiple_of(4),
        }
    }

    fn new_field(&mut self, type_dice: u8, dice: u8) -> Field {
        let mut field = plain(self.new_name(dice), type_of(type_dice));
        field.nullable = dice.is_multiple_of(2);
        field.expires = field.ty == FieldType::Timestamp && dice.is_multiple_of(3);
        field.default =
            (!field.nullable || dice.is_multiple_of(4)).then(|| default_of(&field.ty, dice));
        field
    }

    fn referring_field(&mut self, dice: u8, c: u8) -> Field {
        let mut field = plain(self.new_name(c), FieldType::Id);
        field.nullable = true;
        field.references = self.some_reference(dice);
        field
    }

    fn some_reference(&self, dice: u8) -> Option<Reference> {
        let mut tables: Vec<_> = self.fold.tables.keys().cloned().collect();
        tables.sort();
        Some(Reference {
            table: pick(&tables, dice)?.clone(),
            on_delete: if dice.is_multiple_of(2) {
                OnDelete::SetNull
            } else {
                OnDelete::Cascade
            },
        })
    }

    fn changed(&self, mut field: Field, dice: u8) -> Field {
        match dice % 4 {
            0 => field.nullable = !field.nullable,
            1 => field.default = Some(default_of(&field.ty, dice)),
            2 => field.ty = wider(&field.ty, dice),
            _ if field.ty == FieldType::Id => field.references = self.some_reference(dice),
            _ if field.ty == FieldType::Timestamp => field.expires = !field.expires,
            _ => {}
        }
        if !field.nullable || field.default.is_some() {
            field.default = Some(default_of(&field.ty, dice));
        }
        field
    }
}

fn plain(name: Name, ty: FieldType) -> Field {
    Field {
        name,
        ty,
        nullable: false,
        default: None,
        references: None,
        expires: false,
    }
}

fn pick<T>(items: &[T], dice: u8) -> Option<&T> {
    items.get(usize::from(dice).checked_rem(items.len())?)
}

fn index_over(table: &Table, b: u8, c: u8) -> Index {
    let fields = [pick(&table.fields, b), pick(&table.fields, c)];
    let mut fields: Vec<_> = fields
        .into_iter()
        .flatten()
        .map(|f| f.name.clone())
        .collect();
    fields.dedup();
    Index {
        fields,
        unique: c.is_multiple_of(2),
    }
}

fn type_of(dice: u8) -> FieldType {
    let types = [
        FieldType::Bool,
        FieldType::I8,
        FieldType::U8,
        FieldType::I64,
        FieldType::F32,
        FieldType::String,
        FieldType::Json,
        FieldType::Id,
        FieldType::Enum(vec![name("draft")]),
        FieldType::Vec(Box::new(FieldType::I32)),
        FieldType::Timestamp,
    ];
    types[usize::from(dice) % types.len()].clone()
}

pub(crate) fn default_of(ty: &FieldType, dice: u8) -> Value {
    let number = dice % 100;
    match ty {
        FieldType::Bool => Value::Bool(dice.is_multiple_of(2)),
        FieldType::U8 | FieldType::U16 | FieldType::U32 => Value::Uint(number.into()),
        FieldType::F32 => Value::F32(number.into()),
        FieldType::F64 => Value::F64(number.into()),
        FieldType::String => Value::String(format!("text {dice}")),
        FieldType::Json => Value::Json(dice.into()),
        FieldType::Timestamp => {
            Value::Timestamp(Timestamp::from_micros(number.into()).expect("soon after 1970"))
        }
        FieldType::Id => Value::Id(uuid::Uuid::from_u128(dice.into())),
        FieldType::Enum(variants) => {
            Value::Enum(variants[usize::from(dice) % variants.len()].clone())
        }
        FieldType::Vec(_) => Value::Vec(vec![Value::Int(number.into())]),
        _ => Value::Int(number.into()),
    }
}

/// A field of a type that holds some of the values, or that is no longer nullable.
fn narrowed(mut field: Field, dice: u8) -> Field {
    field.ty = match &field.ty {
        FieldType::I16 | FieldType::I32 => FieldType::I8,
        FieldType::I64 => FieldType::U32,
        FieldType::F64 => FieldType::F32,
        FieldType::Enum(variants) if variants.len() > 1 => FieldType::Enum(variants[1..].to_vec()),
        other => other.clone(),
    };
    field.nullable &= dice.is_multiple_of(2);
    field.default = dice.is_multiple_of(3).then(|| default_of(&field.ty, dice));
    field
}

/// A type that holds all values of `ty`, or one that does not.
fn wider(ty: &FieldType, dice: u8) -> FieldType {
    match ty {
        FieldType::I8 => FieldType::I16,
        FieldType::U8 if dice < 128 => FieldType::U16,
        FieldType::U8 | FieldType::U16 => FieldType::I32,
        FieldType::F32 => FieldType::F64,
        FieldType::Enum(variants) => {
            let added = name(&format!("v{}", variants.len()));
            FieldType::Enum([variants.clone(), vec![added]].concat())
        }
        _ => FieldType::Bool,
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("names of evolutions are names")
}
