//! Links lead somewhere.

use std::collections::BTreeSet;

use super::{Document, documents};

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    for document in documents() {
        for target in document.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if file.contains("://") || target.contains(char::is_whitespace) {
                continue;
            }
            let place = format!("{}: {target}", document.path.display());
            let path = match file {
                "" => document.path.clone(),
                file => document.path.parent().unwrap().join(file),
            };
            assert!(path.exists(), "{place}");
            if !anchor.is_empty() {
                assert!(anchors(&Document::read(path)).contains(anchor), "{place}: there is no such heading");
            }
        }
    }
}

/// The headings of a page, as GitHub makes anchors of them.
fn anchors(document: &Document) -> BTreeSet<String> {
    let headings = document.text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect()
    };
    headings.map(anchor).collect()
}
