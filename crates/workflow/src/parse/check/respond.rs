//! `respond` steps and the webhooks that wait for them.

use crate::diagnostic::Code;
use crate::model::{StepKind, Trigger, TriggerKind, WebhookResponse};
use crate::parse::context::Context;
use crate::parse::outline::Outline;
use crate::parse::place::At;

/// Notes the answers that nobody waits for, and the webhooks that wait for an answer that nobody gives. `at` is where
/// the triggers are.
pub(in crate::parse) fn check(
    context: &mut Context<'_>,
    at: &At<'_>,
    triggers: &[Trigger],
    outline: &Outline,
) {
    let webhooks: Vec<(At<'_>, WebhookResponse)> = at
        .items()
        .into_iter()
        .zip(triggers)
        .filter_map(|(at, trigger)| match &trigger.kind {
            TriggerKind::Webhook(webhook) => Some((at, webhook.response)),
            _ => None,
        })
        .collect();
    let mut answers = outline
        .steps()
        .iter()
        .filter_map(|step| {
            step.uses.filter(|(kind, _)| *kind == StepKind::Respond).map(|(_, span)| (step, span))
        })
        .peekable();
    let mut waiting = webhooks.iter().filter(|(_, response)| *response == WebhookResponse::RespondStep);
    if let Some((trigger, _)) = waiting.next() {
        if answers.peek().is_none() {
            let place = trigger.field("webhook").and_then(|at| at.field("response"));
            let place = place.as_ref().unwrap_or(trigger);
            let message = "this webhook waits for a `respond` step, and the workflow has none";
            context
                .warning(Code::WebhookWithoutRespond, place.span(), &place.path, message)
                .help("add a step with `uses: respond`, or write `response: last_step`");
        }
        return;
    }
    let help = match webhooks.first() {
        Some((_, WebhookResponse::LastStep)) => {
            "write `response: respond_step` in the `webhook` trigger, in the place of `last_step`"
        }
        Some(_) => "add `response: respond_step` to the `webhook` trigger",
        None => "add the trigger `- webhook: { response: respond_step }`, or take the step away",
    };
    for (step, span) in answers {
        let message = "no webhook waits for the answer of this step";
        context.error(Code::RespondWithoutWebhook, span, &format!("{}.uses", step.path), message).help(help);
    }
}
