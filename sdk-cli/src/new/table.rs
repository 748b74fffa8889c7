//! `new table`: a struct in `src/tables.rs`, listed in the manifest.
//!
//! What is written is first read as a build would read it, so a field that
//! the derive would refuse is refused here.

mod column;
mod default;
mod reference;

use std::path::Path;

use minijinja::{Value, context};

use super::{Addition, Item, Refusal};
use crate::{
    arguments::NewTable, changes::Changes, failure::Failure, project::Project, reading,
    report::Report, template,
};
use column::{Column, table_attributes};
use reference::Targets;

/// Writes the table and lists it.
pub(crate) fn run(arguments: &NewTable, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let source = reading::source(project, member)?;
    let row_type = arguments.row_type.as_str();
    let table = arguments.row_type.table();
    if source.table(&table).is_some() {
        return Err(Refusal::Declared {
            module: source.name,
            kind: "table",
            name: table,
        }
        .into());
    }
    if source.type_name == row_type {
        let row_type = row_type.to_owned();
        return Err(Refusal::ModuleType { row_type }.into());
    }
    let mut targets = Targets::new(project, member, &source, arguments);
    let columns = column::columns(arguments, &mut targets)?;
    let text = template::TABLE.render(context! {
        module => source.name.as_str(),
        table => table.as_str(),
        type => row_type,
        attributes => table_attributes(arguments)?,
        fields => columns.iter().map(place_holders).collect::<Vec<_>>(),
    });
    let mut changes = Changes::new(&project.root);
    targets.require(&mut changes);
    let addition = Addition {
        home: "tables",
        key: "tables",
        items: vec![Item {
            name: row_type,
            text,
        }],
        public: true,
        head: template::TABLES.render(context! { module => member.crate_name() }),
        imports: Vec::new(),
    };
    addition.make(project, member, &mut changes, |lib| targets.list(lib))?;
    reading::rehearse(project, member, &changes)?;
    let report = Report::of(Path::new(""), changes.write()?);
    Ok(report.hint(format!("sdk-cli new migration {}", source.name)))
}

fn place_holders(column: &Column) -> Value {
    context! {
        name => column.identifier.clone(),
        type => column.rust_type.clone(),
        attributes => column.attributes.clone(),
    }
}
