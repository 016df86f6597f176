//! `vars:`: values that are computed once, as an execution begins, each from those above it.

use indexmap::IndexMap;

use super::context::Context;
use super::expressions;
use super::names::{Defined, Names, Stands};
use super::place::At;
use crate::diagnostic::Code;
use crate::expression::TemplateTree;
use crate::yaml::{Data, Node};

/// The variables' names in order, whatever else is wrong with them.
pub(super) fn names(at: Option<&At<'_>>) -> Vec<String> {
    match at.map(|at| &at.node.data) {
        Some(Data::Map(fields)) => fields.iter().map(|(key, _)| key.name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The names of those that hold no expression.
pub(super) fn written_out(at: Option<&At<'_>>) -> Vec<String> {
    match at.map(|at| &at.node.data) {
        Some(Data::Map(fields)) => {
            let is_written_out = |node: &Node| !node.to_json().to_string().contains("${{");
            fields.iter().filter(|(_, node)| is_written_out(node)).map(|(key, _)| key.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn read(
    context: &mut Context<'_>,
    at: &At<'_>,
    defined: &Defined,
) -> Option<IndexMap<String, TemplateTree>> {
    let fields = at.map(context)?.rest();
    let mut read = IndexMap::new();
    for (index, (key, value)) in fields.into_iter().enumerate() {
        let is_name = key.name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && key.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            let message = format!("`{}` cannot be the name of a variable", key.name);
            context
                .error(Code::InvalidName, key.span, &value.path, message)
                .help("a name begins with a letter and has letters, digits and `_`, so that `vars.name` can be written");
        }
        let names = Names::new(Stands::Variable(index), defined);
        if let Some(tree) = expressions::tree(context, &value, &names) {
            read.insert(key.name.clone(), tree);
        }
    }
    Some(read)
}
