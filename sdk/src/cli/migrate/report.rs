//! What a run of migrations has done, in lines.

use std::{io, time::Duration};

use crate::{cli::Output, proto::sdk::v1::ApplyReport};

pub(super) fn write(report: &ApplyReport, out: &mut Output<'_>) -> io::Result<()> {
    if let Some(snapshot) = &report.snapshot {
        out.line(format_args!("snapshot of the store as it was: {snapshot}"))?;
    }
    for rename in &report.renamed {
        out.line(format_args!(
            "module `{}` is now `{}`, its tables and its history too",
            rename.from, rename.to
        ))?;
    }
    for squash in &report.adopted {
        out.line(format_args!(
            "{squash} takes the place of what it stands for: all of that was applied"
        ))?;
    }
    for applied in &report.applied {
        let late = if applied.late { " (late)" } else { "" };
        let time = long_time(Duration::from_millis(applied.duration_ms));
        out.line(format_args!("applied {}{late}{time}", applied.id))?;
    }
    for online in &report.online {
        out.line(format_args!(
            "{online} goes on while the application is in use"
        ))?;
    }
    write_orphaned(report.orphaned.iter(), out)?;
    match report.applied.len() {
        0 => out.line("migrations: nothing to apply"),
        count => out.line(format_args!("migrations: {count} applied")),
    }
}

/// A line for each module that is not linked.
pub(super) fn write_orphaned<'a>(
    orphaned: impl Iterator<Item = &'a String>,
    out: &mut Output<'_>,
) -> io::Result<()> {
    let mut modules: Vec<(&str, usize)> = Vec::new();
    for id in orphaned {
        let module = id.split('/').next().unwrap_or(id);
        match modules.iter_mut().find(|(known, _)| *known == module) {
            Some((_, count)) => *count += 1,
            None => modules.push((module, 1)),
        }
    }
    for (module, count) in modules {
        let s = if count == 1 { "" } else { "s" };
        out.line(format_args!(
            "module `{module}` is not linked: its tables and its {count} applied migration{s} stay as they are, until it is linked again"
        ))?;
    }
    Ok(())
}

/// How long something took, if that is worth knowing.
fn long_time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => String::new(),
        seconds => format!(" in {seconds:.1} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_took_long_shows_its_time() {
        assert_eq!(long_time(Duration::from_millis(999)), "");
        assert_eq!(long_time(Duration::from_millis(62_340)), " in 62.3 s");
    }
}
