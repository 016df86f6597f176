//! Who chooses the host of an address: its author, or whoever sent what an expression gives.
//!
//! That a value has no other characters than a host's is seen to where it is rendered. Here it is looked at which domain
//! the name ends in: `https://${{ event.data.shop }}.example.com/` is one of `example.com` whatever comes, and
//! `https://api.${{ event.data.shop }}/` is anybody's.

use std::ops::Range;

use crate::diagnostic::Code;
use crate::expression::{Piece, Reference, pieces, references};
use crate::parse::context::Context;
use crate::parse::expressions::place;
use crate::parse::names::Names;
use crate::parse::place::At;

/// Stands for what comes from outside.
const OUTSIDE: char = '\0';

/// Stands for what the author has said elsewhere: a name with a domain of its own.
const KNOWN: &str = "known.example";

/// Warns of an expression that chooses the host. One at the very beginning is the base address, and says so itself.
pub(super) fn check(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) {
    let Some(text) = at.as_text() else { return };
    let Some(range) = choosing(text, |source| is_known(source, names)) else { return };
    let shown: String = text[range.clone()].trim().chars().take(60).collect();
    let raw = context.source().slice(at.span());
    let span = place(at, raw, text, range);
    let message = format!("`{shown}` chooses the host that the request is sent to");
    context
        .warning(Code::OpenHost, span, &at.path, message)
        .help("write it to the left of your domain: `https://${{ … }}.example.com/`; or take the base address from `vars`: `${{ vars.api }}/…`");
}

/// The last expression from outside in the host, where it is not followed by a domain.
fn choosing(text: &str, is_known: impl Fn(&str) -> bool) -> Option<Range<usize>> {
    let (mut host, mut outside) = (String::new(), Vec::new());
    let mut has_begun = false;
    for piece in pieces(text) {
        match piece {
            Piece::Text(range) => {
                let mut part = &text[range];
                if !has_begun {
                    part = part.split_once("://")?.1;
                    has_begun = true;
                }
                let end = part.find(['/', '\\', '?', '#']);
                host.push_str(&part[..end.unwrap_or(part.len())]);
                if end.is_some() {
                    break;
                }
            }
            Piece::Expression(_) if !has_begun => return None,
            Piece::Expression(range) if is_known(&text[range.clone()]) => host.push_str(KNOWN),
            Piece::Expression(range) => {
                host.push(OUTSIDE);
                outside.push(range);
            }
            Piece::Unclosed(_) => return None,
        }
    }
    let behind_user = host.rfind('@').map_or(0, |at| at + 1);
    let name_end = host[behind_user..].find(':').map_or(host.len(), |colon| behind_user + colon);
    let last = host[behind_user..name_end].rfind(OUTSIDE)? + behind_user;
    let tail = &host[last + OUTSIDE.len_utf8()..name_end];
    // A last label alone, such as `.com`, is nobody's domain.
    let has_domain = tail.strip_prefix('.').is_some_and(|domain| domain.trim_end_matches('.').contains('.'));
    let number = host[..last].matches(OUTSIDE).count();
    if has_domain { None } else { outside.get(number).cloned() }
}

/// Whether the author has written out what an expression gives, or answers for it with `safe`.
fn is_known(source: &str, names: &Names<'_>) -> bool {
    let references = references(source);
    let is_safe = matches!(references.last(), Some(Reference::Filter(filter)) if filter.name == "safe");
    is_safe
        || references.iter().all(|reference| match reference {
            Reference::Path(path) => matches!(
                path.as_slice(),
                [root, name, ..] if root.name == "vars" && names.is_written_out(&name.name)
            ),
            Reference::Function(_) | Reference::Method(_) | Reference::Filter(_) | Reference::Test(_) => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        choosing(text, |source| source.contains("vars.")).map(|range| text[range].trim())
    }

    #[test]
    fn what_ends_the_host_chooses_it() {
        for text in [
            "https://${{ a }}",
            "https://${{ a }}/x",
            "https://api.${{ a }}/x",
            "https://api.${{ a }}:8443/x",
            "https://api.${{ a }}?q=1",
            "https://user:secret@${{ a }}#x",
            "https://${{ a }}.com/x",
            "https://${{ a }}.com./x",
            "https://${{ a }}shop.example.com/",
            "https://${{ b }}.example.com.${{ a }}/",
            "https://${{ vars.name }}.${{ a }}/",
        ] {
            assert_eq!(found(text), Some("a"), "{text}");
        }
    }

    #[test]
    fn what_stands_before_a_domain_or_elsewhere_does_not() {
        for text in [
            "https://${{ a }}.example.com/",
            "https://eu-${{ a }}.example.com:8443/${{ b }}",
            "https://${{ a }}.${{ vars.domain }}/x",
            "https://${{ vars.host }}/${{ a }}",
            "https://example.com/${{ a }}",
            "https://example.com?q=${{ a }}",
            "https://example.com:${{ a }}/",
            "https://${{ a }}@example.com/",
            "${{ a }}/x",
            "${{ a }}://${{ b }}/x",
            "example.com/${{ a }}",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
