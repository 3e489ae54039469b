use proptest::prelude::*;

use super::*;
use crate::hash::Hash;

/// A seed of zeros, so that the texts are the same on every run.
fn signer(name: &str) -> Signer {
    Signer::log(name.parse().unwrap(), &[0; 32])
}

fn checkpoint(signer: &Signer) -> Checkpoint {
    Checkpoint { origin: signer.verifier().name().clone(), size: 3, root: Hash::leaf(b"root") }
}

#[test]
fn a_checkpoint_survives_its_text() {
    let signer = signer("log.example.com/audit");
    let note = checkpoint(&signer).signed_by(&signer).unwrap();
    let text = note.to_string();
    assert!(text.starts_with("log.example.com/audit\n3\n"), "{text}");
    assert!(text.contains("\n\n\u{2014} log.example.com/audit "), "{text}");
    let read = Note::parse(&text).unwrap();
    assert_eq!(read, note);
    let key: VerifierKey = signer.verifier().to_string().parse().unwrap();
    assert_eq!(key, signer.verifier());
    assert_eq!(Checkpoint::verified(&read, &key).unwrap(), checkpoint(&signer));
}

#[test]
fn only_the_right_key_of_the_right_log_will_do() {
    let (ours, theirs) = (signer("log.example.com/audit"), signer("other.example.com/audit"));
    let note = checkpoint(&ours).signed_by(&ours).unwrap();
    assert_eq!(note.check(&theirs.verifier()), Err(NoteError::Unsigned("other.example.com/audit".to_owned())));
    let lent = checkpoint(&ours).signed_by(&theirs).unwrap();
    assert!(matches!(Checkpoint::verified(&lent, &theirs.verifier()), Err(NoteError::Checkpoint(_))));
    let text = note.to_string().replace("\n3\n", "\n4\n");
    let altered = Note::parse(&text).unwrap();
    assert_eq!(altered.check(&ours.verifier()), Err(NoteError::BadSignature("log.example.com/audit".to_owned())));
}

/// A witness adds a line of its own; readers who do not know it pass it over.
#[test]
fn further_signatures_do_not_disturb() {
    let (log, witness) = (signer("log.example.com/audit"), signer("witness.example.com"));
    let mut note = checkpoint(&log).signed_by(&log).unwrap();
    note.sign(&witness);
    let note = Note::parse(&note.to_string()).unwrap();
    assert_eq!(note.signature_count(), 2);
    assert_eq!(note.check(&log.verifier()), Ok(()));
    assert_eq!(note.check(&witness.verifier()), Ok(()));
}

#[test]
fn notes_have_one_form() {
    let signer = signer("log.example.com/audit");
    let good = checkpoint(&signer).signed_by(&signer).unwrap().to_string();
    let bad = [
        good.trim_end().to_owned(),
        good.replace("\n\n", "\n"),
        good.replace('\u{2014}', "-"),
        good.replace("\n3\n", "\n\u{7}3\n"),
        format!("{good}\n"),
        good.replace("\u{2014} log.example.com/audit ", "\u{2014} log.example.com/audit  "),
        String::new(),
        "a".repeat(NOTE_BYTES_MAX + 1),
    ];
    for text in bad {
        assert!(Note::parse(&text).is_err(), "{text:?}");
    }
    for size in ["+3", "03", "-3", "3.0", "18446744073709551616", ""] {
        let root = Hash::leaf(b"root");
        let mut note = Note::new(format!("log.example.com/audit\n{size}\n{root}\n")).unwrap();
        note.sign(&signer);
        assert!(matches!(Checkpoint::verified(&note, &signer.verifier()), Err(NoteError::Checkpoint(_))), "{size:?}");
    }
}

#[test]
fn keys_have_one_text() {
    let good = signer("log.example.com/audit").verifier().to_string();
    let bad = [
        good.replace("log.", "lag."),
        good.to_uppercase(),
        format!("{good}="),
        format!("{good} "),
        good.replacen('+', " ", 1),
        "log.example.com/audit+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
    ];
    for text in bad {
        assert_eq!(text.parse::<VerifierKey>(), Err(NoteError::VerifierKey), "{text:?}");
    }
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb"] {
        assert_eq!(name.parse::<KeyName>(), Err(NoteError::KeyName), "{name:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "\\PC{0,40}(\n\\PC{0,20}){0,4}\n?(\u{2014} [a-z]{1,5} [A-Za-z0-9+/=]{0,16}\n)?") {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}

#[test]
fn a_witness_signs_the_text_and_the_time() {
    let witness = Signer::witness("witness.example.com/w1".parse().unwrap(), &[1; 32]);
    let log = signer("log.example.com/audit");
    let mut note = checkpoint(&log).signed_by(&log).unwrap();
    note.cosign(&witness, 1_679_315_147);
    let note = Note::parse(&note.to_string()).unwrap();
    let key: VerifierKey = witness.verifier().to_string().parse().unwrap();
    assert_eq!((key.kind(), note.check(&key)), (KeyKind::Witness, Ok(())));
    assert_eq!(note.cosigned_at(&key), Some(1_679_315_147));
    assert_eq!(note.cosigned_at(&log.verifier()), None);
    assert!(matches!(Checkpoint::verified(&note, &key), Err(NoteError::Checkpoint(_))), "a witness is no log");

    // The same key as a log's is another key, and the time is signed.
    let as_log = Signer::log("witness.example.com/w1".parse().unwrap(), &[1; 32]).verifier();
    assert_eq!(note.check(&as_log), Err(NoteError::Unsigned("witness.example.com/w1".to_owned())));
    let mut later = note.clone();
    later.signatures[1].bytes[7] ^= 1;
    assert_eq!(later.check(&key), Err(NoteError::BadSignature("witness.example.com/w1".to_owned())));
    assert_eq!(later.cosigned_at(&key), None);
}
