//! YAML values with templates in them.

use indexmap::IndexMap;
use serde_json::Value;

use super::convert::Allowance;
use super::{ExpressionError, Scope, Template, UrlKind, UrlTemplate};

/// A YAML value with templates in it.
#[derive(Debug, Clone)]
pub enum TemplateTree {
    /// A value without expressions.
    Literal(Value),
    /// A string with expressions.
    Template(Template),
    /// A string with expressions that is an address.
    Url(UrlTemplate),
    /// A list that holds some.
    List(Vec<TemplateTree>),
    /// A map that holds some, in the order of the file.
    Map(IndexMap<String, TemplateTree>),
}

impl TemplateTree {
    /// The same as an address, in which values cannot break out of where they stand.
    #[must_use]
    pub fn into_url(self, kind: UrlKind) -> Self {
        match self {
            Self::Template(template) => Self::Url(UrlTemplate::new(template, kind)),
            other => other,
        }
    }

    /// Its value, every template in it rendered once. All of it together is bound by
    /// [`MAX_OUTPUT_BYTES`](super::MAX_OUTPUT_BYTES).
    pub fn render(&self, scope: &Scope) -> Result<Value, ExpressionError> {
        self.render_within(scope, &mut Allowance::full())
    }

    fn render_within(&self, scope: &Scope, allowance: &mut Allowance) -> Result<Value, ExpressionError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Template(template) => template.render_within(scope, allowance),
            Self::Url(address) => address.render_within(scope, allowance),
            Self::List(items) => items.iter().map(|item| item.render_within(scope, allowance)).collect(),
            Self::Map(fields) => fields
                .iter()
                .map(|(name, field)| Ok((name.clone(), field.render_within(scope, allowance)?)))
                .collect::<Result<_, _>>()
                .map(Value::Object),
        }
    }
}
