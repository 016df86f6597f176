//! The steps of a workflow as far as names go: what each is called and where it stands, those inside blocks too.
//!
//! It is drawn before anything is read, so that an expression that names a step which comes later, or which stands in
//! another branch, is told so rather than that there is no such step.
//!
//! # Adding a block
//! A variant of [`Shape`] with what its steps can name besides, its lists in `gather`, and in `visible` whether its
//! steps can be named after it.

mod gather;
mod id;
mod visible;

use std::collections::HashMap;

pub(super) use self::gather::gather;
pub(super) use self::id::{is_word, word_rule};
pub(super) use self::visible::{From, Relation};
use crate::ids::StepId;
use crate::model::StepKind;
use crate::source::Span;

/// All steps of a workflow.
#[derive(Debug, Default)]
pub(super) struct Outline {
    steps: Vec<Known>,
    lists: Vec<List>,
    by_path: HashMap<String, usize>,
    by_id: HashMap<String, usize>,
}

/// A step.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: StepId,
    /// What it uses, and where it says so.
    pub(super) uses: Option<(StepKind, Span)>,
    /// Where it is in the tree: `steps[2]`.
    pub(super) path: String,
    shape: Shape,
    /// The list that it is in, and its number there.
    list: usize,
    position: usize,
}

/// A list of steps.
#[derive(Debug)]
struct List {
    part: Part,
    /// The block that it belongs to; none for those of the workflow itself.
    block: Option<usize>,
}

/// What a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Single,
    Parallel,
    /// With what it calls its items.
    ForEach(String),
    Switch,
    Try,
    Loop,
}

/// Which list of its block, or of the workflow, a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// `steps` of the workflow, of `for_each` or of `loop`.
    Steps,
    OnFailure,
    Branch(String),
    /// The arm of that number, from 0.
    Arm(usize),
    Try,
    Catch,
    Finally,
}

impl Known {
    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(super) fn is_parallel(&self) -> bool {
        self.shape == Shape::Parallel
    }
}

impl Outline {
    /// The step at a place of the tree.
    pub(super) fn at(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The step of that id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn step(&self, index: usize) -> &Known {
        &self.steps[index]
    }

    /// All of them, those inside a block after the block.
    pub(super) fn steps(&self) -> &[Known] {
        &self.steps
    }

    /// The names of the branches, where the step is a `parallel`.
    pub(super) fn branches(&self, index: usize) -> Vec<&str> {
        let own = self.lists.iter().filter(|list| list.block == Some(index));
        own.filter_map(|list| if let Part::Branch(name) = &list.part { Some(name.as_str()) } else { None })
            .collect()
    }

    /// The branch of `block` that a step is in, however deep.
    pub(super) fn branch(&self, block: usize, step: usize) -> Option<&str> {
        let mut list = &self.lists[self.steps[step].list];
        while let Some(around) = list.block {
            if around == block {
                return if let Part::Branch(name) = &list.part { Some(name) } else { None };
            }
            list = &self.lists[self.steps[around].list];
        }
        None
    }
}
