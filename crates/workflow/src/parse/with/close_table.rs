//! The calls of Close's API that have a name of their own.
//!
//! # Adding a call
//! A few lines here: its name, method and path, what it does, and its keys. A key says what it takes, where that goes, and
//! what it is for. Parser, JSON Schema and the hints of editors follow from it; `docs/workflow-language.md` has a line
//! for it, which a test asks for.

use super::{Key, Shape};

/// A call with a name of its own, which the parser turns into an ordinary `close` step.
pub(crate) struct CloseCall {
    /// What stands after `uses:`.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// `{key}` stands for a key's value.
    pub(crate) path: &'static str,
    /// What it does, in a sentence.
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [Key],
    /// The same keys: where each goes, and what it is for.
    pub(crate) params: &'static [Param],
    /// What is sent besides.
    pub(crate) fixed: Fixed,
}

/// Where a key goes, and what it is for.
pub(crate) struct Param {
    pub(crate) place: Place,
    pub(crate) about: &'static str,
}

/// Where a key's value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Into the path.
    Path,
    /// Into the query, under that name.
    Query(&'static str),
    /// Into the body, under that name.
    Body(&'static str),
    /// Into the body, each of its fields as `custom.NAME`.
    Custom,
    /// To the step: which credential, how many at most.
    Step,
}

/// What a call sends without being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fixed {
    Nothing,
    /// A truth value in the body.
    True(&'static str),
    /// A word in the body.
    Word(&'static str, &'static str),
}

const PERIODS: &[&str] = &["one_time", "monthly", "annual"];
const STATUSES: &[&str] = &["draft", "published"];
const STATUS_TYPES: &[&str] = &["active", "won", "lost"];
const VIEWS: &[&str] = &["inbox", "future", "archive"];

macro_rules! calls {
    ($($name:literal $method:ident $path:literal $about:literal $fixed:expr => {
        $($key:literal $need:ident $shape:expr => $place:expr, $words:literal;)*
    })*) => {
        /// All of them, in the order of the docs.
        pub(crate) const CALLS: &[CloseCall] = &[$(CloseCall {
            name: $name,
            method: stringify!($method),
            path: $path,
            about: $about,
            keys: &[
                $(Key::$need($key, $shape),)*
                Key::optional("credential", Shape::Credential),
            ],
            params: &[
                $(Param { place: $place, about: $words },)*
                Param { place: Place::Step, about: "The stored credential; `close` where it is left out." },
            ],
            fixed: $fixed,
        },)*];
    };
}

calls! {
    "close.lead.get" GET "/lead/{id}/" "One lead. Output: the lead." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The lead.";
        "fields" optional Shape::Text => Place::Query("_fields"), "Only these fields: `id,name,contacts`.";
    }
    "close.lead.create" POST "/lead/" "A new lead. Output: the lead." Fixed::Nothing => {
        "name" optional Shape::Text => Place::Body("name"), "What the lead is called.";
        "description" optional Shape::Text => Place::Body("description"), "What there is to say of it.";
        "url" optional Shape::Text => Place::Body("url"), "Its web address.";
        "status_id" optional Shape::Text => Place::Body("status_id"), "Its status, by id.";
        "status" optional Shape::Text => Place::Body("status"), "Its status, by name.";
        "contacts" optional Shape::List => Place::Body("contacts"), "Its contacts, as Close writes them.";
        "addresses" optional Shape::List => Place::Body("addresses"), "Its addresses, as Close writes them.";
        "custom" optional Shape::Object => Place::Custom, "Custom fields: `{ cf_…: value }`.";
    }
    "close.lead.update" PUT "/lead/{id}/" "Changes a lead. Output: the lead." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The lead.";
        "name" optional Shape::Text => Place::Body("name"), "What the lead is called.";
        "description" optional Shape::Text => Place::Body("description"), "What there is to say of it.";
        "url" optional Shape::Text => Place::Body("url"), "Its web address.";
        "status_id" optional Shape::Text => Place::Body("status_id"), "Its status, by id.";
        "status" optional Shape::Text => Place::Body("status"), "Its status, by name.";
        "addresses" optional Shape::List => Place::Body("addresses"), "Its addresses, all of them.";
        "custom" optional Shape::Object => Place::Custom, "Custom fields: `{ cf_…: value }`.";
    }
    "close.lead.delete" DELETE "/lead/{id}/" "Deletes a lead." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The lead.";
    }
    "close.lead.search" GET "/lead/" "Leads by Close's search language. Output: `{data, has_more}`." Fixed::Nothing => {
        "query" required Shape::Text => Place::Query("query"), "What is looked for: `name:\"Acme\"`.";
        "fields" optional Shape::Text => Place::Query("_fields"), "Only these fields: `id,name`.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
    "close.contact.get" GET "/contact/{id}/" "One contact. Output: the contact." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The contact.";
        "fields" optional Shape::Text => Place::Query("_fields"), "Only these fields: `id,name,emails`.";
    }
    "close.contact.create" POST "/contact/" "A new contact of a lead. Output: the contact." Fixed::Nothing => {
        "lead_id" required Shape::Text => Place::Body("lead_id"), "The lead that it belongs to.";
        "name" optional Shape::Text => Place::Body("name"), "The person's name.";
        "title" optional Shape::Text => Place::Body("title"), "What the person does there.";
        "emails" optional Shape::List => Place::Body("emails"), "`[{ type: office, email: … }]`.";
        "phones" optional Shape::List => Place::Body("phones"), "`[{ type: office, phone: … }]`.";
        "urls" optional Shape::List => Place::Body("urls"), "`[{ type: url, url: … }]`.";
        "custom" optional Shape::Object => Place::Custom, "Custom fields: `{ cf_…: value }`.";
    }
    "close.contact.update" PUT "/contact/{id}/" "Changes a contact. Output: the contact." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The contact.";
        "name" optional Shape::Text => Place::Body("name"), "The person's name.";
        "title" optional Shape::Text => Place::Body("title"), "What the person does there.";
        "emails" optional Shape::List => Place::Body("emails"), "The addresses, all of them.";
        "phones" optional Shape::List => Place::Body("phones"), "The numbers, all of them.";
        "urls" optional Shape::List => Place::Body("urls"), "The links, all of them.";
        "custom" optional Shape::Object => Place::Custom, "Custom fields: `{ cf_…: value }`.";
    }
    "close.contact.list" GET "/contact/" "Contacts. Output: `{data, has_more}`." Fixed::Nothing => {
        "lead_id" optional Shape::Text => Place::Query("lead_id"), "Only those of this lead.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
    "close.opportunity.get" GET "/opportunity/{id}/" "One opportunity. Output: the opportunity." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The opportunity.";
    }
    "close.opportunity.create" POST "/opportunity/" "A new opportunity of a lead. Output: the opportunity." Fixed::Nothing => {
        "lead_id" required Shape::Text => Place::Body("lead_id"), "The lead that it belongs to.";
        "status_id" optional Shape::Text => Place::Body("status_id"), "Its status, by id.";
        "contact_id" optional Shape::Text => Place::Body("contact_id"), "The contact that it is with.";
        "user_id" optional Shape::Text => Place::Body("user_id"), "Whose it is.";
        "value" optional Shape::Number => Place::Body("value"), "What it is worth, in the smallest unit (cents).";
        "value_period" optional Shape::Choice(PERIODS) => Place::Body("value_period"), "How often that is paid.";
        "value_currency" optional Shape::Text => Place::Body("value_currency"), "The currency: `EUR`.";
        "confidence" optional Shape::Number => Place::Body("confidence"), "How likely it is, in percent.";
        "note" optional Shape::Text => Place::Body("note"), "What there is to say of it.";
        "date_won" optional Shape::Text => Place::Body("date_won"), "When it is, or was, won: `2026-03-31`.";
        "custom" optional Shape::Object => Place::Custom, "Custom fields: `{ cf_…: value }`.";
    }
    "close.opportunity.update" PUT "/opportunity/{id}/" "Changes an opportunity. Output: the opportunity." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The opportunity.";
        "status_id" optional Shape::Text => Place::Body("status_id"), "Its status, by id.";
        "contact_id" optional Shape::Text => Place::Body("contact_id"), "The contact that it is with.";
        "user_id" optional Shape::Text => Place::Body("user_id"), "Whose it is.";
        "value" optional Shape::Number => Place::Body("value"), "What it is worth, in the smallest unit (cents).";
        "value_period" optional Shape::Choice(PERIODS) => Place::Body("value_period"), "How often that is paid.";
        "value_currency" optional Shape::Text => Place::Body("value_currency"), "The currency: `EUR`.";
        "confidence" optional Shape::Number => Place::Body("confidence"), "How likely it is, in percent.";
        "note" optional Shape::Text => Place::Body("note"), "What there is to say of it.";
        "date_won" optional Shape::Text => Place::Body("date_won"), "When it is, or was, won: `2026-03-31`.";
        "custom" optional Shape::Object => Place::Custom, "Custom fields: `{ cf_…: value }`.";
    }
    "close.opportunity.list" GET "/opportunity/" "Opportunities. Output: `{data, has_more}`." Fixed::Nothing => {
        "lead_id" optional Shape::Text => Place::Query("lead_id"), "Only those of this lead.";
        "user_id" optional Shape::Text => Place::Query("user_id"), "Only those of this user.";
        "status_id" optional Shape::Text => Place::Query("status_id"), "Only those in this status.";
        "status_type" optional Shape::Choice(STATUS_TYPES) => Place::Query("status_type"), "Only those that stand so.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
    "close.task.create" POST "/task/" "A new task for a lead. Output: the task." Fixed::Word("_type", "lead") => {
        "lead_id" required Shape::Text => Place::Body("lead_id"), "The lead that it is about.";
        "text" required Shape::Text => Place::Body("text"), "What is to be done.";
        "date" optional Shape::Text => Place::Body("date"), "When: `2026-03-31`, or a time.";
        "assigned_to" optional Shape::Text => Place::Body("assigned_to"), "Whose it is: a user's id.";
    }
    "close.task.update" PUT "/task/{id}/" "Changes a task. Output: the task." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The task.";
        "text" optional Shape::Text => Place::Body("text"), "What is to be done.";
        "date" optional Shape::Text => Place::Body("date"), "When: `2026-03-31`, or a time.";
        "assigned_to" optional Shape::Text => Place::Body("assigned_to"), "Whose it is: a user's id.";
        "is_complete" optional Shape::Boolean => Place::Body("is_complete"), "Whether it is done.";
    }
    "close.task.complete" PUT "/task/{id}/" "Marks a task as done. Output: the task." Fixed::True("is_complete") => {
        "id" required Shape::Text => Place::Path, "The task.";
    }
    "close.task.list" GET "/task/" "Tasks. Output: `{data, has_more}`." Fixed::Nothing => {
        "lead_id" optional Shape::Text => Place::Query("lead_id"), "Only those of this lead.";
        "assigned_to" optional Shape::Text => Place::Query("assigned_to"), "Only those of this user.";
        "view" optional Shape::Choice(VIEWS) => Place::Query("view"), "Only those in this view.";
        "is_complete" optional Shape::Boolean => Place::Query("is_complete"), "Only those that are done, or are not.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
    "close.note.create" POST "/activity/note/" "A note on a lead. Output: the note." Fixed::Nothing => {
        "lead_id" required Shape::Text => Place::Body("lead_id"), "The lead.";
        "note" required Shape::Text => Place::Body("note"), "What it says.";
    }
    "close.note.list" GET "/activity/note/" "Notes. Output: `{data, has_more}`." Fixed::Nothing => {
        "lead_id" optional Shape::Text => Place::Query("lead_id"), "Only those of this lead.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
    "close.custom_activity.get" GET "/activity/custom/{id}/" "One custom activity. Output: the activity." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The activity.";
    }
    "close.custom_activity.create" POST "/activity/custom/" "A new custom activity on a lead. Output: the activity." Fixed::Nothing => {
        "lead_id" required Shape::Text => Place::Body("lead_id"), "The lead.";
        "type" required Shape::Text => Place::Body("custom_activity_type_id"), "Its type, by id: `actitype_…`.";
        "status" optional Shape::Choice(STATUSES) => Place::Body("status"), "`published` where it is left out.";
        "custom" optional Shape::Object => Place::Custom, "Its fields: `{ cf_…: value }`.";
    }
    "close.custom_activity.update" PUT "/activity/custom/{id}/" "Changes a custom activity. Output: the activity." Fixed::Nothing => {
        "id" required Shape::Text => Place::Path, "The activity.";
        "status" optional Shape::Choice(STATUSES) => Place::Body("status"), "Whether it is published.";
        "custom" optional Shape::Object => Place::Custom, "Its fields: `{ cf_…: value }`.";
    }
    "close.custom_activity.list" GET "/activity/custom/" "Custom activities. Output: `{data, has_more}`." Fixed::Nothing => {
        "lead_id" optional Shape::Text => Place::Query("lead_id"), "Only those of this lead.";
        "type" optional Shape::Text => Place::Query("custom_activity_type_id"), "Only those of this type.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
    "close.search" POST "/data/search/" "Close's advanced search. Output: `{data, has_more}`." Fixed::Nothing => {
        "query" required Shape::Object => Place::Body("query"), "The query, as Close's search builder writes it.";
        "fields" optional Shape::Object => Place::Body("_fields"), "Which fields: `{ lead: [id, name] }`.";
        "sort" optional Shape::List => Place::Body("sort"), "The order, as Close writes it.";
        "limit" optional Shape::Number => Place::Step, "How many at most; 100 where it is left out.";
    }
}
