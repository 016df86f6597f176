//! `parallel:`: branches by name.

use crate::diagnostic::Code;
use crate::model::{Action, Branch, Parallel};
use crate::parse::context::Context;
use crate::parse::fields::Fields;
use crate::parse::names::Names;
use crate::parse::outline::{is_word, word_rule};
use crate::parse::steps;
use crate::yaml::Data;

pub(super) fn read(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let at = fields.take("parallel")?;
    if matches!(at.node.data, Data::List(_)) {
        let help = "give each branch a name: `parallel: { first: [ … ], second: [ … ] }`";
        at.wrong_type_with(context, "a map of branches", help.to_owned());
        return None;
    }
    let entries = at.map(context)?.rest();
    if entries.is_empty() {
        context
            .error(Code::MissingKey, at.span(), &at.path, "`parallel` needs at least one branch")
            .help("add one by name: `first: [ … ]`");
        return None;
    }
    let branches: Vec<Option<Branch>> = entries
        .into_iter()
        .map(|(key, list)| {
            let is_good = is_word(&key.name);
            if !is_good {
                let shown: String = key.name.chars().take(64).collect();
                let message = format!("`{shown}` cannot be the name of a branch");
                context.error(Code::InvalidName, key.span, &list.path, message).help(word_rule(&key.name));
            }
            let empty = "take the branch away, or give it a step";
            let steps = steps::read(context, &list, empty, names)?;
            is_good.then(|| Branch { name: key.name.clone(), steps })
        })
        .collect();
    let branches = branches.into_iter().collect::<Option<_>>()?;
    Some(Action::Parallel(Parallel { branches }))
}
