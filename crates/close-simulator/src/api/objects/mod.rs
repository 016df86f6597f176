//! The endpoints of leads, contacts, opportunities, tasks, notes and custom activities, which are all alike.

mod consequences;
mod fields;
mod read;
mod write;

use std::sync::Arc;

use axum::routing::{MethodRouter, get};

use super::caller::Caller;
use crate::hub::Hub;
use crate::objects::Kind;

/// `GET` and `POST /{kind}/`
pub(crate) fn collection(kind: Kind) -> MethodRouter<Arc<Hub>> {
    get(move |hub, caller, query| async move { read::list(kind, hub, caller, query) })
        .post(move |hub, caller: Caller, input| async move { write::create(kind, hub, &caller, input) })
}

/// `GET`, `PUT` and `DELETE /{kind}/{id}/`
pub(crate) fn item(kind: Kind) -> MethodRouter<Arc<Hub>> {
    get(move |hub, caller, id| async move { read::show(kind, hub, caller, id) })
        .put(
            move |hub, caller: Caller, id, input| async move { write::update(kind, hub, &caller, id, input) },
        )
        .delete(move |hub, caller: Caller, id| async move { write::delete(kind, hub, &caller, id) })
}
