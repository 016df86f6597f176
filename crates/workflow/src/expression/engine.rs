//! The one MiniJinja environment: what it adds to MiniJinja and what it leaves out.

use std::sync::LazyLock;

use minijinja::{Environment, Error, Expression, State, UndefinedBehavior};

use super::{filters, functions, is};

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    // Nothing of MiniJinja's own is there but what is registered here with its price.
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    filters::register(&mut engine);
    is::register(&mut engine);
    functions::register(&mut engine);
    engine
});

/// Compiles an expression of our own for MiniJinja itself to run, as long as the process lives.
pub(super) fn compile(source: String) -> Result<Expression<'static, 'static>, Error> {
    ENGINE.compile_expression_owned(source)
}

/// What filters, tests and functions are called with: one for each evaluation, as it holds the budget.
pub(super) fn state() -> State<'static, 'static> {
    ENGINE.empty_state()
}
