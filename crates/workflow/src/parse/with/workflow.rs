//! `uses: workflow`: runs another workflow. Which one is written out: what a workflow can start is plain to see.

use super::{Key, Rules, Shape};

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::required("name", Shape::Workflow),
        Key::optional("inputs", Shape::Object),
        Key::optional("wait", Shape::Boolean),
    ],
    one_of: &[],
    check: |_, _| {},
};
