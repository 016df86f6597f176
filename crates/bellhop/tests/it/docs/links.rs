//! Links lead somewhere.

use super::documents;

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    for document in documents() {
        for target in document.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(
                document.path.parent().unwrap().join(file).exists(),
                "{}: {target}",
                document.path.display()
            );
        }
    }
}
