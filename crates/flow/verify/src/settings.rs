//! What administrators choose: by which policy is judged, and which provider is asked with which key.

use http::StatusCode;
use plumb_base::Timestamp;
use plumb_store::access::Action;
use plumb_store::job::{When, enqueue};
use plumb_store::{OrgTx, Store, StoreError, audit};
use plumb_web::{Access, Caller, Doc, Handler as _, Json, Problem, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::verdict::Policy;
use crate::policy::{self, ApplyPolicy};
use crate::provider::Vendor;
use crate::provider::account;

#[cfg(test)]
pub(crate) mod tests;

/// Longest key.
const KEY_CHARS_MAX: usize = 500;
/// Most credits a day that can be allowed.
const CREDITS_MAX: i32 = 1_000_000;
/// Credits a day when nobody says.
pub(crate) const CREDITS_USUAL: i32 = 1000;

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    let manage = Access::Org(Action::VerifyManage);
    vec![
        Route::get("/api/v1/verification-settings", Access::Org(Action::LeadsRead), read.with_state(store.clone()))
            .doc(Doc::new("How verdicts are judged, and who is asked").tag("verifications").responds::<Settings>(200)),
        Route::put("/api/v1/verification-settings/policy", manage, put_policy.with_state(store.clone())).doc(
            Doc::new("Choose how verdicts are judged")
                .description("Every lead is judged anew from the evidence that is stored; nobody is asked again.")
                .tag("verifications")
                .body::<PolicyBody>()
                .responds::<Settings>(200),
        ),
        Route::put("/api/v1/verification-settings/provider", manage, put_provider.with_state(store.clone())).doc(
            Doc::new("Set up a verification provider")
                .description(
                    "The key is yours, and kept sealed. Each question to the provider leaves a record of disclosure.",
                )
                .tag("verifications")
                .body::<ProviderBody>()
                .responds::<Settings>(200),
        ),
        Route::delete("/api/v1/verification-settings/provider", manage, remove_provider.with_state(store.clone()))
            .doc(Doc::new("Remove the verification provider and its key").tag("verifications").responds_empty(204)),
    ]
}

/// How an organisation verifies.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Settings {
    /// By which rules is judged.
    pub(crate) policy: Policy,
    /// The provider, if one is set up.
    pub(crate) provider: Option<Provider>,
}

/// A provider that is set up. Its key is never shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Provider {
    /// Who.
    #[serde(rename = "provider")]
    pub(crate) vendor: Vendor,
    /// Whether it is asked.
    pub(crate) is_on: bool,
    /// Why not, where it is not.
    pub(crate) off_reason: Option<String>,
    /// Nobody asks before, where it wanted a pause.
    pub(crate) pause_until: Option<Timestamp>,
    /// Questions a day, at most.
    pub(crate) credits_per_day: i32,
    /// Of those, asked today (UTC).
    pub(crate) used_today: i32,
    /// When it was set up or switched off.
    pub(crate) changed_at: Timestamp,
}

/// A policy.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    /// `strict` or `lenient`.
    pub(crate) policy: Policy,
}

/// A provider to be set up.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderBody {
    /// Who.
    pub(crate) provider: Vendor,
    /// Your key there.
    pub(crate) key: String,
    /// Questions a day, at most; 1,000 when not given.
    pub(crate) credits_per_day: Option<i32>,
}

/// What is chosen.
pub(crate) async fn settings(tx: &mut OrgTx) -> Result<Settings, StoreError> {
    let policy = policy::policy(tx).await?.unwrap_or_default();
    let provider = account::account(tx).await?.map(|account| Provider {
        vendor: account.vendor,
        is_on: account.is_on,
        off_reason: account.off_reason,
        pause_until: account.pause_until,
        credits_per_day: account.credits_per_day,
        used_today: account.used_today,
        changed_at: account.changed_at,
    });
    Ok(Settings { policy, provider })
}

async fn read(State(store): State<Store>, caller: Caller) -> Result<Json<Settings>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let settings = settings(&mut tx).await?;
    tx.done_reading().await?;
    Ok(Json(settings))
}

async fn put_policy(
    State(store): State<Store>,
    caller: Caller,
    Json(body): Json<PolicyBody>,
) -> Result<Json<Settings>, Problem> {
    Ok(Json(choose_policy(&store, &caller, body.policy).await?))
}

/// Changes the policy, and has every lead judged anew by it.
pub(crate) async fn choose_policy(store: &Store, caller: &Caller, policy: Policy) -> Result<Settings, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    policy::set(&mut tx, policy).await?;
    enqueue(&mut tx, &ApplyPolicy { after: None }, When::Now).await?;
    let settings = settings(&mut tx).await?;
    tx.commit(audit::Entry::of("verify.policy_changed").with("policy", policy.code())).await?;
    Ok(settings)
}

async fn put_provider(
    State(store): State<Store>,
    caller: Caller,
    Json(body): Json<ProviderBody>,
) -> Result<Json<Settings>, Problem> {
    Ok(Json(choose_provider(&store, &caller, &body).await?))
}

/// Sets a provider up.
pub(crate) async fn choose_provider(store: &Store, caller: &Caller, body: &ProviderBody) -> Result<Settings, Problem> {
    let key = body.key.trim();
    if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Problem::invalid(format!(
            "The key is not one: give 1 to {KEY_CHARS_MAX} letters, digits and signs without blanks, as {} shows it.",
            body.provider
        )));
    }
    let credits = body.credits_per_day.unwrap_or(CREDITS_USUAL);
    if !(0..=CREDITS_MAX).contains(&credits) {
        return Err(Problem::invalid(format!("credits_per_day takes 0 to {CREDITS_MAX}.")));
    }
    let mut tx = store.org(caller.org, caller.actor).await?;
    account::put(&mut tx, store.keys(), body.provider, key, credits).await?;
    let settings = settings(&mut tx).await?;
    let entry =
        audit::Entry::of("verify.provider_set").with("provider", body.provider.code()).with("credits_per_day", credits);
    tx.commit(entry).await?;
    Ok(settings)
}

async fn remove_provider(State(store): State<Store>, caller: Caller) -> Result<StatusCode, Problem> {
    drop_provider(&store, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the provider with its key.
pub(crate) async fn drop_provider(store: &Store, caller: &Caller) -> Result<(), Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    if !account::remove(&mut tx).await? {
        return Err(Problem::not_found());
    }
    tx.commit(audit::Entry::of("verify.provider_removed")).await?;
    Ok(())
}
