//! Control blocks: steps that hold steps.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::expression::Expression;
use crate::model::Step;

/// `parallel:`: branches that run at the same time. Its output is a map: each branch's name with the output of the
/// branch's last step that ran.
#[derive(Debug, Clone)]
pub struct Parallel {
    /// The branches, in the order of the file.
    pub branches: Vec<Branch>,
}

/// One branch.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its name: letters, digits and `_` as an id.
    pub name: String,
    /// What it does; at least one.
    pub steps: Vec<Step>,
}

/// `for_each:`: the same steps for each item. Its output is a list, in the order of the items: for each, the output of
/// its last step that ran.
#[derive(Debug, Clone)]
pub struct ForEach {
    /// What gives the list.
    pub list: Expression,
    /// What the item is called in the steps: `item`, or what `as:` says. Its number, from 0, is `index`.
    pub item: String,
    /// How many items at once.
    pub concurrency: NonZeroU32,
    /// What is done for each; at least one.
    pub steps: Vec<Step>,
}

/// `switch:`: the first arm whose condition holds. Its output is that of the arm's last step that ran, null where no
/// arm was taken.
#[derive(Debug, Clone)]
pub struct Switch {
    /// The arms, in the order of the file.
    pub arms: Vec<Arm>,
}

/// One arm.
#[derive(Debug, Clone)]
pub struct Arm {
    /// When it is taken; none for `default: true`, which is always the last.
    pub when: Option<Expression>,
    /// What it does; at least one.
    pub steps: Vec<Step>,
}

/// `try:` with `catch:`, `finally:` or both. Its output is that of the last step that ran in `try`, or in `catch` where
/// that was needed.
#[derive(Debug, Clone)]
pub struct Try {
    /// What is tried; at least one.
    pub steps: Vec<Step>,
    /// What is done when that fails, with `error` in scope; none where there is no `catch`, so that the failure goes on
    /// after `finally`.
    pub catch: Option<Vec<Step>>,
    /// What is done in any case; empty where there is no `finally`.
    pub finally: Vec<Step>,
}

/// `loop:`: the steps, and again until the condition holds after them. It fails where that does not come about within
/// the iterations. Its output is that of the last iteration's last step that ran.
#[derive(Debug, Clone)]
pub struct Loop {
    /// When it is done, asked after each iteration. It sees the steps of the iteration, and `index`.
    pub until: Expression,
    /// How many iterations at most.
    pub max_iterations: NonZeroU32,
    /// The pause between the end of one iteration and the beginning of the next.
    pub every: Option<Duration>,
    /// What is done in each; at least one.
    pub steps: Vec<Step>,
}
