//! The proof that a caller's token reaches as far as a route needs.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use bellhop_storage::Scope;
use http::request::Parts;

use crate::access::{self, Caller};
use crate::problem::Problem;
use crate::state::ApiState;

/// A caller who may look. A handler of `/api/v1` without this or one of the next two as an argument is open to
/// everybody, and a test finds it.
pub(crate) type Reader = Guard<Read>;

/// A caller who may change and run workflows.
pub(crate) type Writer = Guard<Write>;

/// A caller who may do everything.
pub(crate) type Admin = Guard<Administrate>;

/// A caller whose token has the scope of `S`, at least.
pub(crate) struct Guard<S>(Caller, PhantomData<S>);

/// What a route needs.
pub(crate) trait Needs: Send {
    /// The scope.
    const SCOPE: Scope;
}

/// To look.
pub(crate) struct Read;
/// To change and run workflows.
pub(crate) struct Write;
/// Everything else.
pub(crate) struct Administrate;

impl Needs for Read {
    const SCOPE: Scope = Scope::Read;
}

impl Needs for Write {
    const SCOPE: Scope = Scope::Write;
}

impl Needs for Administrate {
    const SCOPE: Scope = Scope::Admin;
}

impl<S: Needs> FromRequestParts<ApiState> for Guard<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let caller = access::caller(parts, state).await?;
        caller.needs(S::SCOPE)?;
        Ok(Self(caller, PhantomData))
    }
}

impl<S> Deref for Guard<S> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}
