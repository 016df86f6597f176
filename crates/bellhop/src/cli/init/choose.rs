//! What the workflow is to be: by the arguments, and by asking for the rest.

use std::path::Path;

use bellhop_trigger::catalogue::{CLOSE, Catalogue, EventEntry};
use bellhop_workflow::ids::WorkflowName;
use clap::ValueEnum;

use super::ask::Asker;
use super::draft::{Draft, Start};
use super::{Does, InitArgs, On, address, workflow_file, write};
use crate::cli::{CliError, arguments};

/// How many events a search shows.
const SHOWN: usize = 12;

/// Refuses arguments that speak of different things.
pub(super) fn consistent(args: &InitArgs) -> Result<(), CliError> {
    if let (Some(on), Some((implied, flag))) = (args.on, implied(args))
        && on != implied
    {
        let word = word(&on);
        return Err(CliError::usage(format!("`{flag}` does not go with `--on {word}`")));
    }
    if let (Some(Does::Log), Some(_)) = (args.does, &args.url) {
        return Err(CliError::usage("`--url` does not go with `--does log`")
            .with_help("`--does message` and `--does post` send something"));
    }
    if let Some(name) = &args.event {
        event(name).map_err(CliError::usage)?;
    }
    let start = match (&args.cron, &args.every) {
        (Some(cron), _) => Some(Start::Cron { times: cron.clone(), timezone: args.timezone.clone() }),
        (_, Some(every)) => Some(Start::Every(every.clone())),
        _ => None,
    };
    start.map_or(Ok(()), |start| start.check().map_err(CliError::usage))
}

/// What starts it by what else was given, and by which argument.
fn implied(args: &InitArgs) -> Option<(On, &'static str)> {
    let given = [
        (args.event.is_some(), On::Close, "--event"),
        (args.cron.is_some(), On::Schedule, "--cron"),
        (args.every.is_some(), On::Schedule, "--every"),
    ];
    given.into_iter().find_map(|(is_given, on, flag)| is_given.then_some((on, flag)))
}

fn on(args: &InitArgs) -> Option<On> {
    args.on.or_else(|| implied(args).map(|(on, _)| on))
}

