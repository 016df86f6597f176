//! The kinds of objects that the API serves.
//!
//! # Adding a kind
//! Add it to [`Kind`] and to each match below, give it a blank in `src/body/mod.rs`; the routes follow from
//! [`Kind::ALL`].

/// A kind of object with its own endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Lead,
    Contact,
    Opportunity,
    Task,
    Note,
    CustomActivity,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Lead, Self::Contact, Self::Opportunity, Self::Task, Self::Note, Self::CustomActivity];

    /// The path of its endpoints below `/api/v1/`.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Contact => "contact",
            Self::Opportunity => "opportunity",
            Self::Task => "task",
            Self::Note => "activity/note",
            Self::CustomActivity => "activity/custom",
        }
    }

    /// The object type of events about those that the API creates.
    pub(crate) const fn object_type(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Contact => "contact",
            Self::Opportunity => "opportunity",
            Self::Task => "task.lead",
            Self::Note => "activity.note",
            Self::CustomActivity => "activity.custom_activity",
        }
    }

    /// The kind that events of an object type are about, where the API serves it.
    pub(crate) fn of(object_type: &str) -> Option<Self> {
        if object_type.starts_with("task.") {
            return Some(Self::Task);
        }
        Self::ALL.into_iter().find(|kind| kind.object_type() == object_type)
    }

    /// Fields without which Close does not create one.
    pub(crate) const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Lead => &[],
            Self::Contact | Self::Opportunity | Self::Task | Self::Note => &["lead_id"],
            Self::CustomActivity => &["lead_id", "custom_activity_type_id"],
        }
    }
}
