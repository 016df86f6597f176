//! What to do with the registrations that there are, given those that are wanted. Pure.

use bellhop_storage::RegistrationRow;
use bellhop_workflow::activation::ActivationState;

use super::wanted::Wanted;

/// Which registration each trigger goes on with, and which nobody wants.
#[derive(Debug)]
pub(super) struct Matched {
    /// Each trigger with the registration that it has, if it has one.
    pub(super) pairs: Vec<(Wanted, Option<RegistrationRow>)>,
    /// The rest.
    pub(super) unwanted: Vec<RegistrationRow>,
}

/// Gives each trigger its registration: where it has several, the active one, else the newest.
pub(super) fn matched(wanted: Vec<Wanted>, mut rows: Vec<RegistrationRow>) -> Matched {
    rows.sort_by_key(|row| (row.state == ActivationState::Active, row.created_at));
    let mut take = |wanted: &Wanted| {
        let newest = rows.iter().rposition(|row| wanted.is_of(row))?;
        Some(rows.remove(newest))
    };
    let pairs =
        wanted.into_iter().map(|wanted| (take(&wanted), wanted)).map(|(row, wanted)| (wanted, row)).collect();
    Matched { pairs, unwanted: rows }
}

/// What an active workflow's new version changes at its vendors.
#[derive(Debug)]
pub(super) struct Update {
    /// What stays as it is there.
    pub(super) keep: Vec<(Wanted, RegistrationRow)>,
    /// What is changed there: it stays the same subscription, so that what the vendor has still to deliver is delivered.
    pub(super) change: Vec<(Wanted, RegistrationRow)>,
    /// What is to be registered, before anything goes.
    pub(super) make: Vec<Wanted>,
    /// What goes.
    pub(super) retire: Vec<RegistrationRow>,
}

/// Compares an active workflow's version `old` with its `new` one. `rows` is what is registered.
pub(super) fn update(old: &[Wanted], new: Vec<Wanted>, rows: Vec<RegistrationRow>) -> Update {
    let Matched { pairs, unwanted } = matched(new, rows);
    let mut update = Update { keep: Vec::new(), change: Vec::new(), make: Vec::new(), retire: unwanted };
    for (wanted, row) in pairs {
        let before = old.iter().find(|old| old.trigger == wanted.trigger);
        match row {
            Some(row)
                if row.state == ActivationState::Active
                    && before.is_some_and(|before| wanted.is_registered(before, &row)) =>
            {
                update.keep.push((wanted, row));
            }
            Some(row) if row.state == ActivationState::Active && wanted.can_take_over(&row) => {
                update.change.push((wanted, row));
            }
            row => {
                update.retire.extend(row);
                update.make.push(wanted);
            }
        }
    }
    update
}