fn word(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// The workflow that the arguments make, where they are enough.
pub(super) fn given(args: &InitArgs) -> Result<Draft, CliError> {
    let start = start_given(args);
    let needs_url = matches!(args.does, Some(Does::Message | Does::Post));
    let missing: Vec<&str> = [
        (args.name.is_none(), "NAME"),
        (on(args).is_none(), "--on (or --event, --cron, --every)"),
        (on(args) == Some(On::Close) && start.is_none(), "--event"),
        (on(args) == Some(On::Schedule) && start.is_none(), "--cron or --every"),
        (args.does.is_none(), "--does"),
        (needs_url && args.url.is_none(), "--url"),
    ]
    .into_iter()
    .filter_map(|(is_missing, what)| is_missing.then_some(what))
    .collect();
    match (&args.name, start, args.does) {
        (Some(name), Some(start), Some(does)) if missing.is_empty() => {
            Ok(Draft { name: name.clone(), start, does, url: args.url.clone() })
        }
        _ => Err(CliError::usage(format!("not given: {}", missing.join(", "))).with_help(
            "there is no terminal to ask at; for instance: bellhop init new-lead --event lead.created --does log",
        )),
    }
}

fn start_given(args: &InitArgs) -> Option<Start> {
    match on(args)? {
        On::Close => args.event.as_deref().and_then(|name| event(name).ok()).map(Start::Close),
        On::Schedule => match (&args.cron, &args.every) {
            (Some(times), _) => Some(Start::Cron { times: times.clone(), timezone: args.timezone.clone() }),
            (_, Some(every)) => Some(Start::Every(every.clone())),
            _ => None,
        },
        On::Webhook => Some(Start::Webhook),
        On::Manual => Some(Start::Manual),
    }
}

/// The workflow that the arguments and the answers make.
pub(super) fn asking(args: &InitArgs, asker: &mut Asker<'_>) -> Result<Draft, CliError> {
    asker.say("A first workflow. Enter takes what is in brackets; Ctrl-C leaves, and nothing is written.")?;
    let on = match on(args) {
        Some(on) => on,
        None => asker.choose("What starts it?", &choices())?,
    };
    let start = match start_given(args) {
        Some(start) => start,
        None => match on {
            On::Close => Start::Close(ask_event(asker)?),
            On::Schedule => ask_times(asker)?,
            On::Webhook => Start::Webhook,
            On::Manual => Start::Manual,
        },
    };
    let does = match (args.does, &args.url) {
        (Some(does), _) => does,
        (None, Some(_)) => {
            let sends: Vec<_> =
                choices::<Does>().into_iter().filter(|(does, ..)| *does != Does::Log).collect();
            asker.choose("What does it do first?", &sends)?
        }
        (None, None) => asker.choose("What does it do first?", &choices())?,
    };
    let url = match (&args.url, does) {
        (Some(url), _) => Some(url.clone()),
        (None, Does::Log) => None,
        (None, Does::Message | Does::Post) => {
            asker.say("")?;
            Some(asker.ask("To which URL", None, |_, answer| Ok(address(answer)))?)
        }
    };
    let name = if let Some(name) = &args.name { name.clone() } else { ask_name(&start, args, asker)? };
    asker.say("")?;
    Ok(Draft { name, start, does, url })
}

fn ask_name(start: &Start, args: &InitArgs, asker: &mut Asker<'_>) -> Result<WorkflowName, CliError> {
    asker.say("")?;
    let usual = free_name(&start.usual_name(), &args.dir);
    asker.ask("What is it called", Some(&usual), |_, answer| {
        Ok(arguments::workflow_name(answer).and_then(|name| {
            write::refuse_what_is_there(&args.dir, &name).map_err(|error| error.to_string())?;
            Ok(name)
        }))
    })
}

/// Everything that there is to choose, with its words in the help.
fn choices<T: ValueEnum + Copy>() -> Vec<(T, String, String)> {
    let variants = T::value_variants().iter();
    variants
        .filter_map(|value| {
            let possible = value.to_possible_value()?;
            let meaning = possible.get_help().map(ToString::to_string).unwrap_or_default();
            Some((*value, possible.get_name().to_owned(), meaning))
        })
        .collect()
}

fn ask_event(asker: &mut Asker<'_>) -> Result<&'static EventEntry, CliError> {
    asker.say("\nWhich event of Close? Its name, or words to look for: `deal won`, `call`, `new lead`")?;
    let mut listed: Vec<&'static EventEntry> = Vec::new();
    asker.ask("Event", Some("lead.created"), |asker, answer| {
        if let Some(entry) =
            answer.parse::<usize>().ok().and_then(|number| listed.get(number.checked_sub(1)?))
        {
            return Ok(Ok(*entry));
        }
        let unknown = match event(answer) {
            Ok(entry) => return Ok(Ok(entry)),
            Err(why) => why,
        };
        let words = in_words_of_close(answer);
        let found: Vec<_> = close_events().filter(|entry| entry.mentions(&words)).collect();
        match found[..] {
            // A misspelt name is met by the one that it is near to, words by where all are.
            [] => return Ok(Err(unknown)),
            [one] => {
                asker.say(&format!("  {}  {}", one.name, one.description))?;
                return Ok(Ok(one));
            }
            _ => {}
        }
        listed = found.iter().take(SHOWN).copied().collect();
        let width = listed.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
        for (number, entry) in listed.iter().enumerate() {
            asker.say(&format!("  {:>2}  {:<width$}  {}", number + 1, entry.name, entry.description))?;
        }
        Ok(Err(match found.len() - listed.len() {
            0 => "which of them? Its number, or other words".to_owned(),
            more => format!("and {more} more. Which? A number, a name, or more words"),
        }))
    })
}

fn ask_times(asker: &mut Asker<'_>) -> Result<Start, CliError> {
    asker.say("\nWhen? An interval (15m, 2h), or times as in a crontab: minute hour day month weekday")?;
    let zone = jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let times = asker.ask("When", Some("0 9 * * 1-5"), |_, answer| {
        let start = if answer.contains(' ') {
            Start::Cron { times: answer.to_owned(), timezone: None }
        } else {
            Start::Every(answer.to_owned())
        };
        Ok(start.check().map(|()| start))
    })?;
    let Start::Cron { times, .. } = times else { return Ok(times) };
    asker.ask("In which time zone", Some(&zone), |_, answer| {
        let start = Start::Cron { times: times.clone(), timezone: Some(answer.to_owned()) };
        Ok(start.check().map(|()| start))
    })
}

fn close_events() -> impl Iterator<Item = &'static EventEntry> {
    Catalogue::entries().iter().filter(|entry| entry.provider == CLOSE)
}

/// What people say, in the words of the catalogue.
fn in_words_of_close(words: &str) -> String {
    let words = words.to_lowercase();
    let told = words.split_whitespace().map(|word| match word {
        "new" | "made" | "added" | "entered" => "created",
        "changed" | "edited" => "updated",
        "removed" => "deleted",
        "deal" | "deals" => "opportunity",
        "won" | "lost" | "stage" => "status_change",
        "company" | "customer" | "leads" => "lead",
        "person" | "people" | "contacts" => "contact",
        "mail" | "e-mail" | "emails" => "email",
        "appointment" | "meetings" => "meeting",
        "phone" | "calls" => "call",
        "todo" | "tasks" => "task",
        "done" => "completed",
        word => word,
    });
    told.collect::<Vec<_>>().join(" ")
}

/// The event of Close that is called so, or why there is none.
fn event(name: &str) -> Result<&'static EventEntry, String> {
    match Catalogue::entry(name) {
        Ok(entry) if entry.provider == CLOSE => Ok(entry),
        Ok(entry) => Err(format!("`{name}` is no event of Close but of `{}`", entry.provider)),
        Err(Some(nearest)) => Err(format!("there is no event `{name}`; did you mean `{nearest}`?")),
        Err(None) => Err(format!("there is no event `{name}`; `bellhop catalog events` lists them")),
    }
}

