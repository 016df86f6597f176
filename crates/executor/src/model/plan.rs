//! Random workflows, and the workflows of the language that they stand for.

use std::num::NonZeroU32;
use std::time::Duration;

use bellhop_workflow::expression::{Expression, Template, TemplateTree};
use bellhop_workflow::ids::{StepId, WorkflowName};
use bellhop_workflow::model::{
    Action, Arm, Branch, ForEach, Loop, OnInterrupt, Parallel, Retry, Step, StepKind, Switch, Try, Workflow,
};
use indexmap::IndexMap;
use serde_json::{Value, json};

/// A whole workflow.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
    pub(super) on_failure: Vec<Item>,
    pub(super) timeout: Option<u32>,
    pub(super) has_outputs: bool,
}

/// A step. Times are in seconds.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Given by [`Plan::numbered`].
    pub(super) id: String,
    pub(super) node: Node,
    pub(super) when: When,
    pub(super) attempts: u32,
    pub(super) pause: u32,
    pub(super) continues: bool,
    pub(super) timeout: Option<u32>,
    pub(super) is_unrepeatable: bool,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Computes over what came before it, and the time.
    Set,
    /// Something outside, which may fail.
    Effect,
    Fail,
    Return,
    Sleep(u32),
    /// Somebody calls so long after it began.
    Wait(u32),
    /// Another workflow that takes so long.
    Child(u32),
    /// Counts in the durable state.
    Count,
    /// Answers a request.
    Respond,
    Parallel(Vec<Vec<Item>>),
    ForEach {
        items: usize,
        concurrency: u32,
        steps: Vec<Item>,
    },
    Switch(Vec<(When, Vec<Item>)>),
    Try {
        steps: Vec<Item>,
        catch: Option<Vec<Item>>,
        finally: Vec<Item>,
    },
    Loop {
        rounds: usize,
        most: u32,
        every: Option<u32>,
        steps: Vec<Item>,
    },
}

/// A condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Never,
    /// In every other iteration.
    Even,
    /// Where the step begins in the first two minutes.
    Early,
}

impl When {
    fn source(self) -> &'static str {
        match self {
            Self::Always => "true",
            Self::Never => "1 > 2",
            Self::Even => "index is undefined or index % 2 == 0",
            Self::Early => "now() < '2026-03-02T12:02:00'",
        }
    }

    pub(super) fn holds(self, index: Option<usize>) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Even => index.is_none_or(|index| index.is_multiple_of(2)),
            Self::Early => panic!("it takes a clock to tell"),
        }
    }
}

impl Item {
    /// The lists inside it.
    pub(super) fn lists(&self) -> Vec<&[Self]> {
        match &self.node {
            Node::Parallel(branches) => branches.iter().map(Vec::as_slice).collect(),
            Node::ForEach { steps, .. } | Node::Loop { steps, .. } => vec![steps],
            Node::Switch(arms) => arms.iter().map(|(_, steps)| steps.as_slice()).collect(),
            Node::Try { steps, catch, finally } => {
                vec![steps, catch.as_deref().unwrap_or_default(), finally]
            }
            _ => Vec::new(),
        }
    }

