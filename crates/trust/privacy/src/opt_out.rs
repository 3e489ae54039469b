//! The public opt-out (claims 157, 171).
//!
//! It must not become an oracle: whoever asks learns nothing about who is known here. The address is neither
//! looked up nor compared; every request that can be read does the same statements and gets the same answer.

use std::time::Duration;

use http::StatusCode;
use plumb_base::Email;
use plumb_store::audit::Entry;
use plumb_store::{Actor, Store, StoreError, SystemTask};
use plumb_vault::SUPPRESSION_KEY_VERSION;
use plumb_web::{
    Access, Doc, Handler as _, IntoResponse as _, Json, Problem, RateRule, RequestId, Response, Route, State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may call it. Twenty at once and one a minute for each client address: enough for a household behind one
/// address, too few to fill the table.
pub(crate) const ACCESS: Access = Access::Public {
    reason: "A person who wants to be left alone has no account here and needs none.",
    limit: RateRule { emit: Duration::from_mins(1), burst: 20 },
};

/// What everybody is told, whoever they are.
pub(crate) const DONE: &str = "This address will not be used or shown any more, in any organisation on this installation, if it ever was. \
     Nothing else is needed.";

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    vec![
        Route::post("/api/leads/opt-out", ACCESS, opt_out.with_state(store.clone())).doc(
            Doc::new("Opt out")
                .description(
                    "Stops every use of an e-mail address in every organisation of this installation, at once and for good. \
                     Needs no account. The answer is the same whether the address is known or not.",
                )
                .tag("privacy")
                .body::<OptOut>()
                .responds::<Accepted>(202),
        ),
    ]
}

/// Who wants to be left alone.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct OptOut {
    /// The person's own e-mail address.
    pub(crate) email: String,
}

/// The answer to everyone.
#[derive(Serialize, JsonSchema)]
struct Accepted {
    status: &'static str,
    detail: &'static str,
}

async fn opt_out(
    State(store): State<Store>,
    id: RequestId,
    Json(OptOut { email }): Json<OptOut>,
) -> Result<Response, Problem> {
    let email = read(&email)?;
    suppress(&store, &email, Actor::anonymous(id.0)).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { status: "accepted", detail: DONE })).into_response())
}

/// Reads an address. What is refused depends on the text alone.
pub(crate) fn read(text: &str) -> Result<Email, Problem> {
    Email::parse(text).map_err(|error| {
        Problem::invalid(format!("This is no e-mail address that could be used here: {error}. Nothing was changed."))
    })
}

/// Records that `email` must not be used, as written and without its plus tag. From the commit on, every
/// organisation's reads leave it out.
///
/// Two tokens and three statements, whatever the address and whatever is known of it. The audit entry holds
/// neither address nor token: it says that somebody opted out, and when.
pub async fn suppress(store: &Store, email: &Email, actor: Actor) -> Result<(), StoreError> {
    let (as_written, without_tag) = store.keys().suppression().of(email);
    let tokens = [as_written.to_vec(), without_tag.unwrap_or(as_written).to_vec()];
    let mut tx = store.system(SystemTask::Suppress).await?.acting_for(actor);
    let now = tx.now();
    sqlx::query!(
        "insert into suppression (token, kind, key_version, reason, at)
         select token, 'email', $2, 'opt_out', $3 from unnest($1::bytea[]) as given (token)
         on conflict do nothing",
        &tokens,
        SUPPRESSION_KEY_VERSION,
        now
    )
    .execute(tx.conn())
    .await?;
    tx.commit(Entry::of("privacy.opted_out")).await
}

#[cfg(test)]
pub(crate) mod tests;
