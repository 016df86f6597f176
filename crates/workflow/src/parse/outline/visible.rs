//! Which steps an expression may name, by where both stand.

use super::{Outline, Part, Shape};

/// Where an expression stands among the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::parse) enum From {
    /// In a step, before it has run.
    Step(usize),
    /// In the `until` of a loop, after its steps have run.
    Until(usize),
    /// After all `steps` of the workflow.
    End,
}

/// How a step stands to an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::parse) enum Relation {
    /// It has run by then, or been skipped.
    Visible,
    /// It is the step that the expression is in.
    Itself,
    /// It is a block that the expression is in.
    Around,
    /// It is inside the step that the expression is in, and runs after that.
    Inside,
    /// It runs later.
    Later,
    /// It runs only after a failure.
    AfterFailure,
    /// It is in another branch or arm of that block, in which the expression is too.
    Beside(usize),
    /// It is in that block, the steps of which can be named within it only.
    Within(usize),
}

/// A step and the lists around it, from the inside out: each with the number in it of the step, or of the block that
/// holds the step.
type Chain = Vec<(usize, usize)>;

impl Outline {
    /// How `step` stands to an expression at `from`.
    pub(in crate::parse) fn relation(&self, from: From, step: usize) -> Relation {
        let there = self.chain(step);
        let own = match from {
            From::Step(own) | From::Until(own) => own,
            From::End => {
                return if self.is_after_failure(&there) {
                    Relation::AfterFailure
                } else {
                    self.after(&there)
                };
            }
        };
        let here = self.chain(own);
        // The innermost list that holds both.
        let shared = here.iter().enumerate().find_map(|(depth, (list, _))| {
            there.iter().position(|(other, _)| other == list).map(|position| (depth, position))
        });
        let Some((mine, theirs)) = shared else {
            return match (self.is_after_failure(&here), self.is_after_failure(&there)) {
                (true, _) => self.after(&there),
                (false, _) => Relation::AfterFailure,
            };
        };
        let (my_number, their_number) = (here[mine].1, there[theirs].1);
        match (my_number.cmp(&their_number), mine, theirs) {
            (std::cmp::Ordering::Less, ..) => Relation::Later,
            (std::cmp::Ordering::Greater, ..) => self.after(&there[..=theirs]),
            (_, 0, 0) => Relation::Itself,
            (_, _, 0) => Relation::Around,
            // The loop itself is open to its own `until`.
            (_, 0, _) if matches!(from, From::Until(_)) => self.after(&there[..theirs]),
            (_, 0, _) => Relation::Inside,
            (_, _, _) => self.beside(here[mine - 1].0, &there[..theirs]),
        }
    }

    /// The steps that an expression may name, in the order of the file.
    pub(in crate::parse) fn visible(&self, from: From) -> impl Iterator<Item = &str> {
        let all = self.steps.iter().enumerate();
        all.filter(move |(index, _)| self.relation(from, *index) == Relation::Visible)
            .map(|(_, step)| step.id.as_str())
    }

    /// The blocks around an expression, each with the list of it that the expression is in, from the inside out.
    pub(in crate::parse) fn around(&self, from: From) -> Vec<(Option<&Shape>, &Part)> {
        let (From::Step(own) | From::Until(own)) = from else { return Vec::new() };
        let until = matches!(from, From::Until(_)).then_some((Some(&Shape::Loop), &Part::Steps));
        let lists = self.chain(own).into_iter().map(|(list, _)| {
            let list = &self.lists[list];
            (list.block.map(|block| &self.steps[block].shape), &list.part)
        });
        until.into_iter().chain(lists).collect()
    }

    /// The innermost `for_each` or `loop` around a step, where the expression is not inside that.
    pub(in crate::parse) fn rounds_apart(&self, from: From, step: usize) -> Option<usize> {
        let blocks =
            |step: usize| self.chain(step).into_iter().filter_map(|(list, _)| self.lists[list].block);
        let repeats = |block: &usize| matches!(self.steps[*block].shape, Shape::ForEach(_) | Shape::Loop);
        let block = blocks(step).find(repeats)?;
        let is_inside = match from {
            From::Step(own) => blocks(own).any(|other| other == block),
            From::Until(own) => own == block || blocks(own).any(|other| other == block),
            From::End => false,
        };
        (!is_inside).then_some(block)
    }

    fn chain(&self, step: usize) -> Chain {
        let mut chain = Vec::new();
        let mut next = Some(step);
        while let Some(step) = next {
            let known = &self.steps[step];
            chain.push((known.list, known.position));
            next = self.lists[known.list].block;
        }
        chain
    }

    fn is_after_failure(&self, chain: &[(usize, usize)]) -> bool {
        chain.last().is_some_and(|(list, _)| self.lists[*list].part == Part::OnFailure)
    }

    /// What becomes of a step when the block is over that is the outermost of its chain: those of `try` and `loop` ran
    /// one after the other and stay; of the others it is not known which ran, or which time is meant.
    fn after(&self, chain: &[(usize, usize)]) -> Relation {
        // The list of the chain's end is shared; each list further in belongs to a block that has to be open.
        let inner = chain.len().saturating_sub(1);
        let blocks = chain[..inner].iter().rev().filter_map(|(list, _)| self.lists[*list].block);
        let mut closed = blocks.filter(|block| !matches!(self.steps[*block].shape, Shape::Try | Shape::Loop));
        closed.next().map_or(Relation::Visible, Relation::Within)
    }

    /// The same for two lists of one block, of which the expression is in `mine`.
    fn beside(&self, mine: usize, theirs: &[(usize, usize)]) -> Relation {
        let Some((list, _)) = theirs.last() else { return Relation::Later };
        let order = |list: usize| match self.lists[list].part {
            Part::Try => Some(0),
            Part::Catch => Some(1),
            Part::Finally => Some(2),
            _ => None,
        };
        match (order(mine), order(*list), self.lists[mine].block) {
            (Some(mine), Some(theirs_order), _) if theirs_order < mine => self.after(theirs),
            (Some(_), Some(_), _) | (_, _, None) => Relation::Later,
            (_, _, Some(block)) => Relation::Beside(block),
        }
    }
}
