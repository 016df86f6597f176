//! What the language says comes of a plan, told without a journal, a clock or anything at the same time.

use std::collections::BTreeMap;

use super::plan::{Item, Node, Plan};
use super::world::Nature;

/// How something ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    Through,
    Returned(String),
    Failed { path: String, kind: String },
}

/// What comes of a plan that has no time-outs.
#[derive(Debug)]
pub(super) struct Reference<'a> {
    nature: &'a Nature,
    /// How many attempts each effect and each child has.
    pub(super) attempts: BTreeMap<String, u32>,
    /// Where a `for_each` stopped: how many more of its items began depends on the time that things take.
    pub(super) stops: BTreeMap<String, usize>,
}

impl<'a> Reference<'a> {
    pub(super) fn of(plan: &Plan, nature: &'a Nature) -> (Came, Self) {
        let mut reference = Self { nature, attempts: BTreeMap::new(), stops: BTreeMap::new() };
        let came = reference.list(&plan.items, "", None);
        if matches!(came, Came::Failed { .. }) {
            reference.list(&plan.on_failure, "on_failure/", None);
        }
        (came, reference)
    }

    /// Whether it depends on the time that things take whether a step runs at all.
    pub(super) fn is_open(&self, path: &str) -> bool {
        self.stops.iter().any(|(prefix, stop)| {
            let item = path.strip_prefix(prefix.as_str()).and_then(|rest| rest.split('/').next());
            item.and_then(|item| item.parse::<usize>().ok()).is_some_and(|item| item > *stop)
        })
    }

    fn list(&mut self, items: &[Item], prefix: &str, index: Option<usize>) -> Came {
        for item in items {
            match self.item(item, &format!("{prefix}{}", item.id), index) {
                Came::Through => {}
                ended => return ended,
            }
        }
        Came::Through
    }

    fn item(&mut self, item: &Item, path: &str, index: Option<usize>) -> Came {
        if !item.when.holds(index) {
            return Came::Through;
        }
        let failed = |kind: &str| Came::Failed { path: path.to_owned(), kind: kind.to_owned() };
        let came = match &item.node {
            Node::Set | Node::Sleep(_) | Node::Wait(_) | Node::Count | Node::Respond => Came::Through,
            Node::Fail => failed("fail"),
            Node::Return => Came::Returned(path.to_owned()),
            Node::Effect | Node::Child(_) => {
                self.effect(item, path).map_or_else(|kind| failed(&kind), |()| Came::Through)
            }
            _ => self.block(item, path, index),
        };
        match came {
            Came::Failed { .. } if item.continues => Came::Through,
            came => came,
        }
    }

    fn effect(&mut self, item: &Item, path: &str) -> Result<(), String> {
        let mut attempt = 1;
        loop {
            self.attempts.insert(path.to_owned(), attempt);
            match self.nature.outcome(path, attempt) {
                Ok(_) => return Ok(()),
                Err(failure) if failure.retryable && attempt < item.attempts => attempt += 1,
                Err(failure) => return Err(failure.error.kind),
            }
        }
    }

    fn block(&mut self, item: &Item, path: &str, index: Option<usize>) -> Came {
        for attempt in 1..item.attempts {
            match self.body(item, path, attempt, index) {
                Came::Failed { .. } => {}
                came => return came,
            }
        }
        self.body(item, path, item.attempts, index)
    }

    fn body(&mut self, item: &Item, path: &str, attempt: u32, index: Option<usize>) -> Came {
        let inside = if attempt == 1 { format!("{path}/") } else { format!("{path}#{attempt}/") };
        match &item.node {
            Node::Parallel(branches) => {
                let names = (b'a'..).map(char::from);
                let ends: Vec<Came> = names
                    .zip(branches)
                    .map(|(name, items)| self.list(items, &format!("{inside}{name}/"), index))
                    .collect();
                ends.into_iter().find(|end| *end != Came::Through).unwrap_or(Came::Through)
            }
            Node::ForEach { items, steps, .. } => {
                for number in 0..*items {
                    match self.list(steps, &format!("{inside}{number}/"), Some(number)) {
                        Came::Through => {}
                        ended => {
                            self.stops.insert(inside, number);
                            return ended;
                        }
                    }
                }
                Came::Through
            }
            Node::Switch(arms) => {
                let taken = arms.iter().position(|(when, _)| when.holds(index));
                taken.map_or(Came::Through, |arm| self.list(&arms[arm].1, &format!("{inside}{arm}/"), index))
            }
            Node::Try { steps, catch, finally } => {
                let mut came = self.list(steps, &format!("{inside}try/"), index);
                if let (Came::Failed { .. }, Some(catch)) = (&came, catch) {
                    came = self.list(catch, &format!("{inside}catch/"), index);
                }
                match self.list(finally, &format!("{inside}finally/"), index) {
                    Came::Through => came,
                    ended => ended,
                }
            }
            Node::Loop { rounds, most, steps, .. } => {
                let most = usize::try_from(*most).unwrap();
                for number in 0..most {
                    match self.list(steps, &format!("{inside}{number}/"), Some(number)) {
                        Came::Through if number >= *rounds => return Came::Through,
                        Came::Through => {}
                        ended => return ended,
                    }
                }
                Came::Failed { path: path.to_owned(), kind: "loop_exhausted".to_owned() }
            }
            single => panic!("{single:?} is no block"),
        }
    }
}
