//! The figures for a person.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::figures::{Figure, Goal, Unit};

/// A table of the figures, those that something is asked of with how they did.
pub(crate) fn render(figures: &[Figure]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["", "figure", "measured", "of bare", "target", ""]);
    let mut group = "";
    for figure in figures {
        let title = if figure.group == group { "" } else { figure.group };
        group = figure.group;
        table.add_row([
            title.to_owned(),
            figure.name.clone(),
            value(figure.value, figure.unit),
            figure.of_bare.map_or_else(String::new, |ratio| format!("{ratio:.3}")),
            figure.goal.map_or_else(String::new, |goal| target(goal, figure.unit)),
            figure.met.map_or("", |met| if met { "pass" } else { "MISS" }).to_owned(),
        ]);
    }
    for column in [2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerSecond => format!("{value:.0}/s"),
        Unit::Milliseconds => format!("{value:.2} ms"),
        Unit::Microseconds => format!("{value:.0} µs"),
        Unit::Mebibytes => format!("{value:.1} MiB"),
        Unit::Bytes => format!("{value:.0} B"),
        Unit::Count => format!("{value:.0}"),
        Unit::Times => format!("{value:.2} ×"),
    }
}

fn target(goal: Goal, unit: Unit) -> String {
    match goal {
        Goal::AtLeastOfBare(least) => format!("≥ {least:.2} of bare"),
        Goal::AtMost(most) => format!("≤ {}", value(most, unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Figures;

    #[test]
    fn a_row_says_what_was_measured_and_whether_it_is_enough() {
        let mut figures = Figures::default();
        figures.hold("acks", "acks/s", (500.0, Unit::PerSecond), Goal::AtLeastOfBare(0.4));
        figures.hold("acks", "latency p99", (12.5, Unit::Milliseconds), Goal::AtMost(10.0));
        figures.add("memory", "resident", 80.25, Unit::Mebibytes);
        let table = render(&figures.judged(1_000.0));
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["acks", "acks/s", "500/s", "0.500", "≥", "0.40", "of", "bare", "pass"]);
        assert_eq!(rows[2], ["latency", "p99", "12.50", "ms", "≤", "10.00", "ms", "MISS"]);
        assert_eq!(rows[3], ["memory", "resident", "80.2", "MiB"]);
    }
}
