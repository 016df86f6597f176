//! Ten thousand workflows from the grammar: each is good, and printed and parsed again it is the same.

use bellhop_workflow::parse;

use crate::grammar::{Dice, make, print, yaml};
use crate::support::{Leads, rendered};

const WORKFLOWS: u64 = 10_000;

#[test]
fn what_is_printed_parses_to_the_same_workflow() {
    for seed in 0..WORKFLOWS {
        let mut dice = Dice::new(seed);
        let written = yaml::write(&make::workflow(&mut dice), &mut dice);
        let parsed = parse(&written, &Leads).unwrap_or_else(|diagnostics| {
            panic!("workflow {seed} should be good:\n{}\n{written}", rendered(&diagnostics))
        });
        let printed = yaml::write(&print::workflow(&parsed.workflow), &mut dice);
        let again = parse(&printed, &Leads).unwrap_or_else(|diagnostics| {
            panic!("what {seed} prints should be good:\n{}\n{printed}", rendered(&diagnostics))
        });
        assert_eq!(
            format!("{:#?}", again.workflow),
            format!("{:#?}", parsed.workflow),
            "workflow {seed}:\n{written}\n--- printed:\n{printed}"
        );
    }
}
