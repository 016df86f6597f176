//! The one organization that the simulator serves: who works there and what its leads and deals can be.

use crate::config::ApiKey;
use crate::dice::Dice;

/// The people of the organization, in the order in which keys are given to them.
const PEOPLE: [(&str, &str); 4] =
    [("Maren", "Okafor"), ("Jonas", "Lindqvist"), ("Priya", "Castellanos"), ("Tomasz", "Avery")];

const LEAD_STATUSES: [&str; 4] = ["Potential", "Qualified", "Customer", "Not a fit"];

const OPPORTUNITY_STATUSES: [(&str, &str); 4] =
    [("Demo scheduled", "active"), ("Proposal sent", "active"), ("Won", "won"), ("Lost", "lost")];

/// Someone who works in the organization.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) api_key_id: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
}

impl User {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// A status that a lead can be in.
#[derive(Debug, Clone)]
pub(crate) struct LeadStatus {
    pub(crate) id: String,
    pub(crate) label: String,
}

/// A status that an opportunity can be in.
#[derive(Debug, Clone)]
pub(crate) struct OpportunityStatus {
    pub(crate) id: String,
    pub(crate) label: String,
    /// `active`, `won` or `lost`.
    pub(crate) kind: &'static str,
}

/// The organization.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) users: Vec<User>,
    pub(crate) lead_statuses: Vec<LeadStatus>,
    pub(crate) opportunity_statuses: Vec<OpportunityStatus>,
    pub(crate) pipeline_id: String,
    pub(crate) activity_type_id: String,
    pub(crate) object_type_id: String,
    /// The custom field of leads that the samples fill.
    pub(crate) industry_field_id: String,
}

impl Organization {
    /// An organization with one user for each key, and colleagues who have none.
    pub(crate) fn found(keys: &[ApiKey], dice: &mut Dice) -> Self {
        let users = (0..PEOPLE.len().max(keys.len())).map(|number| hire(number, dice)).collect();
        let lead_statuses =
            LEAD_STATUSES.map(|label| LeadStatus { id: dice.id("stat"), label: label.to_owned() });
        let opportunity_statuses = OPPORTUNITY_STATUSES.map(|(label, kind)| OpportunityStatus {
            id: dice.id("stat"),
            label: label.to_owned(),
            kind,
        });
        Self {
            id: dice.id("orga"),
            name: "Harbour Lane Supplies".to_owned(),
            users,
            lead_statuses: lead_statuses.into(),
            opportunity_statuses: opportunity_statuses.into(),
            pipeline_id: dice.id("pipe"),
            activity_type_id: dice.id("actitype"),
            object_type_id: dice.id("cotype"),
            industry_field_id: dice.id("cf"),
        }
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The status of leads with that id or label.
    pub(crate) fn lead_status(&self, name: &str) -> Option<&LeadStatus> {
        self.lead_statuses.iter().find(|status| status.id == name || status.label == name)
    }

    /// The status of opportunities with that id or label.
    pub(crate) fn opportunity_status(&self, name: &str) -> Option<&OpportunityStatus> {
        self.opportunity_statuses.iter().find(|status| status.id == name || status.label == name)
    }
}

fn hire(number: usize, dice: &mut Dice) -> User {
    let (first, last) = PEOPLE[number % PEOPLE.len()];
    User {
        id: dice.id("user"),
        api_key_id: dice.short_id("api"),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: format!("{}.{}@harbourlane.example", first.to_lowercase(), last.to_lowercase()),
    }
}
