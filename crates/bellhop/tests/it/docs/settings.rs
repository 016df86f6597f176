//! The table of settings is whole.

use bellhop::config::Settings;

use super::root;

#[test]
fn the_table_of_settings_is_whole() {
    let table = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let documented: Vec<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    for key in Settings::KEYS {
        assert!(documented.iter().any(|one| one == key), "`{key}` is not in docs/configuration.md");
        let variable = format!("`BELLHOP_{}`", key.to_uppercase());
        assert!(table.contains(&variable), "{variable} is not in docs/configuration.md");
    }
}
