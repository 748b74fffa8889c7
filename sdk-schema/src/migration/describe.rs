//! Operations in words, for plans and logs.

use crate::{Field, Index, OnDelete, Operation, Reference, Run, Table};

impl Operation {
    /// Says in words what the operation does.
    ///
    /// ```
    /// use sdk_schema::Operation;
    /// let json = r#"{ "add_field": { "table": "post", "field": { "name": "votes", "type": "i64", "default": 0 } } }"#;
    /// let operation: Operation = serde_json::from_str(json).unwrap();
    /// assert_eq!(operation.describe(), "add field `votes` (i64, default 0) to `post`");
    /// ```
    pub fn describe(&self) -> String {
        match self {
            Self::CreateTable(table) => describe_table(table),
            Self::RenameTable { from, to } => format!("rename table `{from}` to `{to}`"),
            Self::DropTable { table } => format!("drop table `{table}` and its rows"),
            Self::AddField { table, field } => {
                format!(
                    "add field `{}` ({}) to `{table}`",
                    field.name,
                    field.describe()
                )
            }
            Self::RenameField { table, from, to } => {
                format!("rename field `{from}` of `{table}` to `{to}`")
            }
            Self::DropField { table, field } => {
                format!("drop field `{field}` of `{table}` and its values")
            }
            Self::ChangeField { table, field } => {
                format!(
                    "change field `{}` of `{table}` to ({})",
                    field.name,
                    field.describe()
                )
            }
            Self::AddIndex { table, index } => {
                format!("add {} to `{table}`", index.describe())
            }
            Self::DropIndex { table, fields } => {
                format!("drop index ({}) of `{table}`", fields.join(", "))
            }
            Self::ChangeTable { table, feed } => {
                format!("change table `{table}` to have {}", describe_feed(*feed))
            }
            Self::ChangeKey { table, key } => {
                format!("change the key of `{table}` to ({})", key.join(", "))
            }
            Self::Run(run) => describe_run(run),
        }
    }
}

fn describe_table(table: &Table) -> String {
    let mut text = format!(
        "create table `{}` with key ({}) and fields {}",
        table.name,
        table.key.join(", "),
        table.field_list(),
    );
    for index in &table.indexes {
        text.push_str(", ");
        text.push_str(&index.describe());
    }
    if !table.feed {
        text.push_str(", ");
        text.push_str(describe_feed(false));
    }
    text
}

fn describe_run(run: &Run) -> String {
    let mut text = format!("run step `{}`, revision {}", run.step, run.revision);
    if let Some(table) = &run.table {
        text.push_str(", for each row of `");
        text.push_str(table.as_str());
        text.push('`');
    }
    if run.online {
        text.push_str(", while the application is in use");
    }
    text
}

pub(crate) fn describe_feed(feed: bool) -> &'static str {
    if feed {
        "a change feed"
    } else {
        "no change feed"
    }
}

impl Index {
    /// Says in words what the index is: `unique index (slug)`.
    pub fn describe(&self) -> String {
        let unique = if self.unique { "unique " } else { "" };
        format!("{unique}index {}", self.label())
    }
}

impl Field {
    /// Says in words what the field is, without its name: `i64, default 0`.
    pub fn describe(&self) -> String {
        let mut words = vec![self.ty.to_string()];
        if self.nullable {
            words.push("nullable".to_owned());
        }
        if let Some(default) = &self.default {
            words.push(format!("default {}", default.to_json()));
        }
        if let Some(reference) = &self.references {
            words.push(describe_reference(reference));
        }
        if self.expires {
            words.push("expires".to_owned());
        }
        words.join(", ")
    }
}

fn describe_reference(reference: &Reference) -> String {
    let on_delete = match reference.on_delete {
        OnDelete::Restrict => "",
        OnDelete::Cascade => " on delete cascade",
        OnDelete::SetNull => " on delete set null",
    };
    format!("references `{}`{on_delete}", reference.table)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::fixture::{lines, operations};

    #[test]
    fn a_description_reads_as_a_sentence_about_the_operation() {
        let all = operations(json!([
            { "create_table": { "name": "post", "key": ["id"], "fields": [{ "name": "id", "type": "id" }],
                "indexes": [{ "fields": ["id"], "unique": true }] } },
            { "rename_table": { "from": "post", "to": "article" } },
            { "drop_table": { "table": "post" } },
            { "add_field": { "table": "post", "field": { "name": "author", "type": "id", "nullable": true,
                "references": { "table": "sys_account.account", "on_delete": "set_null" } } } },
            { "rename_field": { "table": "post", "from": "text", "to": "body" } },
            { "drop_field": { "table": "post", "field": "text" } },
            { "change_field": { "table": "post", "field": { "name": "mood", "type": { "enum": ["calm", "angry"] }, "default": "calm" } } },
            { "add_index": { "table": "post", "index": { "fields": ["author", "mood"] } } },
            { "drop_index": { "table": "post", "fields": ["author"] } },
            { "create_table": { "name": "session", "key": ["id"], "fields": [{ "name": "id", "type": "id" }], "feed": false } },
            { "add_field": { "table": "session", "field": { "name": "until", "type": "timestamp", "nullable": true, "expires": true } } },
            { "change_table": { "table": "session", "feed": true } },
            { "change_table": { "table": "session", "feed": false } },
            { "run": { "step": "count_votes", "revision": 2 } }
        ]));
        assert_snapshot!(lines(all.iter().map(Operation::describe)), @r#"
        create table `post` with key (id) and fields id, unique index (id)
        rename table `post` to `article`
        drop table `post` and its rows
        add field `author` (id, nullable, references `sys_account.account` on delete set null) to `post`
        rename field `text` of `post` to `body`
        drop field `text` of `post` and its values
        change field `mood` of `post` to (enum of calm, angry, default "calm")
        add index (author, mood) to `post`
        drop index (author) of `post`
        create table `session` with key (id) and fields id, no change feed
        add field `until` (timestamp, nullable, expires) to `session`
        change table `session` to have a change feed
        change table `session` to have no change feed
        run step `count_votes`, revision 2
        "#);
    }
}
