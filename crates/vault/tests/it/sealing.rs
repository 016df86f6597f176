//! What is sealed opens for its owner, in its place, unaltered, and in no other case.

use bellhop_vault::{KeyError, MasterKey, OpenError, Sealed};
use rstest::rstest;

const CONTEXT: &str = "credential:close";
const TEXT: &[u8] = br#"{"api_key":"api_5T0p"}"#;

#[test]
fn what_was_sealed_opens_again() {
    let key = MasterKey::generate().unwrap();
    let stored = key.seal(CONTEXT, TEXT).unwrap().into_bytes();

    let opened = key.open(CONTEXT, &Sealed::from_bytes(stored)).unwrap();

    assert_eq!(opened.as_slice(), TEXT);
}

#[test]
fn nothing_at_all_can_be_sealed() {
    let key = MasterKey::generate().unwrap();
    let sealed = key.seal(CONTEXT, b"").unwrap();
    assert!(key.open(CONTEXT, &sealed).unwrap().is_empty());
}

#[test]
fn a_key_that_was_written_down_opens_what_the_first_one_sealed() {
    let key = MasterKey::generate().unwrap();
    let sealed = key.seal(CONTEXT, TEXT).unwrap();

    let text = format!("{}\n", key.to_base64().expose());
    let read = MasterKey::from_base64(&text).unwrap();

    assert_eq!(read.open(CONTEXT, &sealed).unwrap().as_slice(), TEXT);
}

#[test]
fn two_seals_of_one_text_have_nothing_in_common_but_their_head() {
    let key = MasterKey::generate().unwrap();
    let first = key.seal(CONTEXT, TEXT).unwrap().into_bytes();
    let second = key.seal(CONTEXT, TEXT).unwrap().into_bytes();
    assert_ne!(first[5..29], second[5..29], "the nonces");
    assert_ne!(first[29..], second[29..], "the ciphertexts");
}

#[test]
fn it_does_not_open_in_another_place() {
    let key = MasterKey::generate().unwrap();
    let sealed = key.seal(CONTEXT, TEXT).unwrap();
    assert!(matches!(key.open("credential:other", &sealed), Err(OpenError::Altered)));
}

#[test]
fn another_key_is_told_that_it_is_another_key() {
    let key = MasterKey::generate().unwrap();
    let sealed = key.seal(CONTEXT, TEXT).unwrap();
    let other = MasterKey::generate().unwrap();

    let refused = other.open(CONTEXT, &sealed).unwrap_err();

    assert!(
        matches!(refused, OpenError::OtherKey { sealed_with, present } if sealed_with == key.id() && present == other.id())
    );
}

#[test]
fn any_flipped_bit_and_any_missing_byte_is_noticed() {
    let key = MasterKey::generate().unwrap();
    let sealed = key.seal(CONTEXT, TEXT).unwrap().into_bytes();
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut altered = sealed.clone();
            altered[at] ^= 1 << bit;
            let opened = key.open(CONTEXT, &Sealed::from_bytes(altered));
            assert!(opened.is_err(), "bit {bit} of byte {at}");
        }
        let cut = sealed[..at].to_vec();
        assert!(key.open(CONTEXT, &Sealed::from_bytes(cut)).is_err(), "cut at {at}");
    }
}

#[rstest]
#[case::standard("+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=")]
#[case::standard_without_padding("+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s")]
#[case::url_safe("-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s")]
fn a_key_is_read_in_every_base64(#[case] text: &str) {
    let key = MasterKey::from_base64(text).unwrap();
    assert_eq!(key.to_base64().expose(), "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=");
}

#[test]
fn a_text_that_is_no_key_is_refused_without_repeating_it() {
    let refused = MasterKey::from_base64("correct horse battery staple").unwrap_err();
    assert!(matches!(refused, KeyError::NotBase64));
    assert!(!format!("{refused} {refused:?}").contains("horse"));
    assert!(matches!(MasterKey::from_base64("AAAA"), Err(KeyError::Length(3))));
    assert!(matches!(MasterKey::from_base64(""), Err(KeyError::Length(0))));
}

#[test]
fn while_the_key_is_changed_both_open_and_the_new_one_seals() {
    let (old, new) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
    let before = old.seal(CONTEXT, TEXT).unwrap();
    let both = new.clone().with_previous(old.clone());
    assert_eq!(both.id(), new.id());
    assert_eq!(both.open(CONTEXT, &before).unwrap().as_slice(), TEXT);

    let resealed = both.reseal(CONTEXT, &before).unwrap().unwrap();
    assert_eq!(new.open(CONTEXT, &resealed).unwrap().as_slice(), TEXT);
    assert!(matches!(old.open(CONTEXT, &resealed), Err(OpenError::OtherKey { .. })));
    assert_eq!(both.reseal(CONTEXT, &resealed).unwrap(), None, "it is sealed with the new one already");
    assert!(both.reseal("credential:other", &before).is_err(), "in another place it does not open");
}

#[test]
fn a_third_key_opens_nothing() {
    let keys = [(); 3].map(|()| MasterKey::generate().unwrap());
    let [old, new, third] = keys;
    let sealed = third.seal(CONTEXT, TEXT).unwrap();
    let refused = new.with_previous(old).open(CONTEXT, &sealed).unwrap_err();
    assert!(matches!(refused, OpenError::OtherKey { sealed_with, .. } if sealed_with == third.id()));
}
