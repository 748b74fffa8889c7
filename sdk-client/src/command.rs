//! The command line of a pool: [`Calls`], and the `clap` commands of its
//! services, methods and fields.

mod complete;
mod flag;

use clap::{Arg, ArgAction, Command, builder::PossibleValue};
use prost_reflect::{DescriptorPool, EnumDescriptor, Kind, MethodDescriptor};

pub(crate) use flag::{Arity, Flag};

use crate::{
    comments::Comments,
    names::{self, NamedMethod},
    value::{self, Form},
};

/// Flags that every method has, by their ids.
pub(crate) const JSON: &str = "json";
pub(crate) const REQUEST: &str = "request";
pub(crate) const REQUESTS: &str = "requests";
pub(crate) const TIMEOUT: &str = "timeout";

/// Under what help lists them.
const HEADING: &str = "Calling";

/// The command line made from a pool of descriptors: `MODULE [SERVICE] METHOD`
/// with a flag for each field of the request.
#[derive(Debug, Clone)]
pub struct Calls {
    pool: DescriptorPool,
    methods: Vec<NamedMethod>,
    comments: Comments,
    reserved: Vec<String>,
}

impl Calls {
    /// The calls of all services of a pool but that for reflection.
    pub fn new(pool: DescriptorPool) -> Self {
        let reserved = ["help", JSON, REQUEST, REQUESTS, TIMEOUT];
        Self {
            methods: names::methods(&pool),
            comments: Comments::new(&pool),
            reserved: reserved.map(str::to_owned).into(),
            pool,
        }
    }

    /// Keeps flags for the caller, such as those that all its commands take: a
    /// field of that name gets the flag `--request.NAME`.
    #[must_use]
    pub fn reserve<S: Into<String>>(mut self, flags: impl IntoIterator<Item = S>) -> Self {
        self.reserved.extend(flags.into_iter().map(Into::into));
        self
    }

    /// The descriptors.
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    /// The command `name` with all modules below it.
    pub fn command(&self, name: &str) -> Command {
        let command = group(name.to_owned(), "Call a method".to_owned());
        let modules = self
            .methods
            .chunk_by(|one, other| one.module == other.module);
        command.subcommands(modules.map(|methods| self.module(methods)))
    }

    /// The method that the words of subcommands call, and its own matches.
    pub(crate) fn find<'a>(
        &self,
        mut matches: &'a clap::ArgMatches,
    ) -> Result<(&NamedMethod, &'a clap::ArgMatches), Vec<&'a str>> {
        let mut words = Vec::new();
        while let Some((word, below)) = matches.subcommand() {
            words.push(word);
            matches = below;
        }
        let named = self.methods.iter().find(|named| named.words() == words);
        named.map(|named| (named, matches)).ok_or(words)
    }

    /// The flags of a method's request.
    pub(crate) fn flags(&self, method: &MethodDescriptor) -> Vec<Flag> {
        if method.is_client_streaming() {
            return Vec::new();
        }
        flag::of_message(&method.input(), &self.reserved)
    }

    fn module(&self, methods: &[NamedMethod]) -> Command {
        let name = &methods[0].module;
        let main = methods.iter().find(|named| named.service.is_none());
        let about = main.and_then(|named| self.service_about(named));
        let about = about.unwrap_or_else(|| format!("Methods of `{name}`"));
        let command = group(name.clone(), about);
        let services = methods.chunk_by(|one, other| one.service == other.service);
        let command = services.fold(command, |command, methods| {
            let below = methods.iter().map(|named| self.method(named));
            match &methods[0].service {
                None => command.subcommands(below),
                Some(word) => {
                    let about = self.service_about(&methods[0]);
                    let about = about.unwrap_or_else(|| format!("Methods of `{word}`"));
                    let service = group(word.clone(), about).subcommands(below);
                    command.subcommand(hidden_if_all_are(service))
                }
            }
        });
        hidden_if_all_are(command)
    }

    fn method(&self, named: &NamedMethod) -> Command {
        let method = &named.method;
        let comment = self.comments.of(&method.parent_file(), method.path());
        let about = comment
            .summary()
            .unwrap_or_else(|| format!("Call `{}`", method.full_name()));
        let mark = match (method.is_client_streaming(), method.is_server_streaming()) {
            (false, false) => None,
            (false, true) => Some("Replies with a stream, a line for each message."),
            (true, false) => Some("Takes a stream of requests."),
            (true, true) => Some("Takes a stream of requests and replies with a stream."),
        };
        let short = mark.map_or(about.clone(), |_| format!("{about} [stream]"));
        let long = comment.whole().unwrap_or(&about);
        let long = mark.map_or(long.to_owned(), |mark| format!("{long}\n\n{mark}"));
        let flags = self.flags(method);
        Command::new(named.word.clone())
            .about(short)
            .long_about(long)
            .hide(named.options.hidden)
            .args(
                flags
                    .iter()
                    .flat_map(|flag| arguments(flag, &flags, &self.comments)),
            )
            .args(calling(method))
    }

    fn service_about(&self, named: &NamedMethod) -> Option<String> {
        let service = named.method.parent_service();
        let comment = self.comments.of(&service.parent_file(), service.path());
        comment.summary()
    }
}

