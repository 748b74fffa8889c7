//! What the fields of one table need, sorted into the phases of a migration.
//!
//! A change that the rows may not bear is made in three: the field is brought
//! into a shape that can hold the values before and after, a step goes over the
//! rows, and the field becomes what is declared.

use std::collections::BTreeSet;

use super::{
    Given,
    rename::free_name,
    step::{StepPurpose, StepStub},
};
use crate::{Conversion, Field, FieldType, Name, Operation, Table, TableName};

/// The operations and steps that lead from the fields of a table to those declared.
#[derive(Default)]
pub(super) struct FieldPlan {
    /// What needs nothing else.
    pub(super) plain: Vec<Operation>,
    /// What has to be done before the steps, in this order.
    pub(super) prepare: Vec<Operation>,
    /// The steps.
    pub(super) steps: Vec<StepStub>,
    /// What has to be done after the steps.
    pub(super) finish: Vec<Operation>,
    /// What has to wait for the new keys of other tables.
    pub(super) late: Vec<Operation>,
}

impl FieldPlan {
    pub(super) fn append(&mut self, other: Self) {
        self.plain.extend(other.plain);
        self.prepare.extend(other.prepare);
        self.steps.extend(other.steps);
        self.finish.extend(other.finish);
        self.late.extend(other.late);
    }
}

/// How the values of a field become those of the declared one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// By themselves.
    Plain,
    /// Once a step has made them fit.
    Fit,
    /// Once a step has filled those that are null.
    Fill,
    /// By a step, from one field into another.
    Convert,
}

impl Change {
    fn of(old: &Field, new: &Field, from: &Table, to: &Table) -> Self {
        let conversion = old.ty.conversion_to(&new.ty);
        let keeps_key = matches!(old.ty, FieldType::Enum(_)) && conversion == Conversion::Wider;
        let stays_in_key = from.key.contains(&old.name) && to.key.contains(&new.name);
        let was_in_key = from.key.contains(&old.name);
        match conversion {
            Conversion::None => Self::Convert,
            Conversion::Wider if stays_in_key && !keeps_key => Self::Convert,
            // No step changes what identifies a row.
            Conversion::Checked if was_in_key => Self::Convert,
            Conversion::Checked => Self::Fit,
            _ if old.nullable && !new.nullable && new.default.is_none() => Self::Fill,
            _ => Self::Plain,
        }
    }
}

/// The fields whose values go into a new field of the same name.
pub(super) fn converted<'a>(from: &Table, to: &'a Table) -> BTreeSet<&'a Name> {
    let fields = to.fields.iter().filter(|new| {
        let old = from.field(&new.name);
        old.is_some_and(|old| old != *new && Change::of(old, new, from, to) == Change::Convert)
    });
    fields.map(|field| &field.name).collect()
}

/// Whether the keys of the rows change.
pub(super) fn is_rekeyed(from: &Table, to: &Table) -> bool {
    from.key != to.key || converted(from, to).iter().any(|it| from.key.contains(*it))
}

/// Makes the plan of one table.
pub(super) struct Planner<'a> {
    pub(super) given: &'a Given,
    pub(super) from: &'a Table,
    pub(super) to: &'a Table,
    /// Tables whose rows get other keys.
    pub(super) rekeyed: &'a BTreeSet<TableName>,
    /// The names of steps that are taken.
    pub(super) steps: &'a mut BTreeSet<Name>,
}

