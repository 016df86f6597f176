//! The workflows that are measured.

use std::fmt::Write as _;

/// A workflow for opportunities that change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured {
    /// Its name.
    pub(crate) name: String,
    /// Its source.
    pub(crate) yaml: String,
}

impl Measured {
    fn new(name: String, steps: &str) -> Self {
        let yaml = format!(
            "name: {name}\ntriggers:\n  - close: {{ events: [opportunity.updated] }}\nsteps:\n{steps}"
        );
        Self { name, yaml }
    }

    /// Pure steps, each of which goes on from the one before.
    pub(crate) fn pure(count: usize) -> Self {
        let mut steps = String::new();
        for number in 1..=count {
            let before = if number == 1 {
                "${{ event.data.note }}".to_owned()
            } else {
                format!("${{{{ steps.part_{}.output.lead }}}}", number - 1)
            };
            // Writing to a `String` does not fail.
            let _ = write!(
                steps,
                "  - id: part_{number}\n    uses: set\n    with:\n      lead: ${{{{ event.lead_id }}}}\n      \
                 value: ${{{{ event.data.value }}}}\n      before: {before}\n"
            );
        }
        Self::new(format!("pure-{count}"), &steps)
    }

    /// One call of a service.
    pub(crate) fn http(url: &str) -> Self {
        Self::new(
            "http-1".to_owned(),
            &format!(
                "  - id: call\n    uses: http\n    with:\n      method: POST\n      url: {url}\n      json:\n        \
                 lead: ${{{{ event.lead_id }}}}\n        value: ${{{{ event.data.value }}}}\n"
            ),
        )
    }

    /// Effects inside the process. Each is durable, in a commit with its step's record, before the next begins.
    pub(crate) fn effects(count: usize) -> Self {
        let mut steps = String::new();
        for number in 1..=count {
            let _ = write!(
                steps,
                "  - id: part_{number}\n    uses: state\n    with: {{ set: last_{number}, value: '${{{{ event.id }}}}' }}\n"
            );
        }
        Self::new(format!("effects-{count}"), &steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pure_steps_hang_together() {
        let Measured { name, yaml } = Measured::pure(3);
        assert_eq!(name, "pure-3");
        assert_eq!(yaml.matches("uses: set").count(), 3);
        assert!(yaml.contains("before: ${{ steps.part_2.output.lead }}"), "{yaml}");
    }

    #[test]
    fn effects_change_keys_of_their_own() {
        let yaml = Measured::effects(3).yaml;
        assert!(yaml.contains("set: last_1,") && yaml.contains("set: last_3,"), "{yaml}");
    }
}
