//! Fields whose type is that of a table: references.
//!
//! `Author` is a table of the own module, `geo::Country` one of another module
//! of the workspace, which the own module then depends on and requires.

use heck::ToSnakeCase;
use sdk_codegen::source::Module;
use sdk_schema::{FieldType, Name, Table};
use syn::Path;

use crate::{
    arguments::NewTable,
    changes::Changes,
    failure::Failure,
    new::Refusal,
    project::{Member, Project},
    reading,
    rust_source::RustFile,
};

/// What begins a path into the own crate.
const OWN: [&str; 3] = ["crate", "self", "super"];

/// Why a field cannot hold a key of several.
const SEVERAL: &str = "its key has several fields";

/// The tables that fields of one new table can refer to.
pub(super) struct Targets<'a> {
    project: &'a Project,
    member: &'a Member,
    /// What the own module declares already.
    source: &'a Module,
    new: &'a NewTable,
    /// The modules that were referred to, with their types.
    required: Vec<(&'a Member, String)>,
}

impl<'a> Targets<'a> {
    /// The targets for the table `new` of `member`, whose source is `source`.
    pub(super) fn new(
        project: &'a Project,
        member: &'a Member,
        source: &'a Module,
        new: &'a NewTable,
    ) -> Self {
        Self {
            project,
            member,
            source,
            new,
            required: Vec::new(),
        }
    }

    /// The Rust type of the key of the table that `path` names; none when it
    /// names no table but, as far as can be told, an enum of the own crate.
    pub(super) fn key_type(&mut self, path: &Path) -> Result<Option<String>, Failure> {
        let words: Vec<_> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        match words.as_slice() {
            [row_type] => Ok(self.own_key(row_type)?),
            [first, .., row_type] if OWN.contains(&first.as_str()) => Ok(self.own_key(row_type)?),
            [module, .., row_type] => self.foreign_key(module, row_type).map(Some),
            [] => Ok(None),
        }
    }

    fn own_key(&self, row_type: &str) -> Result<Option<String>, Refusal> {
        if row_type == self.new.row_type.as_str() {
            return new_key(self.new).map(Some);
        }
        match self.source.table(&row_type.to_snake_case()) {
            Some(declared) => key_of(&declared.table, row_type).map(Some),
            None => Ok(None),
        }
    }

    fn foreign_key(&mut self, module: &str, row_type: &str) -> Result<String, Failure> {
        let project = self.project;
        let path = format!("{module}::{row_type}");
        let name = Name::new(module)?;
        let member = project.module(&name)?;
        if depends(project, member, &self.member.crate_name()) {
            let own = self.member.crate_name();
            let module = name;
            return Err(Refusal::Circle { path, module, own }.into());
        }
        let source = reading::source(project, member)?;
        let table = row_type.to_snake_case();
        let Some(declared) = source.table(&table) else {
            let known = reading::tables(&source);
            return Err(Refusal::UnknownTable {
                module: name,
                table,
                known,
            }
            .into());
        };
        let is_same = |(known, _): &(&Member, String)| known.folder == member.folder;
        if !self.required.iter().any(is_same) {
            self.required.push((member, source.type_name.clone()));
        }
        Ok(key_of(&declared.table, &path)?)
    }

    /// Lets the own crate depend on the modules that were referred to.
    pub(super) fn require(&self, changes: &mut Changes) {
        let mut manifest = self.member.manifest.clone();
        for (member, _) in &self.required {
            if !manifest.depends_on(&member.package) {
                manifest.add_dependency(&member.package, &self.member.path_to(&member.folder));
            }
        }
        if manifest.to_string() != self.member.manifest.to_string() {
            changes.replace(self.member.file("Cargo.toml"), manifest.to_string());
        }
    }

    /// Lists those modules in the manifest.
    pub(super) fn list(&self, lib: &mut RustFile) {
        for (member, type_name) in &self.required {
            let name = member.crate_name();
            if !self
                .source
                .requires
                .iter()
                .any(|known| *known == name.as_str())
            {
                lib.list("requires", &format!("{name}::{type_name}"));
            }
        }
    }
}

/// Whether a package is, or depends through the workspace on, the crate `name`.
fn depends(project: &Project, member: &Member, name: &str) -> bool {
    let mut open = vec![member];
    let mut seen = Vec::new();
    while let Some(member) = open.pop() {
        if member.crate_name() == name {
            return true;
        }
        if !seen.contains(&&member.folder) {
            seen.push(&member.folder);
            let on = |other: &&Member| member.manifest.depends_on(&other.package);
            open.extend(project.members().iter().filter(on));
        }
    }
    false
}

/// How Rust writes the key of the new table.
fn new_key(new: &NewTable) -> Result<String, Refusal> {
    let row_type = new.row_type.as_str();
    let key = match new.key.as_ref().map(|key| key.0.as_slice()) {
        None => return Ok(format!("Id<{row_type}>")),
        Some([key]) => new.fields.iter().find(|field| field.name == *key),
        Some(_) => None,
    };
    let several = || Refusal::NoTarget {
        path: row_type.to_owned(),
        reason: SEVERAL,
    };
    key.map(|field| field.ty.clone()).ok_or_else(several)
}

/// How Rust writes the key of `table`, whose type is `path`.
fn key_of(table: &Table, path: &str) -> Result<String, Refusal> {
    let refuse = |reason| {
        let path = path.to_owned();
        Err(Refusal::NoTarget { path, reason })
    };
    let [key] = table.key.as_slice() else {
        return refuse(SEVERAL);
    };
    let field = table.field(key);
    if field.is_some_and(|field| field.references.is_some()) {
        return refuse("its key is itself a reference, whose type the source alone does not tell");
    }
    Ok(match field.map(|field| &field.ty) {
        Some(FieldType::Id) => format!("Id<{path}>"),
        Some(FieldType::String) => "String".to_owned(),
        Some(FieldType::Bytes) => "Vec<u8>".to_owned(),
        Some(FieldType::Timestamp) => "Timestamp".to_owned(),
        Some(FieldType::Date) => "Date".to_owned(),
        // Numbers and `bool` have the names that Rust gives them.
        Some(ty) if FieldType::words().any(|word| word == ty.to_string()) => ty.to_string(),
        _ => return refuse("its key is an enum"),
    })
}
