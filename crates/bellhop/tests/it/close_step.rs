//! `close` steps and the calls that have a name of their own, against a Close that has what they make.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use serde_json::{Value, json};

/// What a sales team does in a day: each step builds on what those before it have made.
const DAY: &str = "
name: day
triggers:
  - manual:
steps:
  - { id: lead, uses: close.lead.create, with: { name: Acme, contacts: [{ name: Ann }], custom: { cf_region: north } } }
  - { id: renamed, uses: close.lead.update, with: { id: '${{ steps.lead.output.id }}', name: Acme Ltd } }
  - { id: read, uses: close.lead.get, with: { id: '${{ steps.lead.output.id }}' } }
  - { id: contact, uses: close.contact.create, with: { lead_id: '${{ steps.lead.output.id }}', name: Bob } }
  - { id: promoted, uses: close.contact.update, with: { id: '${{ steps.contact.output.id }}', title: CEO } }
  - { id: contacts, uses: close.contact.list, with: { lead_id: '${{ steps.lead.output.id }}' } }
  - { id: deal, uses: close.opportunity.create, with: { lead_id: '${{ steps.lead.output.id }}', value: 5000, note: first } }
  - { id: better, uses: close.opportunity.update, with: { id: '${{ steps.deal.output.id }}', value: 7000 } }
  - { id: deals, uses: close.opportunity.list, with: { lead_id: '${{ steps.lead.output.id }}' } }
  - { id: task, uses: close.task.create, with: { lead_id: '${{ steps.lead.output.id }}', text: Call } }
  - { id: done, uses: close.task.complete, with: { id: '${{ steps.task.output.id }}' } }
  - { id: note, uses: close.note.create, with: { lead_id: '${{ steps.lead.output.id }}', note: Went well } }
  - { id: notes, uses: close.note.list, with: { lead_id: '${{ steps.lead.output.id }}' } }
  - id: form
    uses: close.custom_activity.create
    with: { lead_id: '${{ steps.lead.output.id }}', type: actitype_1, status: draft, custom: { cf_a: 1 } }
  - { id: sent, uses: close.custom_activity.update, with: { id: '${{ steps.form.output.id }}', status: published } }
  - uses: return
    with:
      read: ${{ steps.read.output.name }}
      promoted: ${{ steps.promoted.output.title }}
      contacts: ${{ steps.contacts.output.data | length }}
      deals: ${{ steps.deals.output.data | map(attribute='value') | list }}
      done: ${{ steps.done.output.is_complete }}
      notes: ${{ steps.notes.output.data | map(attribute='note') | list }}
      sent: ${{ steps.sent.output.status }}
";

async fn run(server: &TestServer, yaml: &str) -> Value {
    let name = server.create(yaml).await["name"].as_str().unwrap().to_owned();
    let run = server.post(&format!("/workflows/{name}/run?wait=30s")).await;
    run.body
}

#[tokio::test]
async fn what_sales_teams_do_most_has_a_name() {
    let server = TestServer::start(Db::Sqlite).await;
    let ran = run(&server, DAY).await;
    let expected = json!({
        "read": "Acme Ltd", "promoted": "CEO", "contacts": 2, "deals": [7000], "done": true,
        "notes": ["Went well"], "sent": "published",
    });
    assert_eq!(ran["output"], expected, "{ran:#}");
    // In the history each is the `close` step that it stands for.
    let step = ran["steps"].as_array().unwrap().iter().find(|step| step["id"] == "lead").unwrap();
    let input = json!({
        "method": "POST", "path": "/lead/",
        "json": { "name": "Acme", "contacts": [{ "name": "Ann" }], "custom.cf_region": "north" },
    });
    assert_eq!((&step["uses"], &step["input"]), (&json!("close"), &input));
}

#[tokio::test]
async fn a_refusal_fails_the_step_with_closes_words_for_each_field() {
    let server = TestServer::start(Db::Sqlite).await;
    let yaml = "name: slip\ntriggers:\n  - manual:\nsteps:\n  - id: task\n    uses: close.task.create\n    with: { lead_id: '${{ inputs.none | default(none) }}', text: Call }\n";
    let ran = run(&server, yaml).await;
    assert_eq!((&ran["status"], &ran["error"]["step"]), (&json!("failed"), &json!("task")), "{ran:#}");
    let message = ran["error"]["message"].as_str().unwrap();
    assert!(message.contains("lead_id: "), "the field that is wrong is named: {message}");
}