impl Planner<'_> {
    pub(super) fn plan(mut self) -> FieldPlan {
        let mut plan = FieldPlan::default();
        for new in &self.to.fields {
            match self.from.field(&new.name) {
                Some(same) if same == new => {}
                Some(old) => self.change(old, new, &mut plan),
                None => self.add(new, &mut plan),
            }
        }
        plan
    }

    fn add(&mut self, new: &Field, plan: &mut FieldPlan) {
        let table = self.to.name.clone();
        let fill = self.given.fills.get(&(table.clone(), new.name.clone()));
        if let Some(value) = fill.filter(|value| new.default.as_ref() != Some(*value)) {
            let filled = Field {
                default: Some(value.clone()),
                ..new.clone()
            };
            self.push(Phase::Plain, self.add_field(filled), plan);
            return self.push(Phase::Finish, self.change_field(new.clone()), plan);
        }
        if new.nullable || new.default.is_some() {
            return self.push(Phase::Plain, self.add_field(new.clone()), plan);
        }
        if self.to.key.contains(&new.name) {
            plan.prepare.push(self.add_field(empty(new)));
            self.step(StepPurpose::Identify, None, new, plan);
            return self.push(Phase::Finish, self.change_field(new.clone()), plan);
        }
        // Refused for want of a value.
        plan.plain.push(self.add_field(new.clone()));
    }

    fn change(&mut self, old: &Field, new: &Field, plan: &mut FieldPlan) {
        let phase = match Change::of(old, new, self.from, self.to) {
            Change::Plain => Phase::Plain,
            Change::Fit => {
                self.step(StepPurpose::Fit, Some(old.clone()), new, plan);
                Phase::Finish
            }
            Change::Fill => {
                self.step(StepPurpose::Fill, Some(old.clone()), new, plan);
                Phase::Finish
            }
            Change::Convert => return self.convert(old, new, plan),
        };
        self.push(phase, self.change_field(new.clone()), plan);
    }

    /// The old values stay under another name until the step has read them; then
    /// that field goes, like all that are not declared.
    fn convert(&mut self, old: &Field, new: &Field, plan: &mut FieldPlan) {
        let (table, from) = (self.to.name.clone(), old.name.clone());
        let to = free_name(&format!("{from}_was"), |name| {
            self.from.field(name).is_some() || self.to.field(name).is_some()
        });
        let kept = Field {
            name: to.clone(),
            references: None,
            expires: false,
            ..old.clone()
        };
        plan.prepare
            .push(Operation::RenameField { table, from, to });
        if old.references.is_some() || old.expires {
            plan.prepare.push(self.change_field(kept.clone()));
        }
        let room = empty(new);
        plan.prepare.push(self.add_field(room.clone()));
        self.step(StepPurpose::Convert, Some(kept), new, plan);
        if room != *new {
            self.push(Phase::Finish, self.change_field(new.clone()), plan);
        }
    }

    fn step(
        &mut self,
        purpose: StepPurpose,
        from: Option<Field>,
        to: &Field,
        plan: &mut FieldPlan,
    ) {
        let wanted = format!("{}_{}_{}", purpose.verb(), self.to.name, to.name);
        let name = free_name(&wanted, |name| self.steps.contains(name));
        self.steps.insert(name.clone());
        plan.steps.push(StepStub {
            name,
            purpose,
            table: self.to.name.clone(),
            from,
            to: to.clone(),
        });
    }

    /// A reference to a table whose key changes waits for the new one. A field of
    /// such a key cannot wait: it comes first, and its reference later.
    fn push(&self, phase: Phase, mut operation: Operation, plan: &mut FieldPlan) {
        if let Some(field) = field_referring_to(&mut operation, self.rekeyed) {
            if !self.to.key.contains(&field.name) {
                return plan.late.push(operation);
            }
            field.references = None;
            if let Some(whole) = self.to.field(&field.name) {
                let refer = self.change_field(whole.clone());
                // A field that is first filled and then changed refers once.
                if !plan.late.contains(&refer) {
                    plan.late.push(refer);
                }
            }
        }
        match phase {
            Phase::Plain => plan.plain.push(operation),
            Phase::Finish => plan.finish.push(operation),
        }
    }

    fn add_field(&self, field: Field) -> Operation {
        let table = self.to.name.clone();
        Operation::AddField { table, field }
    }

    fn change_field(&self, field: Field) -> Operation {
        let table = self.to.name.clone();
        Operation::ChangeField { table, field }
    }
}

#[derive(Clone, Copy)]
enum Phase {
    Plain,
    Finish,
}

/// The field as it is before a step has made its values.
fn empty(field: &Field) -> Field {
    Field {
        nullable: true,
        ..Field::new(field.name.clone(), field.ty.clone())
    }
}

/// The field that an operation makes or changes, if it refers to one of these tables.
fn field_referring_to<'a>(
    operation: &'a mut Operation,
    tables: &BTreeSet<TableName>,
) -> Option<&'a mut Field> {
    let (Operation::AddField { field, .. } | Operation::ChangeField { field, .. }) = operation
    else {
        return None;
    };
    let reference = field.references.as_ref()?;
    tables.contains(&reference.table).then_some(field)
}
