//! `uses: close.lead.get` and its kin: their keys are checked by the [table](super::close_table), and what comes out is
//! the input of an ordinary `close` step. The engine knows no other.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::close_table::{CALLS, CloseCall, Fixed, Place};
use super::{Given, Key};
use crate::diagnostic::Code;
use crate::expression::{Template, TemplateTree, UrlKind};
use crate::parse::context::Context;
use crate::parse::expressions;
use crate::parse::names::Names;
use crate::parse::place::At;

/// How many of a list are read where the step does not say.
const USUAL: u64 = 100;

/// The call of that name.
pub(crate) fn find(name: &str) -> Option<&'static CloseCall> {
    CALLS.iter().find(|call| call.name == name)
}

/// Reads the `with` of such a step as that of a `close` step.
pub(in crate::parse) fn read(
    context: &mut Context<'_>,
    call: &'static CloseCall,
    with: Option<At<'_>>,
    step: &At<'_>,
    names: &Names<'_>,
) -> Option<TemplateTree> {
    let given = match with {
        Some(with) => super::given(context, with, call.keys)?,
        None if call.keys.iter().any(|key| key.is_required) || call.must_change() => {
            super::missing_of(context, call.name, step, call.keys, &[]);
            return None;
        }
        None => Given { with: step.clone(), fields: Vec::new() },
    };
    check_change(context, call, &given);
    let mut request = Request::of(call);
    let mut is_whole = true;
    for (key, at) in &given.fields {
        is_whole &= request.put(context, call, key, at, names).is_some();
    }
    is_whole.then(|| request.into_tree(call)).flatten()
}

impl CloseCall {
    fn place(&self, key: &Key) -> Place {
        let position = self.keys.iter().position(|other| other.name == key.name);
        position.and_then(|position| self.params.get(position)).map_or(Place::Step, |param| param.place)
    }

    /// The keys of which at least one is needed: to change nothing is no change.
    pub(crate) fn changes(&self) -> Vec<&'static str> {
        if !self.must_change() {
            return Vec::new();
        }
        let into_body = |key: &&Key| matches!(self.place(key), Place::Body(_) | Place::Custom);
        self.keys.iter().filter(into_body).map(|key| key.name).collect()
    }

    fn must_change(&self) -> bool {
        self.method == "PUT" && self.fixed == Fixed::Nothing
    }

    /// Whether it gives a list, in pages.
    fn is_list(&self) -> bool {
        self.keys.iter().any(|key| key.name == "limit")
    }
}

fn check_change(context: &mut Context<'_>, call: &CloseCall, given: &Given<'_>) {
    let changes = call.changes();
    if !changes.is_empty() && !changes.iter().any(|name| given.get(name).is_some()) {
        let message = format!("`{}` is given nothing to change", call.name);
        let list = super::listed(changes.iter().copied());
        context
            .error(Code::MissingKey, given.with.span(), &given.with.path, message)
            .help(format!("add one of {list}"));
    }
}

/// What is put together.
struct Request {
    path: String,
    query: IndexMap<String, TemplateTree>,
    body: IndexMap<String, TemplateTree>,
    step: IndexMap<String, TemplateTree>,
}

impl Request {
    fn of(call: &CloseCall) -> Self {
        let fixed = match call.fixed {
            Fixed::Nothing => None,
            Fixed::True(name) => Some((name, json!(true))),
            Fixed::Word(name, word) => Some((name, json!(word))),
        };
        let literal = TemplateTree::Literal;
        let mut step = IndexMap::from([("method".to_owned(), literal(json!(call.method)))]);
        if call.is_list() {
            step.insert("paginate".to_owned(), literal(json!(true)));
            step.insert("limit".to_owned(), literal(json!(USUAL)));
        }
        Self {
            path: call.path.to_owned(),
            query: IndexMap::new(),
            body: fixed.into_iter().map(|(name, value)| (name.to_owned(), literal(value))).collect(),
            step,
        }
    }

    /// Puts a key's value where it belongs; none where something is wrong with it, which is noted.
    fn put(
        &mut self,
        context: &mut Context<'_>,
        call: &CloseCall,
        key: &Key,
        at: &At<'_>,
        names: &Names<'_>,
    ) -> Option<()> {
        let tree = expressions::tree(context, at, names)?;
        match call.place(key) {
            Place::Path => {
                let id = match &tree {
                    TemplateTree::Template(template) => template.source(),
                    _ => literal_id(context, at)?.to_owned(),
                };
                self.path = self.path.replace(&format!("{{{}}}", key.name), &id);
            }
            Place::Query(name) => {
                self.query.insert(name.to_owned(), tree);
            }
            Place::Body(name) => {
                self.body.insert(name.to_owned(), tree);
            }
            Place::Custom => self.body.extend(custom(context, at, tree)?),
            Place::Step => {
                self.step.insert(key.name.to_owned(), tree);
            }
        }
        Some(())
    }

    fn into_tree(self, call: &CloseCall) -> Option<TemplateTree> {
        let path = if self.path.contains("${{") {
            TemplateTree::Template(Template::compile(&self.path).ok()?).into_url(UrlKind::Path)
        } else {
            TemplateTree::Literal(Value::String(self.path))
        };
        let mut with = self.step;
        with.insert("path".to_owned(), path);
        if !self.query.is_empty() {
            with.insert("query".to_owned(), TemplateTree::Map(self.query));
        }
        // A creation without any field is one with an empty body.
        if !self.body.is_empty() || call.method == "POST" {
            with.insert("json".to_owned(), TemplateTree::Map(self.body));
        }
        Some(TemplateTree::Map(with))
    }
}

/// An id that is written out.
fn literal_id<'a>(context: &mut Context<'_>, at: &At<'a>) -> Option<&'a str> {
    let id = at.text(context)?;
    let is_id =
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !is_id {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "this is not an id of Close's")
            .help("an id is like `lead_aT5kXz8Vw1QmRn3yBc7DpLs0HfJ`, or an expression that gives one");
    }
    is_id.then_some(id)
}

/// The fields of `custom`, as Close names them.
fn custom(context: &mut Context<'_>, at: &At<'_>, tree: TemplateTree) -> Option<Vec<(String, TemplateTree)>> {
    let named = |name: String| if name.starts_with("custom.") { name } else { format!("custom.{name}") };
    match tree {
        TemplateTree::Map(fields) => {
            Some(fields.into_iter().map(|(name, field)| (named(name), field)).collect())
        }
        TemplateTree::Literal(Value::Object(fields)) => {
            let literal = |(name, field): (String, Value)| (named(name), TemplateTree::Literal(field));
            Some(fields.into_iter().map(literal).collect())
        }
        TemplateTree::Template(_) | TemplateTree::Url(_) => {
            at.wrong_type_with(
                context,
                "a map of custom fields",
                "write each out: `cf_…: ${{ … }}`".to_owned(),
            );
            None
        }
        // That it is none was noted.
        TemplateTree::Literal(_) | TemplateTree::List(_) => None,
    }
}
