//! Who is to have the free slots of a node: how they are divided between the workflows that have something due.
//!
//! A slot goes to the workflow that holds the fewest, and of equals to the one whose turn was longest ago. So a flood in
//! one has the whole node while nobody else wants it, and no more than its part as soon as somebody does. The last of
//! the slots are kept from whoever holds many: however slow what a workflow does, one that holds nothing can begin.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use uuid::Uuid;

use super::heads::Head;

/// How many slots a workflow may hold for each one that then stays free, beside the last, which it never gets: 120 of
/// 128, and of two that want all of them 62 each.
const HELD_PER_FREE: usize = 15;

/// With fewer slots than this none is kept free: whoever wants so few at once means that number.
const FEW_SLOTS: usize = 4;

/// Whether a workflow that holds so many of a node's slots may have one more of those that are free.
pub(crate) const fn may_begin(total: usize, free: usize, held: usize) -> bool {
    if total < FEW_SLOTS || held == 0 { free > 0 } else { free > 1 && held < HELD_PER_FREE * (free - 1) }
}

/// What a workflow has of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many slots it holds.
    pub(crate) held: usize,
    /// When it was last given one, counted in slots; 0 where that is not known.
    pub(crate) turn: u64,
}

/// What a node has to give, and who has what of it.
#[derive(Debug, Clone)]
pub struct Standings {
    /// How many may be given now.
    pub(crate) room: usize,
    /// How many are free, those included.
    pub(crate) free: usize,
    /// How many there are.
    pub(crate) total: usize,
    /// Who has something.
    pub(crate) of: HashMap<Uuid, Standing>,
}

impl Standings {
    /// Those of a node that runs nothing and keeps nothing free.
    pub(crate) fn of_nobody(room: usize) -> Self {
        Self { room, free: room, total: 0, of: HashMap::new() }
    }
}

/// How many of a workflow's executions are to be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) workflow_id: Uuid,
    pub(crate) most: usize,
}

/// Divides the room between the workflows. Those that are to have nothing are among the shares, with 0.
pub(crate) fn divide(heads: &[Head], standings: &Standings) -> Vec<Share> {
    let mut shares: Vec<Share> =
        heads.iter().map(|head| Share { workflow_id: head.workflow_id, most: 0 }).collect();
    let mut turns: BinaryHeap<_> = heads
        .iter()
        .enumerate()
        .map(|(place, head)| {
            let Standing { held, turn } = standings.of.get(&head.workflow_id).copied().unwrap_or_default();
            Reverse((held, turn, head.since, place))
        })
        .collect();
    let mut free = standings.free;
    for _ in 0..standings.room {
        let Some(Reverse((held, turn, since, place))) = turns.pop() else { break };
        // Whoever holds more may not either.
        if !may_begin(standings.total, free, held) {
            break;
        }
        free = free.saturating_sub(1);
        shares[place].most += 1;
        turns.push(Reverse((held + 1, turn, since, place)));
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(workflow: u128, since: i64) -> Head {
        Head { workflow_id: Uuid::from_u128(workflow), since }
    }

    /// The shares of workflows 1, 2, … of which each has something due, the first one longest, and holds so many slots.
    fn shares(total: usize, room: usize, held: &[usize]) -> Vec<usize> {
        let heads: Vec<Head> =
            (1..).zip(1..).zip(held).map(|((number, since), _)| head(number, since)).collect();
        let of = (1..)
            .zip(held)
            .map(|(number, held)| (Uuid::from_u128(number), Standing { held: *held, turn: 0 }));
        let free = total - held.iter().sum::<usize>();
        let standings = Standings { room, free, total, of: of.collect() };
        divide(&heads, &standings).iter().map(|share| share.most).collect()
    }

    #[test]
    fn alone_a_workflow_has_all_but_the_last_slots() {
        assert_eq!(shares(128, 128, &[0]), [120]);
        assert_eq!(shares(128, 28, &[100]), [20]);
        assert_eq!(shares(128, 8, &[120]), [0]);
        assert_eq!(shares(16, 16, &[0]), [15]);
        assert_eq!(shares(4, 4, &[0]), [3]);
    }

    #[test]
    fn of_few_slots_none_is_kept_free() {
        assert_eq!(shares(1, 1, &[0]), [1]);
        assert_eq!(shares(2, 2, &[0]), [2]);
        assert_eq!(shares(3, 1, &[2]), [1]);
    }

    #[test]
    fn several_come_to_hold_the_same() {
        assert_eq!(shares(128, 9, &[0, 0, 0]), [3, 3, 3]);
        assert_eq!(shares(128, 10, &[60, 50]), [0, 10]);
        assert_eq!(shares(128, 8, &[120, 0]), [0, 7], "the last one is for a third");
        assert_eq!(shares(128, 1, &[100, 5, 0]), [0, 0, 1]);
    }

    #[test]
    fn one_that_holds_nothing_begins_as_long_as_any_slot_is_free() {
        assert_eq!(shares(128, 1, &[100, 27, 0]), [0, 0, 1]);
    }

    #[test]
    fn of_equals_the_one_whose_turn_was_longest_ago_comes_first() {
        let heads = [head(1, 5), head(2, 9), head(3, 1)];
        let turn = |workflow: u128, turn| (Uuid::from_u128(workflow), Standing { held: 0, turn });
        let standings =
            Standings { room: 1, free: 1, total: 1, of: HashMap::from([turn(1, 7), turn(2, 6), turn(3, 8)]) };
        let shares = divide(&heads, &standings);
        assert_eq!(shares.iter().map(|share| share.most).collect::<Vec<_>>(), [0, 1, 0]);
        let nobody = divide(&heads, &Standings::of_nobody(1));
        assert_eq!(nobody.iter().map(|share| share.most).collect::<Vec<_>>(), [0, 0, 1]);
    }
}
