//! NeverBounce, API v4.2. Errors come with HTTP 200 and a `status`; flags that nobody has seen yet do no harm.

use std::time::Duration;

use plumb_base::Email;
use plumb_egress::{CallContext, Egress, HttpAnswer, HttpError, HttpRequest, Outgoing};
use serde::Deserialize;

use super::{Read, Site, Trouble, json, words};
use crate::domain::reason::Reason;
use crate::domain::verdict::Flag;

/// How long it may look for itself, in seconds.
const LOOKS_SECS: i64 = 20;

/// The members of every answer.
#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Checked {
    #[serde(default)]
    result: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    suggested_correction: String,
}

pub(super) async fn single(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    email: &Email,
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v4.2/single/check", site.base);
    let request = HttpRequest::get(&url)
        .query("email", Outgoing::Email(email))
        .query("address_info", Outgoing::Number(0))
        .query("credits_info", Outgoing::Number(0))
        .query("timeout", Outgoing::Number(LOOKS_SECS))
        .secret("key", key)
        .answer_bytes_max(64 * 1024)
        .within(Duration::from_secs(30));
    egress.http(ctx, site.destination, request).await
}

/// Reads the answer about one address.
pub(super) fn read_single(answer: &HttpAnswer) -> Result<Read, Trouble> {
    succeeded(answer)?;
    Ok(read(&json::<Checked>(answer)?))
}

/// Whether the call succeeded: HTTP says 200 either way.
fn succeeded(answer: &HttpAnswer) -> Result<(), Trouble> {
    let Status { status, message } = json(answer)?;
    let why = || words(&[&status, &message]);
    match status.as_str() {
        "success" => Ok(()),
        "auth_failure" => Err(Trouble::Off(format!("the key was refused: {}", why()))),
        "bad_referrer" => Err(Trouble::Off(format!("the key may not be used from here: {}", why()))),
        "throttle_triggered" => Err(Trouble::Later { why: why(), after: Some(Duration::from_mins(1)), everybody: true }),
        "general_failure" if message.to_lowercase().contains("credit") => {
            Err(Trouble::Off(format!("the account has no credits left: {}", why())))
        }
        _ => Err(Trouble::later(why())),
    }
}

fn read(answer: &Checked) -> Read {
    let has = |flag: &str| answer.flags.iter().any(|given| given == flag);
    let reason = match answer.result.as_str() {
        _ if has("spamtrap_network") => Reason::SpamTrap,
        "valid" if has("accepts_all") => Reason::CatchAll,
        "valid" => Reason::ProviderValid,
        "invalid" => Reason::ProviderInvalid,
        "disposable" => Reason::Disposable,
        "catchall" => Reason::CatchAll,
        _ => Reason::ProviderUnknown,
    };
    let noticed =
        [("role_account", Flag::Role), ("free_email_host", Flag::Free), ("disposable_email", Flag::Disposable)];
    // A correction is a value: that there is one is said, and not which.
    let typo = if answer.suggested_correction.is_empty() { "" } else { "suggests another spelling" };
    Read {
        reason,
        said: words(&[&answer.result, &answer.flags.join(", "), typo]),
        flags: noticed.into_iter().filter(|(name, _)| has(name)).map(|(_, flag)| flag).collect(),
    }
}