    fn lists_mut(&mut self) -> Vec<&mut Vec<Self>> {
        match &mut self.node {
            Node::Parallel(branches) => branches.iter_mut().collect(),
            Node::ForEach { steps, .. } | Node::Loop { steps, .. } => vec![steps],
            Node::Switch(arms) => arms.iter_mut().map(|(_, steps)| steps).collect(),
            Node::Try { steps, catch, finally } => {
                std::iter::once(steps).chain(catch.as_mut()).chain(std::iter::once(finally)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether one of the steps, however deep, is such.
pub(super) fn any(items: &[Item], is: &impl Fn(&Item) -> bool) -> bool {
    items.iter().any(|item| is(item) || item.lists().into_iter().any(|list| any(list, is)))
}

impl Plan {
    /// With an id for each step.
    pub(super) fn numbered(mut self) -> Self {
        fn number(items: &mut [Item], next: &mut usize) {
            for item in items {
                item.id = format!("s{next}");
                *next += 1;
                for list in item.lists_mut() {
                    number(list, next);
                }
            }
        }
        let mut next = 0;
        number(&mut self.items, &mut next);
        number(&mut self.on_failure, &mut next);
        self
    }

    pub(super) fn any(&self, is: impl Fn(&Item) -> bool) -> bool {
        any(&self.items, &is) || any(&self.on_failure, &is)
    }

    pub(super) fn workflow(&self) -> Workflow {
        let mut seen = Vec::new();
        let steps = list(&self.items, &mut seen);
        let mut seen_at_the_end = seen.clone();
        Workflow {
            name: WorkflowName::new("model"),
            description: None,
            triggers: Vec::new(),
            vars: IndexMap::new(),
            concurrency: None,
            timeout: self.timeout.map(seconds),
            mask: Vec::new(),
            steps,
            on_failure: list(&self.on_failure, &mut seen_at_the_end),
            outputs: self.has_outputs.then(|| template(&format!("[{}, now()]", looking_at(&seen)))),
        }
    }
}

/// The steps, and which ids are to be seen after them.
fn list(items: &[Item], seen: &mut Vec<String>) -> Vec<Step> {
    items.iter().map(|item| step(item, seen)).collect()
}

fn step(item: &Item, seen: &mut Vec<String>) -> Step {
    let action = action(item, seen);
    seen.push(item.id.clone());
    Step {
        id: StepId::new(&*item.id),
        name: None,
        condition: (item.when != When::Always).then(|| expression(item.when.source())),
        retry: Retry {
            max_attempts: item.attempts,
            initial_interval: seconds(item.pause),
            max_interval: Duration::from_hours(1),
            multiplier: 2.0,
        },
        timeout: item.timeout.map(seconds),
        continue_on_error: item.continues,
        on_interrupt: if item.is_unrepeatable { OnInterrupt::Fail } else { OnInterrupt::Retry },
        action,
    }
}

fn action(item: &Item, seen: &mut Vec<String>) -> Action {
    let uses = |kind, with| Action::Uses { kind, with };
    let literal = TemplateTree::Literal;
    match &item.node {
        Node::Set => uses(
            StepKind::Set,
            TemplateTree::Map(IndexMap::from([
                ("seen".to_owned(), template(&looking_at(seen))),
                ("now".to_owned(), template("now()")),
                ("index".to_owned(), template("index | default(none)")),
                ("error".to_owned(), template("error | default(none)")),
            ])),
        ),
        Node::Effect => {
            let looks = format!("[{}, now()]", looking_at(seen));
            uses(StepKind::Http, TemplateTree::Map(IndexMap::from([("sees".to_owned(), template(&looks))])))
        }
        Node::Fail => uses(StepKind::Fail, literal(json!({ "message": "asked to" }))),
        Node::Return => uses(StepKind::Return, template(&looking_at(seen))),
        Node::Sleep(time) => uses(StepKind::Sleep, literal(json!({ "for": time }))),
        Node::Wait(after) => uses(StepKind::WaitFor, literal(json!({ "after": after }))),
        Node::Child(after) => uses(StepKind::Workflow, literal(json!({ "after": after }))),
        Node::Count => uses(StepKind::State, literal(json!({}))),
        Node::Respond => uses(StepKind::Respond, literal(json!({}))),
        Node::Parallel(branches) => Action::Parallel(Parallel {
            branches: (b'a'..)
                .zip(branches)
                .map(|(name, items)| Branch {
                    name: char::from(name).to_string(),
                    steps: list(items, &mut seen.clone()),
                })
                .collect(),
        }),
        Node::ForEach { items, concurrency, steps } => Action::ForEach(ForEach {
            list: expression(&Value::from((0..*items).collect::<Vec<_>>()).to_string()),
            item: "item".to_owned(),
            concurrency: NonZeroU32::new(*concurrency).unwrap(),
            steps: list(steps, &mut seen.clone()),
        }),
        Node::Switch(arms) => Action::Switch(Switch {
            arms: arms
                .iter()
                .map(|(when, items)| Arm {
                    when: (*when != When::Always).then(|| expression(when.source())),
                    steps: list(items, &mut seen.clone()),
                })
                .collect(),
        }),
        Node::Try { steps, catch, finally } => Action::Try(Try {
            steps: list(steps, seen),
            catch: catch.as_ref().map(|catch| list(catch, seen)),
            finally: list(finally, seen),
        }),
        Node::Loop { rounds, most, every, steps } => {
            let steps = list(steps, seen);
            let until = format!("index >= {rounds} and {} is defined", looking_at(seen));
            Action::Loop(Loop {
                until: expression(&until),
                max_iterations: NonZeroU32::new(*most).unwrap(),
                every: every.map(seconds),
                steps,
            })
        }
    }
}

/// What the last step that is to be seen has left, and how the one before it ended. One that never ran is not there.
fn looking_at(seen: &[String]) -> String {
    let look = |id: &String| format!("(steps.{id} | default({{'status': 'never'}}))");
    let mut seen = seen.iter().rev();
    let last = seen.next().map_or_else(|| "none".to_owned(), look);
    let before = seen.next().map_or_else(|| "none".to_owned(), |id| format!("{}.status", look(id)));
    format!("[{last}, {before}]")
}

pub(super) fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

fn expression(source: &str) -> Expression {
    Expression::compile(source).unwrap()
}

fn template(source: &str) -> TemplateTree {
    TemplateTree::Template(Template::compile(&format!("${{{{ {source} }}}}")).unwrap())
}