/// A command that does nothing but hold others.
fn group(name: String, about: String) -> Command {
    Command::new(name)
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
}

fn hidden_if_all_are(command: Command) -> Command {
    let all = command.get_subcommands().all(Command::is_hide_set);
    command.hide(all)
}

/// The flags that every method has.
fn calling(method: &MethodDescriptor) -> Vec<Arg> {
    let option = |id: &'static str, value: &'static str, help: &'static str| {
        let arg = Arg::new(id).long(id).value_name(value).help(help);
        arg.help_heading(HEADING)
    };
    let request = if method.is_client_streaming() {
        let help = "Read the requests from a file of JSON lines, or with - from standard input";
        option(REQUESTS, "FILE", help).required(true)
    } else {
        let help = "The whole request as JSON, from a file, or with @- from standard input; flags override it";
        option(REQUEST, "JSON|@FILE", help)
    };
    let timeout = "How long it may take, such as 5s";
    let json = Arg::new(JSON).long(JSON).action(ArgAction::SetTrue);
    let json = json
        .help("Print JSON instead of text")
        .help_heading(HEADING);
    vec![request, option(TIMEOUT, "DURATION", timeout), json]
}

/// The flag of a field, and its place among the words where it has one.
fn arguments(flag: &Flag, all: &[Flag], comments: &Comments) -> Vec<Arg> {
    let excluded = all.iter().filter(|other| flag.excludes(other));
    let excluded: Vec<_> = excluded.collect();
    let arg = Arg::new(flag.id())
        .long(flag.long.clone())
        .conflicts_with_all(excluded.iter().map(|other| other.id()));
    let arg = described(valued(arg, flag, comments), flag, &excluded, comments);
    if !flag.positional {
        return vec![arg];
    }
    let word = Arg::new(flag.word_id())
        .conflicts_with(flag.id())
        .conflicts_with_all(excluded.iter().map(|other| other.id()));
    let word = described(valued(word, flag, comments), flag, &excluded, comments);
    let word = word.value_name(flag.word_name.clone());
    vec![word, arg.hide_short_help(true)]
}

/// How many values it takes, and which are possible.
fn valued(arg: Arg, flag: &Flag, comments: &Comments) -> Arg {
    let arg = arg
        .value_name(flag.value_name.clone())
        .action(match flag.arity {
            Arity::One => ArgAction::Set,
            Arity::List | Arity::Map => ArgAction::Append,
        });
    let is_word = arg.get_long().is_none();
    let arg = if is_word && flag.arity != Arity::One {
        arg.num_args(1..)
    } else {
        arg
    };
    match flag.form {
        _ if flag.arity == Arity::Map => arg,
        Form::Bool | Form::Empty => {
            let alone = !is_word && flag.arity == Arity::One;
            let arg = arg
                .value_parser(["true", "false"])
                .hide_possible_values(true);
            if alone {
                arg.num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true")
            } else {
                arg
            }
        }
        Form::Number(_) => arg.allow_negative_numbers(true),
        Form::Enum => match flag.field().kind() {
            Kind::Enum(desc) => arg.value_parser(possible(&desc, comments)),
            _ => arg,
        },
        _ => arg,
    }
}

fn possible(desc: &EnumDescriptor, comments: &Comments) -> Vec<PossibleValue> {
    let words = value::enum_words(desc).into_iter().map(|(word, value)| {
        let comment = comments.of(&value.parent_file(), value.path()).about();
        let unspecified = value.number() == 0 && value.name().ends_with("UNSPECIFIED");
        let possible = PossibleValue::new(word)
            .alias(value.name().to_owned())
            .hide(unspecified);
        match comment {
            Some(comment) => possible.help(comment),
            None => possible,
        }
    });
    words.collect()
}

/// Its help, from the comment of the field.
fn described(arg: Arg, flag: &Flag, excluded: &[&Flag], comments: &Comments) -> Arg {
    let field = flag.field();
    let comment = comments.of(&field.parent_file(), field.path());
    let mut notes = Vec::new();
    match flag.arity {
        Arity::One => {}
        Arity::List | Arity::Map => notes.push("can be given several times".to_owned()),
    }
    if flag.secret {
        let note = "- asks for it at the terminal, or reads a line from standard input";
        notes.push(note.to_owned());
    }
    if !excluded.is_empty() {
        let mut names: Vec<_> = excluded.iter().map(|other| flag.rival(other)).collect();
        names.dedup();
        notes.push(format!("not with {}", names.join(", ")));
    }
    let note = match notes.join("; ") {
        none if none.is_empty() => none,
        notes => format!(" [{notes}]"),
    };
    let about = comment.about().unwrap_or_default();
    let arg = arg.hide(flag.hidden);
    let arg = match comment.whole() {
        Some(whole) if whole.contains("\n\n") => arg.long_help(format!("{whole}{note}")),
        _ => arg,
    };
    match format!("{about}{note}").trim() {
        "" => arg,
        help => arg.help(help.to_owned()),
    }
}
