//! What may follow `is`: MiniJinja's tests, each with its price.

use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult, Rest, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value, tests};

use super::machine::{Meter, weigh};

pub(super) fn register(engine: &mut Environment<'static>) {
    add(engine, &["boolean"], tests::is_boolean);
    add(engine, &["defined"], tests::is_defined);
    add(engine, &["divisibleby"], tests::is_divisibleby);
    add(engine, &["endingwith"], tests::is_endingwith);
    add(engine, &["eq", "equalto"], tests::is_eq);
    add(engine, &["even"], tests::is_even);
    add(engine, &["false"], tests::is_false);
    add(engine, &["filter"], tests::is_filter);
    add(engine, &["float"], tests::is_float);
    add(engine, &["ge"], tests::is_ge);
    add(engine, &["greaterthan", "gt"], tests::is_gt);
    add(engine, &["in"], tests::is_in);
    add(engine, &["int", "integer"], tests::is_integer);
    add(engine, &["iterable"], tests::is_iterable);
    add(engine, &["le"], tests::is_le);
    add(engine, &["lessthan", "lt"], tests::is_lt);
    add(engine, &["lower"], tests::is_lower);
    add(engine, &["mapping"], tests::is_mapping);
    add(engine, &["ne"], tests::is_ne);
    add(engine, &["none"], tests::is_none);
    add(engine, &["number"], tests::is_number);
    add(engine, &["odd"], tests::is_odd);
    add(engine, &["sameas"], tests::is_sameas);
    add(engine, &["sequence"], tests::is_sequence);
    add(engine, &["startingwith"], tests::is_startingwith);
    add(engine, &["string"], tests::is_string);
    add(engine, &["test"], tests::is_test);
    add(engine, &["true"], tests::is_true);
    add(engine, &["undefined"], tests::is_undefined);
    add(engine, &["upper"], tests::is_upper);
}

/// Adds a test under its names. It costs as much as what it is asked about is large, unless it asks for the kind of
/// one value only.
fn add<F, Rv, Args>(engine: &mut Environment<'static>, names: &[&'static str], test: F)
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let test = Value::from_function(test);
    for name in names {
        let test = test.clone();
        let is_about_text = matches!(*name, "lower" | "upper");
        engine.add_test(*name, move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
            let arguments = arguments.into_values();
            pay(&arguments, is_about_text, Meter::of(state))?;
            test.call(state, &arguments)
        });
    }
}

fn pay(arguments: &[Value], is_about_text: bool, meter: &mut Meter) -> Result<(), Error> {
    meter.work(64)?;
    if is_about_text || arguments.len() > 1 {
        for argument in arguments {
            let size = weigh(argument, meter)?;
            // Letters are looked at one by one.
            meter.work(size.saturating_mul(if is_about_text { 8 } else { 2 }))?;
        }
    }
    Ok(())
}
