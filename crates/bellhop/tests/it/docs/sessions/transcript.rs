//! What a terminal shows: commands, and what each prints.

use std::collections::HashMap;

use regex::Regex;

const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// What is another each time, and is compared as what it is. The first that matches wins.
const KINDS: [&str; 7] = [
    // An instant, of a day or of an hour.
    r"(\d{4}-\d{2}-\d{2}[T ])?\d{2}:\d{2}:\d{2}(\.\d+)?Z?",
    // How long ago.
    r"(just now|(in )?\d+ (s|min|h|d) ago|in \d+ (s|min|h|d))",
    // How long.
    r"\b\d+(\.\d+)? ?(µs|ms|s|min|h|d)\b",
    // How large.
    r"\b\d+(\.\d+)? (B|KiB|MiB)\b",
    // What Close gives out.
    r"\b(whsub|ev|lead|oppo|acti|user|orga|cont|task)_[0-9A-Za-z]{8,}",
    // An unguessable hook.
    r"\b[0-9a-f]{32}\b",
    // A port.
    r"127\.0\.0\.1:\d+",
];

/// A command and what is shown below it.
pub(super) struct Transcript {
    pub(super) command: String,
    pub(super) shown: String,
}

impl Transcript {
    pub(super) fn read(text: &str) -> Result<Vec<Self>, String> {
        let mut all: Vec<Self> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("$ "), all.last_mut()) {
                (Some(command), _) => all.push(Self { command: command.to_owned(), shown: String::new() }),
                (None, Some(last)) if last.shown.is_empty() && last.command.ends_with('\\') => {
                    last.command.push('\n');
                    last.command.push_str(line);
                }
                (None, Some(last)) => {
                    last.shown.push_str(line);
                    last.shown.push('\n');
                }
                (None, None) => return Err("a transcript begins with `$ ` and a command".to_owned()),
            }
        }
        Ok(all)
    }
}

/// The ids that a page names, and what they are here.
#[derive(Clone)]
pub(super) struct Names {
    page: String,
    known: HashMap<String, String>,
}

impl Names {
    pub(super) fn new(page: &str) -> Self {
        Self { page: page.to_owned(), known: HashMap::new() }
    }

    /// A command with the ids that were printed here in the place of the page's.
    pub(super) fn in_command(&self, command: &str) -> Result<String, String> {
        let mut here = command.to_owned();
        for found in regex(UUID).find_iter(command) {
            let known = self.known.get(found.as_str());
            let known =
                known.ok_or_else(|| format!("no command of {} has printed {}", self.page, found.as_str()))?;
            here = here.replace(found.as_str(), known);
        }
        Ok(here)
    }

    /// Whether that was printed which is shown. A command below which nothing is shown may print what it likes.
    pub(super) fn compare(&mut self, shown: &str, printed: &str) -> Result<(), String> {
        // Nothing is learnt from what differs.
        let mut names = self.clone();
        names.follow(shown, printed)?;
        *self = names;
        Ok(())
    }

    fn follow(&mut self, shown: &str, printed: &str) -> Result<(), String> {
        // Empty lines are for the eye.
        let lines = |text| -> Vec<&str> {
            str::lines(text).map(str::trim_end).filter(|line| !line.is_empty()).collect()
        };
        let (shown, printed) = (lines(shown), lines(printed));
        if shown.is_empty() {
            return Ok(());
        }
        let mut rest = &printed[..];
        let mut any = false;
        for line in &shown {
            if line.trim() == "…" {
                any = true;
                continue;
            }
            let at = rest.iter().position(|printed| self.is_same(line, printed));
            match at {
                Some(at) if any || at == 0 => {
                    self.learn(line, rest[at]);
                    rest = &rest[at + 1..];
                }
                _ => {
                    return Err(format!(
                        "the page shows\n{line}\nand here it is\n{}",
                        rest.first().unwrap_or(&"its end")
                    ));
                }
            }
            any = false;
        }
        if any || rest.is_empty() { Ok(()) } else { Err(format!("more was printed: {}", rest.join("\n"))) }
    }

    fn is_same(&self, shown: &str, printed: &str) -> bool {
        self.pattern(shown).is_match(printed)
    }

    fn learn(&mut self, shown: &str, printed: &str) {
        let ids = regex(UUID);
        let (of_page, here) = (ids.find_iter(shown), ids.find_iter(printed));
        for (of_page, here) in of_page.zip(here) {
            self.known.insert(of_page.as_str().to_owned(), here.as_str().to_owned());
        }
    }

    /// What a line has to be like. Of spaces, several are as good as one, and what a table pads with.
    fn pattern(&self, shown: &str) -> Regex {
        let kinds = KINDS.map(|kind| format!("(?:{kind})")).join("|");
        let special = regex(&format!("(?P<id>{UUID})|(?P<any>…)|(?P<gap>\\s+)|(?P<line>[─━]{{2,}})|{kinds}"));
        let mut pattern = String::from("^");
        let mut end = 0;
        for found in special.captures_iter(shown) {
            let whole = found.get(0).unwrap();
            pattern.push_str(&regex::escape(&shown[end..whole.start()]));
            end = whole.end();
            if let Some(id) = found.name("id") {
                match self.known.get(id.as_str()) {
                    Some(known) => pattern.push_str(&regex::escape(known)),
                    None => pattern.push_str(UUID),
                }
            } else if found.name("any").is_some() {
                pattern.push_str(".*");
            } else if found.name("gap").is_some() {
                pattern.push_str(r"\s+");
            } else if found.name("line").is_some() {
                pattern.push_str("[─━]+");
            } else {
                let kind = KINDS
                    .iter()
                    .find(|kind| regex(&format!("^(?:{kind})$")).is_match(whole.as_str()))
                    .unwrap();
                pattern.extend(["(?:", *kind, ")"]);
            }
        }
        pattern.push_str(&regex::escape(&shown[end..]));
        pattern.push('$');
        regex(&pattern)
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_differs_in_more_than_ids_and_times_is_noticed() {
    let mut names = Names::new("page");
    let shown = "ID STATUS\n01a20012-1a8e-7404-9680-b40670ee1675  failed  3 min ago\n…\nlast\n";
    let id = "01bb0012-1a8e-7404-9680-b40670ee1675";
    let printed = format!("ID    STATUS\n{id}  failed  just now\nmore\nand more\nlast\n");
    names.compare(shown, &printed).unwrap();
    let command = names.in_command("bellhop executions show 01a20012-1a8e-7404-9680-b40670ee1675").unwrap();
    assert_eq!(command, format!("bellhop executions show {id}"));
    assert!(names.in_command("show 01a20012-1a8e-7404-9680-000000000000").is_err());
    for other in [
        printed.replace("failed", "succeeded"),
        printed.replace("last", "first"),
        printed.replace("ID ", "X\nID "),
        format!("{printed}and then\n"),
        printed.replace(id, "01cc0012-1a8e-7404-9680-b40670ee1675"),
    ] {
        assert!(names.compare(shown, &other).is_err(), "{other}");
    }
}
