//! What was measured, held against the targets.

use serde::Serialize;

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// So many a second. The only unit that is held against the bare server.
    PerSecond,
    Milliseconds,
    Microseconds,
    Mebibytes,
    Bytes,
    /// A plain number.
    Count,
    /// One figure over another.
    Times,
}

/// What a figure shall be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// At least so much of the bare server's acknowledgements a second at 64 connections.
    AtLeastOfBare(f64),
    AtMost(f64),
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// What it belongs to.
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goal: Option<Goal>,
    /// The value over the bare server's rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) of_bare: Option<f64>,
    /// Whether it is what it shall be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) met: Option<bool>,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    pub(crate) fn add(&mut self, group: &'static str, name: impl Into<String>, value: f64, unit: Unit) {
        self.push(group, name.into(), value, unit, None);
    }

    /// A figure that something is asked of.
    pub(crate) fn hold(
        &mut self,
        group: &'static str,
        name: impl Into<String>,
        (value, unit): (f64, Unit),
        goal: Goal,
    ) {
        self.push(group, name.into(), value, unit, Some(goal));
    }

    fn push(&mut self, group: &'static str, name: String, value: f64, unit: Unit, goal: Option<Goal>) {
        self.0.push(Figure { group, name, value, unit, goal, of_bare: None, met: None });
    }

    /// The figures, judged: `bare` is the bare server's rate in the same run.
    pub(crate) fn judged(mut self, bare: f64) -> Vec<Figure> {
        for figure in &mut self.0 {
            figure.of_bare = (figure.unit == Unit::PerSecond).then(|| figure.value / bare);
            figure.met = figure.goal.map(|goal| match goal {
                Goal::AtLeastOfBare(least) => figure.of_bare.is_some_and(|ratio| ratio >= least),
                Goal::AtMost(most) => figure.value <= most,
            });
        }
        self.0
    }
}

/// The one in the middle, or the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^53")]
pub(crate) const fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_judged_against_the_bare_server_and_the_rest_as_it_is() {
        let mut figures = Figures::default();
        figures.hold("a", "rate", (500.0, Unit::PerSecond), Goal::AtLeastOfBare(0.4));
        figures.hold("a", "slow rate", (300.0, Unit::PerSecond), Goal::AtLeastOfBare(0.4));
        figures.hold("a", "memory", (25.0, Unit::Mebibytes), Goal::AtMost(25.0));
        figures.hold("a", "latency", (10.1, Unit::Milliseconds), Goal::AtMost(10.0));
        figures.add("a", "open", 1.0, Unit::Count);
        let judged = figures.judged(1_000.0);
        let met: Vec<_> = judged.iter().map(|figure| figure.met).collect();
        assert_eq!(met, [Some(true), Some(false), Some(true), Some(false), None]);
        assert_eq!(judged[0].of_bare, Some(0.5));
        assert_eq!(judged[2].of_bare, None);
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }
}
