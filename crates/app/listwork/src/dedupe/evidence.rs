//! Why two rows are taken for one person, as codes for programs and in words for people.

use std::fmt::Write as _;

use plumb_link::{Agreement, Code, Evidence};

/// The stable name of what a piece of evidence is about.
pub(crate) fn about(code: Code) -> &'static str {
    match code {
        Code::Kind(kind) => kind.code(),
        Code::NamesTurned => "names_turned",
        Code::Generation => "generation",
        Code::MailboxName => "mailbox_name",
    }
}

/// The stable name of how well two values go together.
pub(crate) fn how(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Same => "same",
        Agreement::Typo => "typo",
        Agreement::Variant => "variant",
        Agreement::Alike => "alike",
        Agreement::Different => "different",
    }
}

/// `email:same first_name:variant company:different`.
pub(crate) fn codes(evidence: &[Evidence], out: &mut String) {
    let mut first = true;
    for piece in evidence {
        if !std::mem::take(&mut first) {
            out.push(' ');
        }
        let _ = write!(out, "{}:{}", about(piece.code), how(piece.agreement));
    }
}

/// `same email; first name in another form; other company`.
pub(crate) fn words(evidence: &[Evidence], out: &mut String) {
    let mut first = true;
    for piece in evidence {
        if !std::mem::take(&mut first) {
            out.push_str("; ");
        }
        let name = about(piece.code).replace('_', " ");
        let _ = match (piece.code, piece.agreement) {
            (Code::NamesTurned, _) => write!(out, "first and last name the other way round"),
            (_, Agreement::Same) => write!(out, "same {name}"),
            (_, Agreement::Typo) => write!(out, "{name} but for a slip"),
            (_, Agreement::Variant) => write!(out, "{name} in another form"),
            (_, Agreement::Alike) => write!(out, "{name} alike"),
            (_, Agreement::Different) => write!(out, "other {name}"),
        };
    }
}
