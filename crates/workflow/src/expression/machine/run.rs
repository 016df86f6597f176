//! Runs a program over a scope.

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, State, Value};

use super::stack::{Absence, Slot, Stack};
use super::{Failure, Meter, Operation, Operator, Place, Program, operators, settle, slice, weigh};
use crate::expression::{Scope, engine, functions};

/// The work of one operation, whatever it does.
const STEP: usize = 32;

/// What one entry of a map takes, in bytes.
const ENTRY: usize = 96;

/// What a program gives.
#[derive(Debug)]
pub(in crate::expression) struct Outcome {
    pub(in crate::expression) value: Value,
    /// Where the value is undefined, or something in it: the path that is missing, where it is known.
    pub(in crate::expression) missing: Option<Place>,
}

/// Runs a program.
pub(in crate::expression) fn run(program: &Program, scope: &Scope) -> Result<Outcome, Failure> {
    let mut state = engine::state();
    if program.calls_functions {
        functions::tell_now(&mut state, scope.now());
    }
    Machine { scope, state, stack: Stack::default(), missing_inside: None }.run(&program.operations)
}

struct Machine<'r> {
    scope: &'r Scope,
    state: State<'static, 'static>,
    stack: Stack,
    /// The first path that was missing and was put into a list or a map.
    missing_inside: Option<Place>,
}

