//! Whoever holds a token, and what that may do.

use std::net::IpAddr;

use bellhop_storage::{Author, Scope, SessionRow, TokenDigest, TokenRow, Who};
use bellhop_workflow::ids::{TokenId, WorkflowName};
use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;

use crate::extract::listed;
use crate::problem::{Problem, kind};

/// Whoever holds a token.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// None for the token of the settings.
    token: Option<TokenId>,
    name: String,
    scope: Scope,
    workflows: Option<Vec<WorkflowName>>,
    /// What the token is recognised by.
    digest: TokenDigest,
    session: Option<SessionRow>,
    address: Option<IpAddr>,
}

impl Caller {
    /// Whoever holds the token of the settings, which may do everything.
    pub(super) fn of_settings(digest: TokenDigest, address: Option<IpAddr>) -> Self {
        let name = Author::API_TOKEN.to_owned();
        Self { token: None, name, scope: Scope::Admin, workflows: None, digest, session: None, address }
    }

    pub(super) fn of_token(row: &TokenRow, digest: TokenDigest, address: Option<IpAddr>) -> Self {
        Self {
            token: Some(row.id),
            name: row.name.clone(),
            scope: row.scope,
            workflows: row.workflows.clone(),
            digest,
            session: None,
            address,
        }
    }

    /// The same, in a browser that was opened with the token.
    pub(super) fn in_session(self, session: &SessionRow) -> Self {
        Self { session: Some(session.clone()), ..self }
    }

    /// The browser that the caller has opened; none for whoever shows the token itself.
    pub(crate) const fn session(&self) -> Option<&SessionRow> {
        self.session.as_ref()
    }

    /// What the token is recognised by.
    pub(crate) const fn digest(&self) -> TokenDigest {
        self.digest
    }

    /// What the token is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the token may do.
    pub(crate) const fn scope(&self) -> Scope {
        self.scope
    }

    /// 403 where the token does not reach so far.
    pub(crate) fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.scope >= scope {
            return Ok(());
        }
        let detail = format!("This needs a token of scope `{scope}`; this one's is `{}`.", self.scope);
        // RFC 6750, 3.1.
        let challenge = match scope {
            Scope::Read => HeaderValue::from_static(r#"Bearer error="insufficient_scope", scope="read""#),
            Scope::Write => HeaderValue::from_static(r#"Bearer error="insufficient_scope", scope="write""#),
            Scope::Admin => HeaderValue::from_static(r#"Bearer error="insufficient_scope", scope="admin""#),
        };
        Err(Problem::because(kind::INSUFFICIENT_SCOPE, detail).with_header(WWW_AUTHENTICATE, challenge))
    }

    /// 403 where the token is for other workflows: the same whether there is one of that name.
    pub(crate) fn for_workflow(&self, name: &WorkflowName) -> Result<(), Problem> {
        if self.sees(name) { Ok(()) } else { Err(self.bound_to_others()) }
    }

    /// 403 where the token is for some workflows only, and this is about none.
    pub(crate) fn for_everything(&self) -> Result<(), Problem> {
        if self.workflows.is_none() { Ok(()) } else { Err(self.bound_to_others()) }
    }

    /// Whether the token is for that workflow.
    pub(crate) fn sees(&self, name: &WorkflowName) -> bool {
        self.workflows.as_ref().is_none_or(|workflows| workflows.contains(name))
    }

    /// The only workflows that the token is for; none for all.
    pub(crate) fn workflows(&self) -> Option<&[WorkflowName]> {
        self.workflows.as_deref()
    }

    /// Narrows a filter down to what the token is for; 403 where another workflow is asked for.
    pub(crate) fn narrow(
        &self,
        asked: &mut Option<WorkflowName>,
        among: &mut Option<Vec<WorkflowName>>,
    ) -> Result<(), Problem> {
        if let Some(name) = asked {
            return self.for_workflow(name);
        }
        match self.workflows() {
            None => {}
            Some([only]) => *asked = Some(only.clone()),
            Some(names) => *among = Some(names.to_vec()),
        }
        Ok(())
    }

    /// Who makes a change, for the audit log.
    pub(crate) fn author(&self) -> Author {
        Author {
            who: Who::Token { id: self.token, name: self.name.clone() },
            address: self.address.map(|address| address.to_string()),
        }
    }

    fn bound_to_others(&self) -> Problem {
        let names: Vec<&str> =
            self.workflows().unwrap_or_default().iter().map(WorkflowName::as_str).collect();
        let detail = format!("This token is for {} and for nothing else.", listed(&names));
        Problem::because(kind::OTHER_WORKFLOWS, detail)
    }
}
