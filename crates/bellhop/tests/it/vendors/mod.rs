//! Vendors that are described as data: their webhooks are registered, looked after and deleted as Close's are.

mod github;
mod pending;
mod stand_in;
mod stripe;
