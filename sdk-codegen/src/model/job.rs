//! `#[job(…)]`: a function that the scheduler calls.

use std::time::Duration;

use proc_macro2::TokenStream;
use sdk_schema::{Job as JobData, Missed, Overlap, Schedule, ScheduleError};
use syn::{Ident, ItemFn, LitStr, Meta, Path};

use super::{
    attribute::{
        choice, description, fill, key_of, number, parse_items, sdk_path, shown, text, unknown_key,
    },
    function::Shape,
    naming::own_name,
};
use crate::faults::Faults;

const KEYS: [&str; 6] = ["schedule", "tz", "missed", "overlap", "timeout", "retry"];
const SHAPE: Shape = Shape {
    what: "a job",
    signature: "async fn name(cx: &JobContext) -> Result<()>",
    exclusive: false,
    arguments: 1,
};

/// How long an attempt may take, unless the job says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

/// A job, as a function declares it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The function.
    pub ident: Ident,
    /// The path of the SDK.
    pub sdk: Path,
    /// What is declared of it.
    pub job: JobData,
}

/// The entries of the attribute as they are found.
#[derive(Default)]
struct Entries {
    schedule: Option<LitStr>,
    tz: Option<LitStr>,
    missed: Option<Missed>,
    overlap: Option<Overlap>,
    timeout: Option<Duration>,
    retry: Option<u32>,
}

impl Job {
    /// Reads the arguments of `#[job(…)]` and the function under it.
    pub fn parse(arguments: TokenStream, function: &ItemFn) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let sdk = sdk_path(&function.attrs, &mut faults);
        let ident = &function.sig.ident;
        let name = faults.keep(own_name(ident));
        SHAPE.check(function, &mut faults);
        let mut entries = Entries::default();
        let listed = faults.keep(parse_items::<Meta>(arguments));
        for entry in listed.iter().flatten() {
            faults.keep(entries.read(entry));
        }
        let scheduled = listed.iter().flatten().any(|it| key_of(it) == "schedule");
        if listed.is_some() && !scheduled {
            faults.at(
                ident,
                "a job lacks its `schedule = \"…\"`, such as \"0 7 * * MON-FRI\"",
            );
        }
        let schedule = entries.schedule(&mut faults);
        let job = name.zip(schedule).map(|(name, (schedule, tz))| JobData {
            name,
            description: description(&function.attrs),
            schedule,
            tz,
            missed: entries.missed.unwrap_or_default(),
            overlap: entries.overlap.unwrap_or_default(),
            timeout: entries.timeout.unwrap_or(DEFAULT_TIMEOUT),
            retry: entries.retry.unwrap_or_default(),
        });
        let ident = ident.clone();
        faults.finish(job.map(|job| Self { ident, sdk, job }))
    }
}

impl Entries {
    fn read(&mut self, entry: &Meta) -> syn::Result<()> {
        match key_of(entry).as_str() {
            "schedule" => fill(&mut self.schedule, entry, text(entry)?),
            "tz" => fill(&mut self.tz, entry, text(entry)?),
            "missed" => fill(&mut self.missed, entry, choice(entry, Missed::WORDS)?),
            "overlap" => fill(&mut self.overlap, entry, choice(entry, Overlap::WORDS)?),
            "timeout" => fill(&mut self.timeout, entry, duration(&text(entry)?)?),
            "retry" => fill(&mut self.retry, entry, number(entry)?),
            _ => Err(unknown_key(entry, "job", &KEYS)),
        }
    }

    /// The schedule and its zone, which mean something only together.
    fn schedule(&self, faults: &mut Faults) -> Option<(String, String)> {
        let schedule = self.schedule.as_ref()?;
        let tz = self
            .tz
            .as_ref()
            .map_or_else(|| "UTC".to_owned(), LitStr::value);
        match Schedule::parse(&schedule.value(), &tz) {
            Ok(_) => return Some((schedule.value(), tz)),
            Err(error @ ScheduleError::Zone { .. }) => faults.at(&self.tz, error),
            Err(error) => faults.at(schedule, error),
        }
        None
    }
}

/// A whole number and its unit: `90s`, `5m`, `2h`, `1d`.
fn duration(text: &LitStr) -> syn::Result<Duration> {
    const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let written = text.value();
    let read = UNITS.iter().find_map(|(unit, seconds)| {
        let number: u64 = written.strip_suffix(*unit)?.parse().ok()?;
        number.checked_mul(*seconds).filter(|seconds| *seconds > 0)
    });
    read.map(Duration::from_secs).ok_or_else(|| {
        let message = format!(
            "expected a duration such as \"90s\", \"5m\", \"2h\" or \"1d\", found `{}`",
            shown(text)
        );
        syn::Error::new_spanned(text, message)
    })
}
