//! What a sample is drawn from: the organization, a lead with its contact, the acting user and the time.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::with;
use crate::clock::with_offset;
use crate::dice::Dice;
use crate::organization::{Organization, User};

const COMPANIES: [(&str, &str, &str); 12] = [
    ("Northwind Bikes", "northwindbikes.example", "Retail"),
    ("Alder & Finch Interiors", "alderfinch.example", "Design"),
    ("Brightwater Foods", "brightwater.example", "Food"),
    ("Cobalt Freight", "cobaltfreight.example", "Logistics"),
    ("Dovetail Workshops", "dovetail.example", "Manufacturing"),
    ("Everglade Clinics", "evergladeclinics.example", "Health"),
    ("Fjord Analytics", "fjordanalytics.example", "Software"),
    ("Gilded Page Press", "gildedpage.example", "Publishing"),
    ("Heron Solar", "heronsolar.example", "Energy"),
    ("Ironbark Security", "ironbark.example", "Security"),
    ("Juniper Travel", "junipertravel.example", "Travel"),
    ("Kestrel Robotics", "kestrelrobotics.example", "Manufacturing"),
];

const CONTACTS: [(&str, &str); 8] = [
    ("Ada Moreau", "Head of Operations"),
    ("Bruno Keller", "Purchasing Manager"),
    ("Chidi Eze", "Chief Executive"),
    ("Dana Whitfield", "Office Manager"),
    ("Elif Demir", "Sales Director"),
    ("Farid Nasser", "IT Lead"),
    ("Greta Holm", "Founder"),
    ("Hugo Salazar", "Finance Director"),
];

/// The lead that an event is about, in short.
#[derive(Debug, Clone)]
pub(crate) struct LeadCard {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) industry: String,
    pub(crate) contact_id: String,
    pub(crate) contact_name: String,
    pub(crate) contact_title: String,
    pub(crate) contact_email: String,
    pub(crate) contact_phone: String,
}

impl LeadCard {
    /// A company and somebody who works there.
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let (name, domain, industry) = *dice.pick(&COMPANIES);
        let (contact_name, contact_title) = *dice.pick(&CONTACTS);
        let mailbox = contact_name.to_lowercase().replace(' ', ".");
        Self {
            id: dice.id("lead"),
            name: name.to_owned(),
            domain: domain.to_owned(),
            industry: industry.to_owned(),
            contact_id: dice.id("cont"),
            contact_name: contact_name.to_owned(),
            contact_title: contact_title.to_owned(),
            contact_email: format!("{mailbox}@{domain}"),
            // 555-01xx is kept free for fiction.
            contact_phone: format!("+1202555{:04}", 100 + dice.below(100)),
        }
    }
}

/// Everything that a sample is drawn from.
pub(crate) struct Scene<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) dice: &'a mut Dice,
    /// When the event happens.
    pub(crate) now: Timestamp,
    /// When the object came to be: now for a `created` event, days ago for others.
    pub(crate) born: Timestamp,
    pub(crate) lead: LeadCard,
    /// Who did it.
    pub(crate) user: User,
}

impl Scene<'_> {
    /// The fields that every object has.
    pub(crate) fn record(&mut self, prefix: &str) -> Map<String, Value> {
        with(
            Map::new(),
            json!({
                "id": self.dice.id(prefix),
                "organization_id": self.organization.id,
                "created_by": self.user.id,
                "created_by_name": self.user.name(),
                "updated_by": self.user.id,
                "updated_by_name": self.user.name(),
                "date_created": with_offset(self.born),
                "date_updated": with_offset(self.now),
            }),
        )
    }

    /// The fields that every activity on a lead has; `kind` is its `_type`.
    pub(crate) fn activity(&mut self, kind: &str) -> Map<String, Value> {
        with(
            self.record("acti"),
            json!({
                "_type": kind,
                "lead_id": self.lead.id,
                "contact_id": self.lead.contact_id,
                "user_id": self.user.id,
                "user_name": self.user.name(),
                "users": [],
                "activity_at": with_offset(self.born),
            }),
        )
    }

    /// An instant `hours` from now (or before it), as objects write it.
    pub(crate) fn hours_away(&self, hours: i64) -> String {
        with_offset(self.now.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(self.now))
    }

    /// A day `days` from today, `2026-03-09`.
    pub(crate) fn days_away(&self, days: i64) -> String {
        let mut text = self.hours_away(days * 24);
        text.truncate("2026-03-09".len());
        text
    }
}
