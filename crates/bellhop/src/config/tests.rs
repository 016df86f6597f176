//! Where settings come from, and what is refused.

use bellhop_steps::Reach;
use serde_json::json;

use super::*;

fn load_from(toml: &str) -> Result<Settings, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bellhop.toml");
    std::fs::write(&file, toml).unwrap();
    Settings::load(Some(&file), &serde_json::Map::new())
}

#[test]
fn a_file_changes_what_it_names_and_nothing_else() {
    let settings =
        load_from("listen = \"0.0.0.0:9000\"\nmax_body = \"512 KiB\"\ntimestamp_tolerance = \"90s\"")
            .unwrap();
    assert_eq!(settings.listen.to_string(), "0.0.0.0:9000");
    assert_eq!(settings.max_body.bytes(), 512 * 1024);
    assert_eq!(settings.timestamp_tolerance.to_duration().as_secs(), 90);
    assert_eq!(settings.close_api_base, "https://api.close.com/api/v1");
}

#[test]
fn the_list_of_keys_is_whole() {
    // The error for an unknown key lists all that serde knows.
    let message = load_from("no_such_key = 1").unwrap_err().to_string();
    let known = message.split("keys are ").nth(1).unwrap();
    assert_eq!(known.split(", ").collect::<Vec<_>>(), Settings::KEYS);
}

#[test]
fn a_flag_wins_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bellhop.toml");
    std::fs::write(&file, "log = \"debug\"").unwrap();
    let flags = json!({ "log": "warn" }).as_object().unwrap().clone();
    assert_eq!(Settings::load(Some(&file), &flags).unwrap().log, "warn");
}

#[test]
fn an_unknown_key_is_named_with_the_known_ones() {
    let message = load_from("lissen = \"0.0.0.0:9000\"").unwrap_err().to_string();
    assert!(message.contains("unknown key `lissen`"), "{message}");
    assert!(message.contains("listen"), "{message}");
}

#[test]
fn private_addresses_are_allowed_all_or_by_network() {
    let networks = ["10.1.0.0/16", "192.168.7.9/32"].map(|network| network.parse().unwrap());
    for (written, meant) in [
        ("true", Reach::Anything),
        ("false", Reach::default()),
        ("\"10.1.0.0/16, 192.168.7.9\"", Reach::public_and(networks.to_vec())),
    ] {
        let settings = load_from(&format!("http_allow_private = {written}")).unwrap();
        assert_eq!(settings.http_allow_private.reach(), meant);
    }
    assert_eq!(load_from("").unwrap().http_allow_private.reach(), Reach::default());
    let message = load_from("http_allow_private = \"intranet\"").unwrap_err().to_string();
    assert!(message.contains("http_allow_private") && message.contains("10.1.0.0/16"), "{message}");
}

#[test]
fn a_wrong_value_is_not_repeated() {
    let message = load_from("master_key = 12345678901").unwrap_err().to_string();
    assert!(message.contains("master_key") && !message.contains("12345678901"), "{message}");
}

#[test]
fn a_node_has_one_of_three_roles() {
    for (written, role) in
        [("", Role::All), ("role = \"all\"", Role::All), ("role = \"ingress\"", Role::Ingress)]
    {
        assert_eq!(load_from(written).unwrap().role, role);
    }
    let message = load_from("role = \"master\"").unwrap_err().to_string();
    assert!(message.contains("`role`") && message.contains("`ingress`"), "{message}");
}

#[test]
fn history_is_kept_for_two_weeks_unless_it_is_said_otherwise() {
    let usual = load_from("").unwrap();
    assert_eq!(usual.retention, KeepFor::from_days(14));
    assert_eq!((usual.retention_payloads, usual.retention_rows.to_number()), (None, Some(1_000_000)));
    let changed = load_from("retention = 0\nretention_payloads = \"3d\"\nretention_rows = \"off\"").unwrap();
    assert_eq!(changed.retention.to_duration(), None);
    assert_eq!(changed.retention_payloads, Some(KeepFor::from_days(3)));
    assert_eq!(changed.retention_rows.to_number(), None);
    let message = load_from("retention = \"a while\"").unwrap_err().to_string();
    assert!(message.contains("retention") && message.contains("14d"), "{message}");
}

#[test]
fn a_named_file_has_to_be_there() {
    let missing = Path::new("no-such-place/bellhop.toml");
    assert!(matches!(Settings::load(Some(missing), &serde_json::Map::new()), Err(ConfigError::NoFile(_))));
}

#[test]
fn secrets_do_not_show_in_debug() {
    let settings =
        load_from("api_token = \"very-secret-token\"\nsmtp_url = \"smtp://a:very-secret@b\"").unwrap();
    assert!(!format!("{settings:?}").contains("very-secret"));
}

#[test]
fn commands_are_off_unless_they_are_switched_on() {
    assert!(!load_from("").unwrap().allow_exec);
    assert!(load_from("allow_exec = true").unwrap().allow_exec);
    let message = load_from("allow_exec = \"perhaps\"").unwrap_err().to_string();
    assert!(message.contains("allow_exec"), "{message}");
}
