//! The one MiniJinja environment: its limits, and what it adds to MiniJinja.

use std::sync::LazyLock;

use minijinja::{Environment, Error, Expression, UndefinedBehavior};

use super::{filters, functions};

/// How many instructions one expression may run. Expressions have no loops, so this is far more than any needs.
const FUEL: u64 = 100_000;

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    engine.set_fuel(Some(FUEL));
    // What makes an error name the path that is undefined; off by default in release builds.
    engine.set_debug(true);
    // They show or keep what the engine holds, which is none of a workflow's business.
    engine.remove_global("debug");
    engine.remove_global("namespace");
    filters::register(&mut engine);
    functions::register(&mut engine);
    engine
});

/// Compiles an expression for as long as the process lives.
pub(super) fn compile(source: &str) -> Result<Expression<'static, 'static>, Error> {
    ENGINE.compile_expression_owned(source.to_owned())
}

/// Compiles `source` so that it fails, naming the path, where it or anything in it is undefined.
pub(super) fn compile_required(source: &str) -> Result<Expression<'static, 'static>, Error> {
    compile(&format!("({source})|{}", filters::REQUIRE))
}
