//! `uses: sql`: one statement.
//!
//! Every expression in `query` becomes a bound parameter, never a part of the statement's text. So the query is not
//! handed on as text: its input is always a list of pieces, in their order, each either what was written or a value:
//!
//! ```json
//! [{ "text": "UPDATE deals SET name = " }, { "value": "Robert'); --" }, { "text": " WHERE id = " }, { "value": 7 }]
//! ```
//!
//! Whoever runs it writes the dialect's placeholder for each value. A query without expressions is one piece of text,
//! and may have placeholders of its own, for which `params` has the values.

use indexmap::IndexMap;
use serde_json::Value;

use super::sql_text::{self, Stands};
use super::{Given, Key, Rules, Shape};
use crate::diagnostic::Code;
use crate::expression::{Piece, Template, TemplateTree, pieces};
use crate::parse::context::Context;
use crate::parse::expressions;
use crate::parse::names::Names;
use crate::parse::place::At;
use crate::yaml::Data;

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::required("credential", Shape::Credential),
        Key::required("query", Shape::Query),
        Key::optional("params", Shape::List),
    ],
    one_of: &[],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    let Some(at) = given.get("query") else { return };
    let Data::Text(text) = &at.node.data else { return };
    if text.trim().is_empty() {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "the query is empty")
            .help("for instance `query: SELECT name FROM deals WHERE id = ${{ event.object_id }}`");
    }
    let parts = pieces(text);
    let has_expressions = parts.iter().any(|part| matches!(part, Piece::Expression(_)));
    if let (true, Some(params)) = (has_expressions, given.get("params")) {
        context
            .error(
                Code::ConflictingKeys,
                params.span(),
                &params.path,
                "the query has its values in it already, and `params` besides would not be counted with them",
            )
            .help("put every value into the query as `${{ … }}`, or all of them into `params`");
    }
    let raw = context.source().slice(at.span());
    let found = sql_text::read(text, &parts);
    for (range, stands) in found.expressions {
        let (message, help) = match stands {
            Stands::Free => continue,
            Stands::Quoted { alone: true } => (
                "an expression within quotes would be text of the statement",
                "take the quotes away: its value is bound as a parameter, whatever is in it",
            ),
            Stands::Quoted { alone: false } => (
                "an expression within quotes would be text of the statement",
                "compute the whole text, without quotes around it: `LIKE ${{ '%' ~ event.data.name ~ '%' }}`",
            ),
            Stands::Commented => ("this expression stands in a comment", "take it out of the comment"),
        };
        let span = expressions::place(at, raw, text, range);
        context.error(Code::ExpressionInQuotes, span, &at.path, message).help(help);
    }
    if let (true, Some(range)) = (has_expressions, found.placeholder) {
        let span = expressions::place(at, raw, text, range);
        context
            .error(
                Code::ConflictingKeys,
                span,
                &at.path,
                "the query has a placeholder of its own besides its expressions, which are numbered too",
            )
            .help("write `${{ … }}` here too, or take `params` and placeholders for all of them");
    }
}

/// The query as a list of its pieces.
pub(super) fn query(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) -> Option<TemplateTree> {
    // Notes what is wrong with the expressions.
    expressions::tree(context, at, names)?;
    let Data::Text(text) = &at.node.data else { return None };
    let piece = |word: &str, tree: TemplateTree| TemplateTree::Map(IndexMap::from([(word.to_owned(), tree)]));
    let list: Option<Vec<TemplateTree>> = pieces(text)
        .into_iter()
        .map(|part| match part {
            Piece::Text(range) => {
                Some(piece("text", TemplateTree::Literal(Value::String(text[range].to_owned()))))
            }
            Piece::Expression(range) => {
                let template = Template::compile(&format!("${{{{{}}}}}", &text[range])).ok()?;
                Some(piece("value", TemplateTree::Template(template)))
            }
            Piece::Unclosed(_) => None,
        })
        .collect();
    list.map(TemplateTree::List)
}
