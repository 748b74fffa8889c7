//! Values for the rows that are there, given on the command line or asked for.

use std::io::{self, BufRead, IsTerminal, Write};

use sdk_codegen::{FileFaults, check, folder::Folder, source::Module};
use sdk_schema::{Draft, Field, Given, Name, Operation, Value};

use crate::{arguments::Fill, failure::Failure, new::Refusal, project::Member, reading};

/// What a migration has to do, with the values that were given. Where only values
/// are missing and somebody sits at the terminal, they are asked for.
pub(super) fn draft(
    fills: &[Fill],
    member: &Member,
    module: &Module,
    folder: &Folder,
) -> Result<Draft, Failure> {
    let mut given = given(fills, module)?;
    let mut drafted = check::draft(module, folder, &given);
    if let Err(missing) = &drafted
        && missing.only_needs_values
        && io::stdin().is_terminal()
    {
        let mut terminal = Terminal {
            answers: io::stdin().lock(),
            questions: io::stderr(),
        };
        for (table, name) in &missing.needs_value {
            let answer = field(module, table, name).map(|field| terminal.ask(table, field));
            let Ok(Some(value)) = answer else {
                break;
            };
            given.fills.insert((table.clone(), name.clone()), value);
        }
        drafted = check::draft(module, folder, &given);
    }
    let draft = drafted.map_err(|refused| failed(member, module, refused.faults))?;
    refuse_idle(fills, &draft)?;
    Ok(draft)
}

/// The failure to write any migration.
pub(super) fn failed(member: &Member, module: &Module, faults: FileFaults) -> Failure {
    let message = format!("no migration can be written for module `{}`", module.name);
    Failure::of_files(&member.folder, faults, message)
}

/// The values as the fields take them.
fn given(fills: &[Fill], module: &Module) -> Result<Given, Refusal> {
    let mut given = Given::default();
    for fill in fills {
        let field = field(module, &fill.table, &fill.field)?;
        let value = Value::from_text(&field.ty, &fill.value).map_err(|source| Refusal::Fill {
            fill: fill.to_string(),
            source,
        })?;
        let place = (fill.table.clone(), fill.field.clone());
        if given.fills.insert(place, value).is_some() {
            let fill = fill.to_string();
            return Err(Refusal::FilledTwice { fill });
        }
    }
    Ok(given)
}

fn field<'a>(module: &'a Module, table: &Name, name: &Name) -> Result<&'a Field, Refusal> {
    let declared = module.table(table).ok_or_else(|| Refusal::UnknownTable {
        module: module.name.clone(),
        table: table.to_string(),
        known: reading::tables(module),
    })?;
    let table = &declared.table;
    table.field(name).ok_or_else(|| Refusal::UnknownField {
        option: "--fill",
        field: name.clone(),
        known: table.field_list(),
    })
}

/// A value that nothing takes was given by mistake.
fn refuse_idle(fills: &[Fill], draft: &Draft) -> Result<(), Refusal> {
    let is_taken = |fill: &&Fill| {
        draft.operations.iter().any(|operation| {
            matches!(operation, Operation::AddField { table, field }
                if *table == fill.table && field.name == fill.field)
        })
    };
    match fills.iter().find(|fill| !is_taken(fill)) {
        None => Ok(()),
        Some(idle) => Err(Refusal::NothingToFill {
            table: idle.table.clone(),
            field: idle.field.clone(),
        }),
    }
}

/// Where questions are asked and answered.
struct Terminal<A, Q> {
    answers: A,
    questions: Q,
}

impl<A: BufRead, Q: Write> Terminal<A, Q> {
    /// Asks until the answer fits; none when there is no answer.
    fn ask(&mut self, table: &Name, field: &Field) -> Option<Value> {
        let Field { name, ty, .. } = field;
        loop {
            let question = format!("`{table}.{name}` is new; what has it in the rows that exist?");
            write!(self.questions, "{question} ({ty}) ").ok()?;
            self.questions.flush().ok()?;
            let mut answer = String::new();
            self.answers.read_line(&mut answer).ok()?;
            let answer = answer.trim_end_matches(['\r', '\n']);
            if answer.is_empty() {
                return None;
            }
            match Value::from_text(ty, answer) {
                Ok(value) => return Some(value),
                Err(error) => writeln!(self.questions, "{error}").ok()?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sdk_schema::FieldType;

    use super::*;

    #[track_caller]
    fn check(answers: &str, value: Option<&Value>, screen: &str) {
        let mut terminal = Terminal {
            answers: answers.as_bytes(),
            questions: Vec::new(),
        };
        let [table, weight] = ["item", "weight"].map(|name| Name::new(name).unwrap());
        assert_eq!(
            terminal.ask(&table, &Field::new(weight, FieldType::U8)),
            value.cloned()
        );
        let question = "`item.weight` is new; what has it in the rows that exist? (u8) ";
        let shown = String::from_utf8(terminal.questions).unwrap();
        assert_eq!(shown.replace(question, "? "), screen);
    }

    #[test]
    fn asks_until_the_answer_fits() {
        check("7\n", Some(&Value::Uint(7)), "? ");
        let refused = "? expected u8, found \"300\"\n? ";
        check("300\r\n8\r\n", Some(&Value::Uint(8)), refused);
    }

    #[test]
    fn no_answer_leaves_the_field_without_a_value() {
        check("\n7\n", None, "? ");
        check("", None, "? ");
    }
}
