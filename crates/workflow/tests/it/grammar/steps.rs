//! Steps and blocks, with expressions that name only what can be seen from where they stand.

use serde_json::{Map, Value, json};

use super::{Dice, make, with};

/// Who writes the steps of one workflow, and knows what was written before.
pub(crate) struct Author<'d> {
    dice: &'d mut Dice,
    has_vars: bool,
    pub(super) responds: bool,
    pub(super) inputs: Option<Vec<String>>,
    /// The steps that an expression may name here.
    visible: Vec<String>,
    /// Steps with an id at the top, for masks.
    top: Vec<String>,
    /// The roots that blocks add.
    pub(super) roots: Vec<String>,
    count: usize,
    depth: usize,
}

impl<'d> Author<'d> {
    pub(crate) fn new(
        dice: &'d mut Dice,
        has_vars: bool,
        responds: bool,
        inputs: Option<Vec<String>>,
    ) -> Self {
        Self {
            dice,
            has_vars,
            responds,
            inputs,
            visible: Vec::new(),
            top: Vec::new(),
            roots: Vec::new(),
            count: 0,
            depth: 0,
        }
    }

    pub(crate) fn dice(&mut self) -> &mut Dice {
        self.dice
    }

    pub(crate) fn named(&self) -> &[String] {
        &self.top
    }

    /// A list of at most `most` steps.
    pub(crate) fn steps(&mut self, most: usize) -> Value {
        let count = 1 + self.dice.below(most);
        Value::Array((0..count).map(|_| self.step()).collect())
    }

    pub(crate) fn on_failure(&mut self) -> Value {
        self.roots.push("error.message".to_owned());
        let steps = self.steps(2);
        self.roots.pop();
        steps
    }

    /// An expression that gives something.
    pub(crate) fn expression(&mut self) -> String {
        if let Some(root) = self.roots.last().filter(|_| self.dice.one_in(2)) {
            return root.clone();
        }
        match self.dice.below(5) {
            0 if self.has_vars => "vars.channel".to_owned(),
            1 if !self.visible.is_empty() => format!("steps.{}.output", self.dice.pick(&self.visible)),
            2 => match &self.inputs {
                Some(names) => format!("inputs.{}", self.dice.pick(names)),
                None => "inputs.anything".to_owned(),
            },
            3 => "{'a': {'b': [1, event.id]}} | tojson".to_owned(),
            _ => "event.data.name | default('nobody')".to_owned(),
        }
    }

    /// Text with an expression in it.
    pub(super) fn template(&mut self) -> String {
        let inner = self.expression();
        match self.dice.below(3) {
            0 => format!("${{{{ {inner} }}}}"),
            1 => format!("it's {{x}} ${{{{{inner}}}}} and \"more\" # too"),
            _ => format!("two\nlines: ${{{{ {inner} }}}}"),
        }
    }

    fn condition(&mut self) -> String {
        let bare = make::expression(self.dice, &self.visible);
        if self.dice.one_in(3) { format!("${{{{ {bare} }}}}") } else { bare }
    }

    fn step(&mut self) -> Value {
        let mut step = Map::new();
        let id = (!self.dice.one_in(4)).then(|| {
            self.count += 1;
            format!("s{}_x", self.count)
        });
        if let Some(id) = &id {
            step.insert("id".to_owned(), json!(id));
        }
        if self.dice.one_in(4) {
            step.insert("name".to_owned(), json!("What a reader calls it"));
        }
        if self.dice.one_in(3) {
            let condition = self.condition();
            step.insert("if".to_owned(), json!(condition));
        }
        let is_block = self.depth < 3 && self.dice.one_in(3);
        if is_block {
            self.depth += 1;
            self.block(&mut step);
            self.depth -= 1;
        } else {
            with::uses(self, &mut step);
        }
        self.handling(&mut step);
        if let Some(id) = id {
            if self.depth == 0 && !self.roots.iter().any(|root| root == "error.message") {
                self.top.push(id.clone());
            }
            self.visible.push(id);
        }
        Value::Object(step)
    }

