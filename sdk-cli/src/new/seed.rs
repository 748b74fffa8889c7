//! `new seed`: a file with an example row that fits its table.

use std::path::Path;

use sdk_codegen::{folder::Folder, source::Module};
use sdk_schema::{Field, FieldType, SEED_FORMAT, SeedSet, Table, TableName, Value};
use serde_json::{Map, Value as Json, json};

use super::Refusal;
use crate::{
    arguments::NewSeed,
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    reading,
    report::Report,
};

/// Writes the file.
pub(crate) fn run(arguments: &NewSeed, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let module = reading::source(project, member)?;
    let set = SeedSet::from(arguments.set);
    let Some(declared) = module.table(&arguments.table) else {
        return Err(Refusal::UnknownTable {
            table: arguments.table.to_string(),
            known: reading::tables(&module),
            module: module.name,
        }
        .into());
    };
    let example = Example { project, set }.row(&module, member, &declared.table)?;
    let (rows, missing) = match example {
        Ok(row) => (vec![row], None),
        Err(target) => (Vec::new(), Some(target)),
    };
    let content = json!({ "format": SEED_FORMAT, "table": arguments.table, "rows": rows });
    let mut changes = Changes::new(&project.root);
    let file = member
        .file("seeds")
        .join(set.as_str())
        .join(format!("{}.json", arguments.table));
    changes.create(file.clone(), format!("{content:#}\n"));
    let mut report = Report::of(Path::new(""), changes.write()?);
    let Some(target) = missing else {
        return Ok(report.hint("change the example row and add your own"));
    };
    report.line(format!(
        "    without rows: one would refer to `{target}`, which has none"
    ));
    let first = format!(
        "sdk-cli new seed {} {} --set {set}",
        target.module, target.table
    );
    Ok(report
        .hint(first)
        .hint(format!("then write rows into {}", file.display())))
}

/// Makes rows for one set.
struct Example<'a> {
    project: &'a Project,
    set: SeedSet,
}

impl Example<'_> {
    /// A row with all fields; or the table that has no row to refer to.
    fn row(
        &self,
        module: &Module,
        member: &Member,
        table: &Table,
    ) -> Result<Result<Json, TableName>, Failure> {
        let mut row = Map::new();
        for field in &table.fields {
            let value = match &field.references {
                None => self.value(field),
                Some(reference) => match self.seeded(module, member, &reference.table)? {
                    Some(key) => key,
                    None if field.nullable => Json::Null,
                    None => return Ok(Err(reference.table.clone())),
                },
            };
            row.insert(field.name.to_string(), value);
        }
        Ok(Ok(Json::Object(row)))
    }

    fn value(&self, field: &Field) -> Json {
        let given = field.absent_value().as_ref().map(Value::to_json);
        given.unwrap_or_else(|| self.sample(&field.name, &field.ty))
    }

    /// A value of that type. The sets get different ones, because a unique
    /// value may stand in only one of them.
    fn sample(&self, name: &str, ty: &FieldType) -> Json {
        let number = match self.set {
            SeedSet::Real => 1,
            SeedSet::Test => 2,
        };
        match ty {
            FieldType::Bool => json!(false),
            FieldType::String => json!(format!("{name} {number}")),
            FieldType::Bytes => json!(""),
            FieldType::Id => json!(uuid::Uuid::now_v7().to_string()),
            FieldType::Timestamp => json!(format!("2026-01-0{number}T00:00:00Z")),
            FieldType::Date => json!(format!("2026-01-0{number}")),
            FieldType::Json => json!({}),
            FieldType::Enum(variants) => json!(variants.first()),
            FieldType::Vec(_) => json!([]),
            _ => json!(number),
        }
    }

    /// The key of the first row that is seeded into a table.
    fn seeded(
        &self,
        module: &Module,
        member: &Member,
        table: &TableName,
    ) -> Result<Option<Json>, Failure> {
        if table.module == module.name {
            return self.first_key(module, member, table);
        }
        match self.project.module(&table.module) {
            Ok(member) => {
                let module = reading::source(self.project, member)?;
                self.first_key(&module, member, table)
            }
            Err(_) => Ok(None),
        }
    }

    /// Real rows cannot refer to test rows.
    fn first_key(
        &self,
        module: &Module,
        member: &Member,
        table: &TableName,
    ) -> Result<Option<Json>, Failure> {
        let Folder { seeds, .. } = reading::folder(self.project, member, module)?;
        let Some(declared) = module.table(&table.table).map(|declared| &declared.table) else {
            return Ok(None);
        };
        let mut rows = seeds
            .iter()
            .map(|entry| &entry.content)
            .filter(|seed| seed.table == table.table && seed.set <= self.set)
            .flat_map(|seed| seed.rows_of(declared).unwrap_or_default());
        let key = declared.key.first();
        Ok(rows.next().and_then(|row| Some(row.get(key?)?.to_json())))
    }
}
