//! The plain status page: what runs here, for a person with a browser.

use std::fmt::Write;

use crate::{cli, host::Host, migrate, system};

/// Renders the page.
pub(super) async fn render(host: &Host) -> anyhow::Result<String> {
    let linked = host.linked();
    let mut page = String::from(concat!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
        "<meta name=\"viewport\" content=\"width=device-width\">\n",
    ));
    let name = escape(linked.name());
    writeln!(page, "<title>{name}</title>\n<style>{STYLE}</style>")?;
    writeln!(
        page,
        "<h1>{name} <small>{}</small></h1>",
        escape(linked.version())
    )?;
    modules(&mut page, host)?;
    tables(&mut page, host).await?;
    jobs(&mut page, host).await?;
    migrations(&mut page, host).await?;
    locales(&mut page, host)?;
    Ok(page)
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8884}\
small{opacity:.6}:root{color-scheme:light dark}";

fn modules(page: &mut String, host: &Host) -> anyhow::Result<()> {
    let modules = &host.linked().application()?.modules;
    let rows = modules.iter().map(|module| {
        [
            module.name.to_string(),
            module.version.clone(),
            module.tables.len().to_string(),
            module.migrations.len().to_string(),
            module.jobs.len().to_string(),
        ]
    });
    table(
        page,
        "Modules",
        ["module", "version", "tables", "migrations", "jobs"],
        rows,
    )?;
    Ok(())
}

async fn tables(page: &mut String, host: &Host) -> anyhow::Result<()> {
    let counts = system::row_counts(host).await?;
    let rows = counts
        .into_iter()
        .map(|(table, rows)| [table.to_string(), rows.to_string()]);
    Ok(table(page, "Tables", ["table", "rows"], rows)?)
}

async fn jobs(page: &mut String, host: &Host) -> anyhow::Result<()> {
    let jobs = host.scheduler().list().await?;
    let rows = jobs.into_iter().map(|job| {
        let next = cli::when(job.problem.as_deref(), job.next, job.enabled);
        [job.job, job.schedule, job.tz, next]
    });
    Ok(table(
        page,
        "Jobs",
        ["job", "schedule", "time zone", "next run"],
        rows,
    )?)
}

async fn migrations(page: &mut String, host: &Host) -> anyhow::Result<()> {
    let status = migrate::status(host.store(), host.linked().application()?).await?;
    let rows = status.into_iter().map(|migration| {
        [
            migration.stamp.to_string(),
            migration.module.to_string(),
            migration.name.to_string(),
            migration.state.to_string(),
        ]
    });
    Ok(table(
        page,
        "Migrations",
        ["stamp", "module", "name", "state"],
        rows,
    )?)
}

fn locales(page: &mut String, host: &Host) -> anyhow::Result<()> {
    write!(page, "<h2>Locales</h2>\n<p>")?;
    for locale in host.linked().catalogues()?.locales() {
        let locale = escape(&locale.to_string());
        write!(page, "<a href=\"/lang/{locale}\">{locale}</a> ")?;
    }
    Ok(writeln!(page, "</p>")?)
}

fn table<const N: usize>(
    page: &mut String,
    heading: &str,
    titles: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> std::fmt::Result {
    writeln!(page, "<h2>{heading}</h2>\n<table>")?;
    row(page, "th", &titles.map(str::to_owned))?;
    for cells in rows {
        row(page, "td", &cells)?;
    }
    writeln!(page, "</table>")
}

fn row(page: &mut String, tag: &str, cells: &[String]) -> std::fmt::Result {
    write!(page, "<tr>")?;
    for cell in cells {
        write!(page, "<{tag}>{}</{tag}>", escape(cell))?;
    }
    writeln!(page, "</tr>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_escaped() {
        let mut page = String::new();
        row(&mut page, "td", &["<b>&\"'".to_owned()]).unwrap();
        assert_eq!(page, "<tr><td>&lt;b&gt;&amp;&quot;&#39;</td></tr>\n");
    }
}
