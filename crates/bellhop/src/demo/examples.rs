//! The example workflows of the project, with the addresses of other people's services led to stand-ins.

/// An example and the file it is from.
pub(super) struct Example {
    /// The workflow's name.
    pub(super) name: &'static str,
    yaml: &'static str,
}

/// The examples, in the order they are introduced.
pub(super) const EXAMPLES: [Example; 6] = [
    Example {
        name: "new-lead-enrich-and-route",
        yaml: include_str!("../../../../workflows/new-lead-enrich-and-route.yaml"),
    },
    Example { name: "won-deal-to-chat", yaml: include_str!("../../../../workflows/won-deal-to-chat.yaml") },
    Example {
        name: "status-change-task",
        yaml: include_str!("../../../../workflows/status-change-task.yaml"),
    },
    Example {
        name: "missed-call-follow-up",
        yaml: include_str!("../../../../workflows/missed-call-follow-up.yaml"),
    },
    Example {
        name: "custom-activity-to-warehouse",
        yaml: include_str!("../../../../workflows/custom-activity-to-warehouse.yaml"),
    },
    Example {
        name: "signed-form-to-lead",
        yaml: include_str!("../../../../workflows/signed-form-to-lead.yaml"),
    },
];

/// The services that the examples call, and the stand-in that takes each one's place.
pub(super) const STAND_INS: [(&str, &str); 3] = [
    ("https://hooks.slack.com/services/T000/B000/XXXX", "chat"),
    ("https://enrich.example.com/v1/company", "enrich"),
    ("https://warehouse.example.com/v1/rows/custom_activities", "warehouse"),
];

impl Example {
    /// The workflow with the services' addresses replaced by those of the stand-ins.
    pub(super) fn on_stage(&self, stand_in: impl Fn(&str) -> String) -> String {
        STAND_INS
            .iter()
            .fold(self.yaml.to_owned(), |yaml, (address, name)| yaml.replace(address, &stand_in(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_example_reaches_out_of_the_demo() {
        for example in &EXAMPLES {
            let yaml = example.on_stage(|name| format!("http://127.0.0.1:1/sink/{name}"));
            assert!(!yaml.contains("https://"), "{} would call somebody: {yaml}", example.name);
            assert!(yaml.contains(&format!("name: {}\n", example.name)), "{} has another name", example.name);
        }
    }
}
