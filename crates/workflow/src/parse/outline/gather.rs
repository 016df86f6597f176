//! Draws the outline from the tree. What has the wrong type is passed over: whoever reads it says so.

use super::id::{self, Position};
use super::{Known, List, Outline, Part, Shape};
use crate::model::StepKind;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::parse::with::close_call;
use crate::source::Span;

/// Draws the outline of a workflow; notes the ids that cannot be.
pub(in crate::parse) fn gather(
    context: &mut Context<'_>,
    steps: Option<&At<'_>>,
    on_failure: Option<&At<'_>>,
) -> Outline {
    let mut gathering = Gathering { context, outline: Outline::default(), given: Vec::new() };
    for (part, at) in [(Part::Steps, steps), (Part::OnFailure, on_failure)] {
        if let Some(at) = at {
            let position = Position::of_workflow(&part);
            gathering.list(at, List { part, block: None }, &position);
        }
    }
    let Gathering { context, mut outline, given } = gathering;
    id::assign(context, &mut outline.steps, given);
    for (index, step) in outline.steps.iter().enumerate() {
        outline.by_id.entry(step.id.as_str().to_owned()).or_insert(index);
    }
    outline
}

struct Gathering<'c, 'x, 'a> {
    context: &'c mut Context<'x>,
    outline: Outline,
    /// The ids that steps say themselves, with where they do so, in the order of the steps.
    given: Vec<Option<At<'a>>>,
}

impl<'a> Gathering<'_, '_, 'a> {
    fn list(&mut self, at: &At<'a>, list: List, position: &Position) {
        let own = self.outline.lists.len();
        self.outline.lists.push(list);
        for (index, item) in at.items().into_iter().enumerate() {
            self.step(&item, own, index, &position.step(index));
        }
    }

    fn step(&mut self, at: &At<'a>, list: usize, index: usize, position: &Position) {
        let own = self.outline.steps.len();
        let shape = shape(at);
        self.outline.by_path.entry(at.path.clone()).or_insert(own);
        self.outline.steps.push(Known {
            id: position.id(),
            uses: uses(at),
            path: at.path.clone(),
            shape: shape.clone(),
            list,
            position: index,
        });
        self.given.push(at.field("id"));
        for (part, at) in lists(at, &shape) {
            let position = position.part(&part);
            self.list(&at, List { part, block: Some(own) }, &position);
        }
    }
}

fn uses(at: &At<'_>) -> Option<(StepKind, Span)> {
    let at = at.field("uses")?;
    let word = at.as_text()?;
    let call = || close_call::find(word).map(|_| StepKind::Close);
    let kind = StepKind::ALL.into_iter().find(|kind| kind.as_str() == word).or_else(call)?;
    Some((kind, at.span()))
}

fn shape(at: &At<'_>) -> Shape {
    if at.field("parallel").is_some() {
        Shape::Parallel
    } else if at.field("for_each").is_some() {
        let name = at.field("as").and_then(|at| at.as_text().map(str::to_owned));
        Shape::ForEach(name.unwrap_or_else(|| "item".to_owned()))
    } else if at.field("switch").is_some() {
        Shape::Switch
    } else if at.field("try").is_some() {
        Shape::Try
    } else if at.field("loop").is_some() {
        Shape::Loop
    } else {
        Shape::Single
    }
}

/// The lists of steps inside a step.
fn lists<'a>(at: &At<'a>, shape: &Shape) -> Vec<(Part, At<'a>)> {
    let field = |name: &str, part: Part| at.field(name).map(|list| (part, list));
    match shape {
        Shape::Single => Vec::new(),
        Shape::Parallel => at
            .field("parallel")
            .map(|branches| branches.entries())
            .unwrap_or_default()
            .into_iter()
            .map(|(name, list)| (Part::Branch(name.to_owned()), list))
            .collect(),
        Shape::Switch => at
            .field("switch")
            .map(|arms| arms.items())
            .unwrap_or_default()
            .iter()
            .enumerate()
            .filter_map(|(number, arm)| arm.field("steps").map(|list| (Part::Arm(number), list)))
            .collect(),
        Shape::Try => [("try", Part::Try), ("catch", Part::Catch), ("finally", Part::Finally)]
            .into_iter()
            .filter_map(|(name, part)| field(name, part))
            .collect(),
        Shape::ForEach(_) | Shape::Loop => field("steps", Part::Steps).into_iter().collect(),
    }
}
