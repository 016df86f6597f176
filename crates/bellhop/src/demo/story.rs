//! The story: a morning in a sales team, as Close tells it to Bellhop.

use std::time::Duration;

use close_simulator::DeliveryOptions;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::examples::EXAMPLES;
use super::follow::Follower;
use super::narrator::Narrator;
use super::stage::{FORM_SECRET, Stage};
use crate::cli::CliError;
use crate::cli::client::Body;

/// Tells it once.
pub(super) async fn tell(stage: &Stage, narrator: &Narrator<'_>) -> Result<(), CliError> {
    let mut follower = Follower::default();
    let follow = &mut follower;
    let form = switch_on(stage, narrator).await?;

    narrator.scene("A lead is entered in Close: it is looked up, and routed by the size of the company")?;
    stage.enrichment_says(420);
    let lead = stage.close.enter_lead("Northwind Bikes").await?;
    follow.tell_next(1, stage, narrator).await?;

    narrator.scene("The lead becomes qualified: its owner gets a task")?;
    stage.close.move_lead(&lead, "Qualified").await?;
    follow.tell_next(1, stage, narrator).await?;

    narrator.scene("The deal is won: the sales channel hears of it")?;
    stage.close.win_deal(&lead, 2_500_000).await?;
    follow.tell_next(1, stage, narrator).await?;
    chat(stage, narrator)?;

    narrator.scene("A call is missed, and Close delivers the event twice: it runs once")?;
    stage.close.miss_a_call(&lead, DeliveryOptions { copies: 2, ..DeliveryOptions::default() })?;
    follow.tell_next(2, stage, narrator).await?;

    narrator.scene("Somebody without the key sends what looks like an event: refused")?;
    stage.close.miss_a_call(&lead, DeliveryOptions { forged: true, ..DeliveryOptions::default() })?;
    follow.tell_next(1, stage, narrator).await?;

    narrator.scene("A custom activity is published: it goes to the data warehouse")?;
    stage.close.publish_activity(&lead)?;
    follow.tell_next(1, stage, narrator).await?;

    narrator.scene("The website's form posts a signed request: a lead is made at Close, and that sets off the first workflow")?;
    stage.enrichment_says(35);
    submit_form(stage, &form).await?;
    follow.tell_next(2, stage, narrator).await
}

/// Sends events at a steady pace and tells of each, until it is interrupted.
pub(super) async fn go_on(stage: &Stage, narrator: &Narrator<'_>, per_minute: u32) -> Result<(), CliError> {
    narrator.scene(&format!("Going on with {per_minute} events a minute; Ctrl-C ends"))?;
    let mut follower = Follower::default();
    follower.skip_told(stage).await?;
    let lead = stage.close.enter_lead("Harbour Coffee").await?;
    let mut pace = tokio::time::interval(Duration::from_mins(1) / per_minute.max(1));
    let mut number = 0_u32;
    loop {
        pace.tick().await;
        match number % 4 {
            0 => stage.close.miss_a_call(&lead, DeliveryOptions::default())?,
            1 => stage.close.publish_activity(&lead)?,
            2 => stage.close.win_deal(&lead, 1_250_000).await?,
            _ => drop(stage.close.enter_lead(&format!("Company {number}")).await?),
        }
        number = number.wrapping_add(1);
        follower.tell_new(stage, narrator).await?;
    }
}

/// Switches everything off, and shows that nothing is left at Close.
pub(super) async fn clear(stage: &mut Stage, narrator: &Narrator<'_>) -> Result<(), CliError> {
    narrator.scene("The workflows are switched off: their webhooks are deleted at Close")?;
    for workflow in stage.client.list(&["workflows"], &[], 100, None).await?.items {
        let name = workflow["name"].as_str().unwrap_or_default();
        stage.client.post(&["workflows", name, "deactivate"], Body::Empty).await?;
    }
    match stage.close.subscriptions() {
        0 => Ok(narrator.aside("webhooks left at Close: none")?),
        left => Err(CliError::failed(format!("{left} webhooks are left at Close"))),
    }
}

/// Applies and activates the examples; the URL of the one that has its own.
async fn switch_on(stage: &Stage, narrator: &Narrator<'_>) -> Result<String, CliError> {
    narrator
        .scene("Six workflows are created and switched on; Close (simulated) is asked for their webhooks")?;
    let mut form = None;
    for example in &EXAMPLES {
        let yaml = example.on_stage(|name| stage.stand_in(name));
        stage.client.post(&["workflows"], Body::Yaml(yaml)).await?;
        let workflow = stage.client.post(&["workflows", example.name, "activate"], Body::Empty).await?;
        narrator.registered(&workflow)?;
        form = hook_url(&workflow).or(form);
    }
    form.ok_or_else(|| CliError::failed("the form's workflow has no URL"))
}

fn hook_url(workflow: &Value) -> Option<String> {
    let triggers = workflow["triggers"].as_array()?;
    let own = triggers.iter().find(|trigger| trigger["kind"] == "webhook")?;
    own["hook_url"].as_str().map(str::to_owned)
}

async fn submit_form(stage: &Stage, url: &str) -> Result<(), CliError> {
    let body = json!({ "company": "Harbour Coffee", "name": "Ida Berg", "email": "ida@harbour.example", "message": "Call me" });
    let body = body.to_string();
    let signature = Hmac::<Sha256>::new_from_slice(FORM_SECRET.as_bytes())
        .map(|mac| hex::encode(mac.chain_update(&body).finalize().into_bytes()))
        .map_err(|error| CliError::failed(error.to_string()))?;
    let request = stage
        .http
        .request(Method::POST, url)
        .header("content-type", "application/json")
        .header("x-signature", format!("sha256={signature}"))
        .body(body);
    request
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map(drop)
        .map_err(|error| CliError::failed(format!("the form's delivery: {error}")))
}

/// Shows what the chat was told.
fn chat(stage: &Stage, narrator: &Narrator<'_>) -> Result<(), CliError> {
    for message in stage.close.simulator().sink_requests("chat") {
        let message = message.json().unwrap_or_default();
        let text = message["text"].as_str().unwrap_or_default();
        narrator.aside(&format!("{} says: {text}", message["channel"].as_str().unwrap_or("the chat")))?;
    }
    Ok(())
}
