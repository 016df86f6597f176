//! Tokens that resume waiting executions.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bellhop_vault::{InvalidToken, MasterKey, ResumeTokens};
use rstest::rstest;
use uuid::Uuid;

const EXECUTION: Uuid = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);

fn key(byte: u8) -> MasterKey {
    MasterKey::from_base64(&in_base64(byte)).unwrap()
}

/// 32 times the same byte, in base64.
fn in_base64(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

#[rstest]
#[case("approval")]
#[case("each/12/enrich#2/crm/ask")]
#[case("")]
fn a_token_says_what_it_resumes_on_every_node_of_the_key(#[case] path: &str) {
    let token = ResumeTokens::new(&key(7)).mint(EXECUTION, path);

    assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'), "{token}");
    assert_eq!(ResumeTokens::new(&key(7)).read(&token), Ok((EXECUTION, path.to_owned())));
}

#[test]
fn a_token_of_another_key_is_refused() {
    let token = ResumeTokens::new(&key(7)).mint(EXECUTION, "approval");

    assert_eq!(ResumeTokens::new(&key(8)).read(&token), Err(InvalidToken));
}

#[test]
fn a_token_that_was_altered_anywhere_is_refused() {
    let tokens = ResumeTokens::new(&key(7));
    let bytes = URL_SAFE_NO_PAD.decode(tokens.mint(EXECUTION, "approval")).unwrap();

    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[place] ^= 1 << bit;
            assert_eq!(
                tokens.read(&URL_SAFE_NO_PAD.encode(altered)),
                Err(InvalidToken),
                "byte {place}, bit {bit}"
            );
        }
    }
    for length in 0..bytes.len() {
        assert_eq!(
            tokens.read(&URL_SAFE_NO_PAD.encode(&bytes[..length])),
            Err(InvalidToken),
            "{length} bytes"
        );
    }
}

#[rstest]
#[case("")]
#[case("not base64!")]
#[case("AAAA")]
#[case("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
fn what_is_no_token_is_refused(#[case] text: &str) {
    assert_eq!(ResumeTokens::new(&key(7)).read(text), Err(InvalidToken));
}

#[test]
fn the_tokens_of_a_key_do_not_print_it() {
    assert_eq!(format!("{:?}", ResumeTokens::new(&key(7))), "ResumeTokens");
}

#[test]
fn a_url_that_was_given_out_before_the_key_changed_is_read_while_both_are_known() {
    let (old, new) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
    let execution = Uuid::from_u128(7);
    let given_out = ResumeTokens::new(&old).mint(execution, "ask");
    let both = ResumeTokens::new(&new.clone().with_previous(old));
    assert_eq!(both.read(&given_out).unwrap(), (execution, "ask".to_owned()));
    assert_eq!(both.mint(execution, "ask"), ResumeTokens::new(&new).mint(execution, "ask"));
    assert!(ResumeTokens::new(&new).read(&given_out).is_err());
}
