//! The log of a host: a line for each call, and what the library and the modules have
//! to say, on standard error.

use std::io;

use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    cli::{Command, CommandError, CommandLine, LogFormat, ServeArgs},
    config::Config,
};

/// What is shown unless the operator says otherwise.
const DEFAULT: LevelFilter = LevelFilter::INFO;

/// Libraries that tell of each frame they send. Whoever asks for `debug` does not mean
/// them, unless they are named.
const CHATTY: [&str; 6] = ["h2", "hyper", "hyper_util", "rustls", "tonic", "tower"];

/// Begins the log as the command line and the environment say.
pub(super) fn start(config: &Config, line: &CommandLine) -> Result<(), CommandError> {
    let args = match &line.command {
        Command::Serve(args) => Some(args),
        _ => None,
    };
    let filter = filter(config, args)?;
    let layer = fmt::layer()
        .with_writer(io::stderr)
        // They would be reported by a panic where standard error is closed.
        .log_internal_errors(false);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match format(config, args)? {
        LogFormat::Text => layer.with_target(false).boxed(),
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .boxed(),
    };
    let log = tracing_subscriber::registry().with(layer.with_filter(filter));
    // A program that embeds a host may have set its own.
    let _ = log.try_init();
    Ok(())
}

fn filter(config: &Config, args: Option<&ServeArgs>) -> Result<Targets, CommandError> {
    match config.log(args.and_then(|args| args.log.clone())) {
        None => Ok(Targets::new().with_default(DEFAULT)),
        Some((origin, text)) => parse(&text).ok_or_else(|| {
            CommandError::usage(format!("{origin}: `{text}` selects nothing of the log: expected a level (error, warn, info, debug, trace) or levels by target such as info,sdk=debug"))
        }),
    }
}

fn format(config: &Config, args: Option<&ServeArgs>) -> Result<LogFormat, CommandError> {
    if let Some(format) = args.and_then(|args| args.log_format) {
        return Ok(format);
    }
    let Some((origin, text)) = config.log_format() else {
        return Ok(LogFormat::Text);
    };
    <LogFormat as clap::ValueEnum>::from_str(&text, false).map_err(|_| {
        CommandError::usage(format!(
            "{origin}: `{text}` is no format of a log: expected text or json"
        ))
    })
}

/// Reads levels: one for all, and others by the beginnings of targets.
fn parse(text: &str) -> Option<Targets> {
    // A word that is no level would be taken for a target of which all is shown, and
    // nothing for `error`.
    let is_said =
        |part: &str| part.contains('=') || !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    if !text.split(',').all(|part| is_said(part.trim())) {
        return None;
    }
    let targets: Targets = text.parse().ok()?;
    let quiet = targets.default_level().unwrap_or(DEFAULT).min(DEFAULT);
    let named: Vec<_> = targets
        .iter()
        .map(|(target, _)| target.to_owned())
        .collect();
    let chatty = CHATTY.into_iter();
    let chatty = chatty.filter(|library| !named.iter().any(|it| it.starts_with(library)));
    Some(chatty.fold(targets, |targets, library| {
        targets.with_target(library, quiet)
    }))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    fn shows(text: &str, target: &str, level: Level) -> bool {
        parse(text).unwrap().would_enable(target, &level)
    }

    #[test]
    fn a_level_is_that_of_the_host_and_its_modules() {
        assert!(shows("debug", "sdk::server", Level::DEBUG));
        assert!(shows("debug", "geo::service", Level::DEBUG));
        assert!(!shows("debug", "sdk::server", Level::TRACE));
        assert!(!shows("warn", "sdk::server", Level::INFO));
        assert!(!shows("off", "sdk::server", Level::ERROR));
    }

    #[test]
    fn libraries_that_tell_of_each_frame_do_so_when_they_are_named() {
        assert!(!shows("trace", "h2::codec", Level::DEBUG));
        assert!(shows("info,h2=trace", "h2::codec", Level::TRACE));
        assert!(!shows("error", "h2::codec", Level::INFO));
    }

    #[test]
    fn what_selects_nothing_is_refused() {
        for text in ["", "loud", "sdk=loud", "info,", "sdk"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_environment_which_is_named_where_it_is_wrong() {
        let config = Config::with_variables("acme", |name| match name {
            "ACME_LOG" => Some("loud".into()),
            "ACME_LOG_FORMAT" => Some("xml".into()),
            _ => None,
        });
        insta::assert_snapshot!(filter(&config, None).unwrap_err().to_string(), @"error: ACME_LOG: `loud` selects nothing of the log: expected a level (error, warn, info, debug, trace) or levels by target such as info,sdk=debug");
        insta::assert_snapshot!(format(&config, None).unwrap_err().to_string(), @"error: ACME_LOG_FORMAT: `xml` is no format of a log: expected text or json");
        let words = ["acme", "serve", "--log", "debug", "--log-format", "json"];
        let words: Vec<_> = words.map(str::to_owned).into();
        let defaults = crate::config::Defaults::default();
        let line = crate::cli::parse_with("acme", "", "1", &defaults, &words).unwrap();
        let Command::Serve(args) = &line.command else {
            panic!("{line:?}");
        };
        assert!(filter(&config, Some(args)).is_ok());
        assert_eq!(format(&config, Some(args)).unwrap(), LogFormat::Json);
    }
}
