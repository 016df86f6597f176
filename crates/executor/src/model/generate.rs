//! Where random workflows come from.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::plan::{Item, Node, Plan, When};

/// Which workflows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever happens in them does not depend on how long anything takes.
    Untimed,
    /// With time-outs.
    Timed,
    /// With steps that must not be repeated.
    Unrepeatable,
}

pub(super) fn plans(kind: Kind) -> impl Strategy<Value = Plan> {
    let timeout =
        if kind == Kind::Timed { option::weighted(0.2, 1..400_u32).boxed() } else { Just(None).boxed() };
    let on_failure = prop_oneof![3 => Just(Vec::new()), 1 => vec(item(kind), 1..3)];
    (vec(item(kind), 1..6), on_failure, timeout, any::<bool>()).prop_map(
        |(items, on_failure, timeout, has_outputs)| {
            Plan { items, on_failure, timeout, has_outputs }.numbered()
        },
    )
}

fn item(kind: Kind) -> BoxedStrategy<Item> {
    let leaf = common(leaf().boxed(), kind).boxed();
    leaf.prop_recursive(3, 24, 4, move |inner| common(block(&inner).boxed(), kind).boxed()).boxed()
}

fn common(node: BoxedStrategy<Node>, kind: Kind) -> impl Strategy<Value = Item> {
    let timeout = match kind {
        Kind::Timed => option::weighted(0.25, 1..200_u32).boxed(),
        Kind::Untimed | Kind::Unrepeatable => Just(None).boxed(),
    };
    let is_unrepeatable = match kind {
        Kind::Unrepeatable => any::<bool>().boxed(),
        Kind::Timed | Kind::Untimed => Just(false).boxed(),
    };
    (
        node,
        when(),
        prop_oneof![3 => Just(1_u32), 1 => 2..4_u32],
        1..100_u32,
        any::<u8>(),
        timeout,
        is_unrepeatable,
    )
        .prop_map(|(node, when, attempts, pause, dice, timeout, is_unrepeatable)| Item {
            id: String::new(),
            node,
            when,
            attempts,
            pause,
            continues: dice < 40,
            timeout,
            is_unrepeatable,
        })
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![8 => Just(When::Always), 1 => Just(When::Never), 1 => Just(When::Even)]
}

fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        4 => Just(Node::Set),
        6 => Just(Node::Effect),
        1 => Just(Node::Fail),
        1 => Just(Node::Return),
        2 => (0..100_u32).prop_map(Node::Sleep),
        1 => (0..150_u32).prop_map(Node::Wait),
        1 => (0..150_u32).prop_map(Node::Child),
        2 => Just(Node::Count),
        1 => Just(Node::Respond),
    ]
}

fn block(inner: &BoxedStrategy<Item>) -> impl Strategy<Value = Node> + use<> {
    let steps = || vec(inner.clone(), 1..4);
    prop_oneof![
        3 => vec(steps(), 1..4).prop_map(Node::Parallel),
        3 => (0..6_usize, 1..4_u32, steps())
            .prop_map(|(items, concurrency, steps)| Node::ForEach { items, concurrency, steps }),
        1 => vec((when(), steps()), 1..4).prop_map(Node::Switch),
        3 => (steps(), option::of(steps()), prop_oneof![Just(Vec::new()).boxed(), steps().boxed()])
            .prop_map(|(steps, catch, finally)| Node::Try { steps, catch, finally }),
        2 => (0..5_usize, 1..5_u32, option::of(1..60_u32), steps())
            .prop_map(|(rounds, most, every, steps)| Node::Loop { rounds, most, every, steps }),
    ]
}