    fn handling(&mut self, step: &mut Map<String, Value>) {
        if self.dice.one_in(5) {
            let retry = match self.dice.below(3) {
                0 => json!({}),
                1 => json!({ "max_attempts": 5 }),
                _ => {
                    json!({ "max_attempts": 2, "initial_interval": "1s", "max_interval": "1m", "multiplier": 1.5 })
                }
            };
            step.insert("retry".to_owned(), retry);
        }
        if self.dice.one_in(5) {
            step.insert("timeout".to_owned(), json!(self.dice.pick(&["10s", "500ms", "2d"])));
        }
        if self.dice.one_in(5) {
            step.insert("continue_on_error".to_owned(), json!(self.dice.one_in(2)));
        }
        if self.dice.one_in(6) {
            let word = self.dice.pick(&["retry", "fail"]);
            // A block has none.
            if step.contains_key("uses") {
                step.insert("on_interrupt".to_owned(), json!(word));
            }
        }
    }

    /// Steps that nothing outside of them can name.
    fn closed(&mut self) -> Value {
        let seen = self.visible.len();
        let steps = self.steps(2);
        self.visible.truncate(seen);
        steps
    }

    fn block(&mut self, step: &mut Map<String, Value>) {
        match self.dice.below(5) {
            0 => {
                let mut branches = Map::new();
                for name in ["crm", "score_2"] {
                    branches.insert(name.to_owned(), self.closed());
                }
                step.insert("parallel".to_owned(), Value::Object(branches));
            }
            1 => self.for_each(step),
            2 => {
                let mut arms = Vec::new();
                for _ in 0..=self.dice.below(2) {
                    // A number of its own, so that no arm says what an earlier one does.
                    self.count += 1;
                    let when = format!("event.data.value == {}", self.count);
                    arms.push(json!({ "when": when, "steps": self.closed() }));
                }
                if self.dice.one_in(2) {
                    arms.push(json!({ "default": true, "steps": self.closed() }));
                }
                step.insert("switch".to_owned(), Value::Array(arms));
            }
            3 => self.guarded(step),
            _ => self.again(step),
        }
    }

    fn for_each(&mut self, step: &mut Map<String, Value>) {
        let list = self.expression();
        step.insert("for_each".to_owned(), json!(list));
        let item = if self.dice.one_in(2) { "contact" } else { "item" };
        if item != "item" {
            step.insert("as".to_owned(), json!(item));
        }
        if self.dice.one_in(2) {
            step.insert("concurrency".to_owned(), json!(1 + self.dice.below(8)));
        }
        self.roots.push(format!("{item}.name"));
        self.roots.push("index".to_owned());
        let steps = self.closed();
        self.roots.truncate(self.roots.len() - 2);
        step.insert("steps".to_owned(), steps);
    }

    fn guarded(&mut self, step: &mut Map<String, Value>) {
        let steps = self.steps(2);
        step.insert("try".to_owned(), steps);
        let both = self.dice.one_in(2);
        if both || self.dice.one_in(2) {
            self.roots.push("error.message".to_owned());
            let catch = self.steps(2);
            self.roots.pop();
            step.insert("catch".to_owned(), catch);
        }
        if both || !step.contains_key("catch") {
            let finally = self.steps(2);
            step.insert("finally".to_owned(), finally);
        }
    }

    fn again(&mut self, step: &mut Map<String, Value>) {
        self.roots.push("index".to_owned());
        let steps = self.steps(2);
        self.roots.pop();
        let until = self.condition();
        let mut again = Map::new();
        again.insert("until".to_owned(), json!(until));
        if self.dice.one_in(2) {
            again.insert("max_iterations".to_owned(), json!(1 + self.dice.below(50)));
        }
        if self.dice.one_in(2) {
            again.insert("every".to_owned(), json!("30s"));
        }
        step.insert("loop".to_owned(), Value::Object(again));
        step.insert("steps".to_owned(), steps);
    }
}