/// The name, or the same with a number, that no file has yet.
fn free_name(name: &str, dir: &Path) -> String {
    let is_free =
        |name: &str| arguments::workflow_name(name).is_ok_and(|name| !workflow_file(dir, &name).exists());
    let numbered = (2..100).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| is_free(name))
        .unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use clap::Parser as _;

    use super::*;
    use crate::cli::output::Paint;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: InitArgs,
    }

    /// What comes of these arguments and answers, and what was shown.
    fn asked(args: &[&str], answers: &str) -> (Result<Draft, CliError>, String) {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().display().to_string();
        let line = [&["init", "--dir", &dir], args].concat();
        let Line { args } = Line::try_parse_from(line).unwrap();
        let (mut input, mut out) = (Cursor::new(answers.to_owned()), Vec::new());
        let made = asking(&args, &mut Asker::new(&mut input, &mut out, Paint::OFF));
        (made, String::from_utf8(out).unwrap())
    }

    #[test]
    fn enter_alone_takes_what_is_in_brackets() {
        let (made, shown) = asked(&[], "\n\n\n\n");
        let draft = made.unwrap();
        assert_eq!((draft.name.as_str(), draft.does), ("on-lead-created", Does::Log));
        assert!(matches!(draft.start, Start::Close(entry) if entry.name == "lead.created"));
        assert!(shown.contains("What is it called [on-lead-created]: "), "{shown}");
    }

    #[test]
    fn an_event_is_found_by_words_and_taken_by_its_number() {
        let (made, shown) = asked(&["--does", "log"], "close\ndeal\n1\n\n");
        let Start::Close(entry) = made.unwrap().start else { panic!("{shown}") };
        assert_eq!(entry.name, "opportunity.created");
        assert!(shown.contains("   1  opportunity.created "), "{shown}");
        let (made, _) = asked(&["--does", "log"], "1\ndeal won\n1\n\n");
        assert!(
            matches!(made.unwrap().start, Start::Close(entry) if entry.name == "opportunity.status_change")
        );
        let (made, shown) = asked(&["--does", "log"], "1\nlead.creatd\n\n\n");
        assert!(made.is_ok() && shown.contains("did you mean `lead.created`?"), "{shown}");
    }

    #[test]
    fn what_is_wrong_is_said_and_asked_again() {
        let answers = "5\n2\n61 9 * * *\n0 9 * * 1-5\nMars\nEurope/Berlin\n3\nno url\nhttps://example.com/in\nMorning\nmorning\n";
        let (made, shown) = asked(&[], answers);
        let draft = made.unwrap();
        let Start::Cron { times, timezone } = &draft.start else { panic!("{shown}") };
        assert_eq!((times.as_str(), timezone.as_deref()), ("0 9 * * 1-5", Some("Europe/Berlin")));
        assert_eq!((draft.name.as_str(), draft.does), ("morning", Does::Post));
        assert_eq!(draft.url.unwrap().as_str(), "https://example.com/in");
        for why in [
            "a number from 1 to 4",
            "from 0 to 59",
            "Mars",
            "expected an http or https URL",
            "begins with a letter",
        ] {
            assert!(shown.contains(why), "{why}: {shown}");
        }
    }

    #[test]
    fn what_was_given_is_not_asked_for() {
        let (made, shown) =
            asked(&["mine", "--every", "15m", "--url", "https://example.com/in"], "message\n");
        assert!(matches!(made.unwrap(), Draft { does: Does::Message, start: Start::Every(_), .. }));
        assert!(!shown.contains("What starts it?") && !shown.contains("called"), "{shown}");
        assert!(!shown.contains("Logs a line"), "there is somewhere to send to: {shown}");
    }

    #[test]
    fn answers_that_end_early_make_nothing() {
        let (made, _) = asked(&[], "1\n");
        assert!(made.unwrap_err().to_string().contains("nothing was written"));
    }
}
