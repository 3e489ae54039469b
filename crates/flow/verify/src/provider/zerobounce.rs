//! ZeroBounce, API v2, at its host in the European Union. Errors are an `error` string, whatever the HTTP status; 200
//! calls with a bad key an hour lock the account out, so the first one is the last.

use std::time::Duration;

use plumb_base::Email;
use plumb_egress::{CallContext, Egress, HttpAnswer, HttpError, HttpRequest, Outgoing};
use serde::Deserialize;

use super::{Read, Site, Trouble, json, words};
use crate::domain::reason::Reason;
use crate::domain::verdict::Flag;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    status: String,
    #[serde(default)]
    sub_status: String,
    #[serde(default)]
    free_email: bool,
    error: Option<String>,
}

pub(super) async fn validate(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    email: &Email,
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v2/validate", site.base);
    let request = HttpRequest::get(&url)
        .query("email", Outgoing::Email(email))
        .query("ip_address", Outgoing::Fixed(""))
        .secret("api_key", key)
        .answer_bytes_max(64 * 1024)
        .within(Duration::from_mins(1))
        .within(site.answer_within);
    egress.http(ctx, site.destination, request).await
}

pub(super) fn read(answer: &HttpAnswer) -> Result<Read, Trouble> {
    let answer: Answer = json(answer)?;
    if let Some(error) = &answer.error {
        let text = error.to_lowercase();
        // One sentence of theirs names both, and neither goes away by asking again.
        return Err(if text.contains("api key") || text.contains("api_key") || text.contains("credit") {
            Trouble::Off(format!("the key was refused or has no credits left: {}", words(&[error])))
        } else {
            Trouble::later(words(&[error]))
        });
    }
    if answer.status.is_empty() {
        return Err(Trouble::later("it answered without a status"));
    }
    let sub = answer.sub_status.as_str();
    let reason = match (answer.status.as_str(), sub) {
        ("valid", "accept_all" | "role_based_accept_all") | ("catch-all", _) => Reason::CatchAll,
        ("valid", _) => Reason::ProviderValid,
        ("invalid", "mailbox_quota_exceeded") => Reason::MailboxFull,
        ("invalid", "possible_typo") => Reason::ProviderUnknown,
        ("invalid", _) => Reason::ProviderInvalid,
        ("do_not_mail", "disposable") => Reason::Disposable,
        ("spamtrap" | "abuse", _) | ("do_not_mail", "possible_trap" | "toxic") => Reason::SpamTrap,
        ("do_not_mail", _) => Reason::ProviderDoNotMail,
        _ => Reason::ProviderUnknown,
    };
    let noticed = [
        (sub.starts_with("role_based"), Flag::Role),
        (answer.free_email, Flag::Free),
        (sub == "disposable", Flag::Disposable),
    ];
    Ok(Read {
        reason,
        said: words(&[&answer.status, sub]),
        flags: noticed.into_iter().filter_map(|(is, flag)| is.then_some(flag)).collect(),
    })
}
