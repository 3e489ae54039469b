//! Hunter, API v2. 202 means "still at work, ask the same again"; 451 that the person opted out with them.

use std::time::Duration;

use plumb_base::Email;
use plumb_egress::{CallContext, Egress, HttpAnswer, HttpError, HttpRequest, Outgoing};
use serde::Deserialize;

use super::{Read, Site, Trouble, json, words};
use crate::domain::reason::Reason;
use crate::domain::verdict::Flag;

/// When the same question is put again after a 202.
const STILL_AT_WORK: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    status: String,
    #[serde(default)]
    disposable: bool,
    #[serde(default)]
    webmail: bool,
    #[serde(default)]
    accept_all: bool,
    #[serde(default)]
    block: bool,
}

#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    id: String,
}

pub(super) async fn verify(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    email: &Email,
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v2/email-verifier", site.base);
    // In a header, which no log on the way keeps.
    let request = HttpRequest::get(&url)
        .query("email", Outgoing::Email(email))
        .bearer(key)
        .answer_bytes_max(256 * 1024)
        .within(Duration::from_secs(30))
        .within(site.answer_within);
    egress.http(ctx, site.destination, request).await
}

pub(super) fn read(answer: &HttpAnswer) -> Result<Read, Trouble> {
    match answer.status {
        200 => {}
        202 => {
            let why = "it is still at work".to_owned();
            return Err(Trouble::Later { why, after: Some(STILL_AT_WORK), everybody: false });
        }
        451 => return Err(Trouble::OptedOut),
        status => {
            let ids =
                json::<Errors>(answer)?.errors.iter().map(|error| error.id.as_str()).collect::<Vec<_>>().join(", ");
            let said = words(&[&status.to_string(), &ids]);
            // About this address, not about us: it will say the same again.
            return if matches!(status, 400 | 404 | 422) {
                Ok(Read { reason: Reason::ProviderUnknown, said, flags: Vec::new() })
            } else {
                Err(Trouble::later(said))
            };
        }
    }
    let Answer { data } = json(answer)?;
    let reason = match data.status.as_str() {
        "disposable" => Reason::Disposable,
        _ if data.disposable => Reason::Disposable,
        "accept_all" => Reason::CatchAll,
        "valid" if data.accept_all => Reason::CatchAll,
        "valid" if data.block => Reason::ProviderUnknown,
        "valid" => Reason::ProviderValid,
        "invalid" => Reason::ProviderInvalid,
        "" => return Err(Trouble::later("it answered without a status")),
        _ => Reason::ProviderUnknown,
    };
    let noticed = [(data.webmail, Flag::Free), (data.disposable, Flag::Disposable)];
    let said = [(true, data.status.as_str()), (data.accept_all, "accept_all"), (data.block, "block")];
    let said: Vec<&str> = said.into_iter().filter_map(|(is, word)| is.then_some(word)).collect();
    Ok(Read {
        reason,
        said: words(&said),
        flags: noticed.into_iter().filter_map(|(is, flag)| is.then_some(flag)).collect(),
    })
}