impl Machine<'_> {
    fn run(mut self, operations: &[Operation]) -> Result<Outcome, Failure> {
        let mut next = 0;
        while let Some(operation) = operations.get(next) {
            self.meter().work(STEP)?;
            next = self.step(operation)?.unwrap_or(next + 1);
        }
        let Slot { value, absence } = self.stack.pop()?;
        let missing = match absence {
            Absence::Path(place) => Some(place),
            _ if value.is_undefined() => None,
            _ => self.missing_inside,
        };
        Ok(Outcome { value, missing })
    }

    /// Does one operation; gives where to go on, unless it is at the next one.
    fn step(&mut self, operation: &Operation) -> Result<Option<usize>, Failure> {
        match operation {
            Operation::Push(value) => self.stack.push(value.clone()),
            Operation::PushNothing => self.stack.push_absent(Absence::Nothing),
            Operation::Load(name, place) => match self.lookup(name) {
                Some(value) => self.stack.push(value),
                None => self.stack.push_absent(Absence::Path(place.clone())),
            },
            Operation::Attribute(name, place) => {
                let parent = self.stack.pop_defined()?;
                let found = parent.get_attr(name)?;
                self.push_found(found, place)?;
            }
            Operation::Item(place) => {
                let key = self.stack.pop()?.value;
                let parent = self.stack.pop_defined()?;
                // Looking up is hashing the key.
                let size = weigh(&key, self.meter())?;
                self.meter().work(size)?;
                let found = parent.get_item(&key)?;
                self.push_found(found, place)?;
            }
            Operation::Slice => {
                let [value, from, to, step] = self.stack.pop_array()?.map(|slot| slot.value);
                let part = slice::slice(&value, [&from, &to, &step], self.meter())?;
                self.stack.push(part);
            }
            Operation::List(count) => {
                self.meter().memory(count * size_of::<Value>())?;
                let items = self.pop_many(*count)?;
                self.stack.push(Value::from(items));
            }
            Operation::Map(count) => {
                let pairs = self.pop_pairs(*count)?;
                self.stack.push(Value::from_pairs(pairs));
            }
            Operation::Keywords(count) => {
                let pairs = self.pop_pairs(*count)?;
                let named = pairs.into_iter().map(|(name, value)| (name.to_string(), value));
                self.stack.push(Value::from(named.collect::<Kwargs>()));
            }
            Operation::Negate => {
                let value = self.stack.pop_defined()?;
                let negative = operators::negate(&value, self.meter())?;
                self.stack.push(negative);
            }
            Operation::Not => {
                let truth = self.stack.pop()?.value.is_true();
                self.stack.push(Value::from(!truth));
            }
            Operation::Binary(operator) => {
                let (left, right) = self.operands(*operator)?;
                let value = operators::apply(*operator, &left, &right, self.meter())?;
                self.stack.push(value);
            }
            Operation::Compare(operator) => {
                let (left, right) = self.operands(*operator)?;
                let value = operators::apply(*operator, &left, &right, self.meter())?;
                self.stack.push(right);
                self.stack.push(value);
            }
            Operation::Swap => {
                let [below, top] = self.stack.pop_array()?;
                self.stack.push_slot(top);
                self.stack.push_slot(below);
            }
            Operation::Discard => drop(self.stack.pop()?),
            Operation::Jump(target) => return Ok(Some(*target)),
            Operation::JumpIfFalse(target) => {
                if !self.stack.pop()?.value.is_true() {
                    return Ok(Some(*target));
                }
            }
            Operation::JumpIfFalseOrDiscard(target) => return self.jump_or_discard(*target, false),
            Operation::JumpIfTrueOrDiscard(target) => return self.jump_or_discard(*target, true),
            Operation::Filter(name, count) => {
                self.call(*count, |state, arguments| state.apply_filter(name, arguments)).map_err(
                    |failure| {
                        named(failure, ErrorKind::UnknownFilter, || format!("filter {name} is unknown"))
                    },
                )?;
            }
            Operation::Test(name, count) => {
                self.call(*count, |state, arguments| state.perform_test(name, arguments).map(Value::from))
                    .map_err(|failure| {
                        named(failure, ErrorKind::UnknownTest, || format!("test {name} is unknown"))
                    })?;
            }
            Operation::Function(name, count) => {
                let function = self.lookup(name);
                let unknown = || Error::new(ErrorKind::UnknownFunction, format!("{name} is unknown"));
                let function = function.ok_or_else(unknown)?;
                self.call(*count, |state, arguments| function.call(state, arguments))?;
            }
            Operation::Refuse(message) => {
                return Err(Error::new(ErrorKind::InvalidOperation, message.clone()).into());
            }
        }
        Ok(None)
    }

    /// What a name is: something in scope, or a function.
    fn lookup(&self, name: &str) -> Option<Value> {
        self.scope.lookup(name).or_else(|| self.state.lookup(name))
    }

    fn meter(&mut self) -> &mut Meter {
        Meter::of(&mut self.state)
    }

    /// Pushes what was looked up at a path.
    fn push_found(&mut self, found: Value, place: &Place) -> Result<(), Failure> {
        if found.is_undefined() {
            self.stack.push_absent(Absence::Path(place.clone()));
        } else {
            let found = settle(found, self.meter())?;
            self.stack.push(found);
        }
        Ok(())
    }

    /// The two sides of an operator. Text may be put together of nothing.
    fn operands(&mut self, operator: Operator) -> Result<(Value, Value), Failure> {
        let [left, right] = self.stack.pop_array()?;
        let defined = |Slot { value, absence }| match (value, absence) {
            (value, _) if !value.is_undefined() => Ok(value),
            (_, Absence::Nothing) if operator == Operator::Concatenate => Ok(Value::from("")),
            (_, absence) => Err(Failure::Undefined(absence.path())),
        };
        Ok((defined(left)?, defined(right)?))
    }

    fn jump_or_discard(&mut self, target: usize, on: bool) -> Result<Option<usize>, Failure> {
        let is_true = self.stack.is_top_true();
        if is_true == on {
            return Ok(Some(target));
        }
        self.stack.pop()?;
        Ok(None)
    }

    /// The values on top of the stack that become a part of another.
    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, Failure> {
        let taken = self.stack.take(count)?;
        let mut values = Vec::with_capacity(count);
        for Slot { value, absence } in taken {
            if let (true, None, Absence::Path(place)) = (value.is_undefined(), &self.missing_inside, absence)
            {
                self.missing_inside = Some(place);
            }
            values.push(value);
        }
        Ok(values)
    }

    fn pop_pairs(&mut self, count: usize) -> Result<Vec<(Value, Value)>, Failure> {
        self.meter().memory(count * ENTRY)?;
        let mut values = self.pop_many(2 * count)?.into_iter();
        let mut pairs = Vec::with_capacity(count);
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            // Keys are hashed.
            let size = weigh(&key, self.meter())?;
            self.meter().work(size)?;
            pairs.push((key, value));
        }
        Ok(pairs)
    }

    /// Calls a filter, a test or a function with the values on top of the stack.
    fn call(
        &mut self,
        count: usize,
        call: impl FnOnce(&mut State<'static, 'static>, &[Value]) -> Result<Value, Error>,
    ) -> Result<(), Failure> {
        let slots = self.stack.take(count)?;
        let arguments: Vec<Value> = slots.iter().map(|slot| slot.value.clone()).collect();
        match call(&mut self.state, &arguments) {
            Ok(value) => {
                let value = settle(value, self.meter())?;
                // `x | default(x.y)` hands what is missing on.
                let same = slots.into_iter().find(|slot| value.is_undefined() && slot.value.is_undefined());
                let absence = same.map_or(Absence::Unknown, |slot| slot.absence);
                self.stack.push_slot(Slot { value, absence });
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::OutOfFuel => Err(error.into()),
            // What a filter says of an undefined value is not what helps.
            Err(error) => match slots.into_iter().find(|slot| slot.value.is_undefined()) {
                Some(slot) => Err(Failure::Undefined(slot.absence.path())),
                None if error.kind() == ErrorKind::UndefinedError => {
                    Err(Failure::Undefined(self.missing_inside.take()))
                }
                None => Err(error.into()),
            },
        }
    }
}

/// The failure with a message of its own where the engine gives none.
fn named(failure: Failure, kind: ErrorKind, message: impl FnOnce() -> String) -> Failure {
    match failure {
        Failure::Engine(error) if error.kind() == kind && error.detail().is_none() => {
            Failure::Engine(Error::new(kind, message()))
        }
        other => other,
    }
}
