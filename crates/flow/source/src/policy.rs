//! What an organisation does not take from its lists: values about people's private lives.
//!
//! A list of one's own may hold them, so nothing is left out unless an administrator says so; what is taken is flagged. An
//! import goes by the policy as it was when its first row was read.

use plumb_base::Timestamp;
use plumb_store::access::Action;
use plumb_store::{OrgTx, StoreError, audit};
use plumb_web::{Access, Caller, Doc, Form, Handler as _, Json, Problem, Redirect, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Source, page};

#[cfg(test)]
mod tests;

/// A class of values about a person's private life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrivateValue {
    /// An address with a provider where anybody can have one.
    PersonalEmail,
    /// A number in a range for mobiles alone.
    Mobile,
    /// A street from a column that says it is the home.
    HomeAddress,
}

impl PrivateValue {
    /// Every class, in the order of the form.
    pub const ALL: [Self; 3] = [Self::PersonalEmail, Self::Mobile, Self::HomeAddress];

    /// The word in the database, the API and the form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PersonalEmail => "personal_email",
            Self::Mobile => "mobile",
            Self::HomeAddress => "home_address",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::PersonalEmail => "Personal e-mail addresses",
            Self::Mobile => "Mobile numbers",
            Self::HomeAddress => "Home addresses",
        }
    }

    /// What belongs to it, in a sentence.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::PersonalEmail => {
                "Addresses with providers where anybody can have one, such as freemail. The company's own addresses stay."
            }
            Self::Mobile => {
                "Numbers in ranges for mobiles alone. Where a range serves both, as in the United States, the number stays."
            }
            Self::HomeAddress => "Streets from columns whose name says that people live there.",
        }
    }

    fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// What an organisation does not take from its lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportPolicy {
    /// Classes of values that are left out of every list. The rows stay, with the flag `policy_withheld`.
    pub denied: Vec<PrivateValue>,
    /// When this was chosen; absent if it never was.
    pub changed_at: Option<Timestamp>,
}

/// A policy to be chosen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    /// Classes of values that are to be left out; none to take all.
    denied: Vec<PrivateValue>,
}

pub(crate) fn routes(source: &Source) -> Vec<Route> {
    let state = || source.clone();
    let (read, manage) = (Access::Org(Action::ImportsRead), Access::Org(Action::ImportPolicyManage));
    vec![
        Route::get("/api/v1/import-policy", read, show.with_state(state()))
            .doc(Doc::new("What is not taken from lists").tag("imports").responds::<ImportPolicy>(200)),
        Route::put("/api/v1/import-policy", manage, put.with_state(state())).doc(
            Doc::new("Choose what is not taken from lists")
                .description(
                    "Holds for imports whose first row is read from now on. A value that is left out is not kept \
                     anywhere but in the sealed upload; its row says so with the flag `policy_withheld`.",
                )
                .tag("imports")
                .body::<PolicyBody>()
                .responds::<ImportPolicy>(200),
        ),
        Route::get("/imports/policy", read, form.with_state(state())).page(),
        Route::post("/imports/policy", manage, submit.with_state(state())).page(),
    ]
}

/// The organisation's policy.
pub(crate) async fn policy(tx: &mut OrgTx) -> Result<ImportPolicy, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!("select denied, changed_at from import_policy where org_id = $1", org)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map_or_else(ImportPolicy::default, |row| ImportPolicy {
        denied: classes(&row.denied),
        changed_at: Some(row.changed_at),
    }))
}

/// The classes behind words of the database.
pub(crate) fn classes(words: &[String]) -> Vec<PrivateValue> {
    words.iter().filter_map(|word| PrivateValue::of(word)).collect()
}

/// The words for the database.
pub(crate) fn words(classes: &[PrivateValue]) -> Vec<String> {
    classes.iter().map(|class| class.code().to_owned()).collect()
}

/// Sets the policy.
async fn choose(source: &Source, caller: &Caller, denied: &[PrivateValue]) -> Result<ImportPolicy, Problem> {
    let chosen: Vec<_> = PrivateValue::ALL.into_iter().filter(|class| denied.contains(class)).collect();
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let (org, by, now) = (tx.org().0, tx.actor().id, tx.now());
    sqlx::query!(
        "insert into import_policy (org_id, denied, changed_by, changed_at) values ($1, $2, $3, $4)
         on conflict (org_id) do update set denied = excluded.denied, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        org,
        &words(&chosen),
        by,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(StoreError::from)?;
    let policy = policy(&mut tx).await?;
    tx.commit(audit::Entry::of("import.policy_changed").with("denied", json!(chosen))).await?;
    Ok(policy)
}

async fn show(State(source): State<Source>, caller: Caller) -> Result<Json<ImportPolicy>, Problem> {
    Ok(Json(stored(&source, &caller).await?))
}

async fn stored(source: &Source, caller: &Caller) -> Result<ImportPolicy, Problem> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let policy = policy(&mut tx).await?;
    tx.done_reading().await?;
    Ok(policy)
}

async fn put(
    State(source): State<Source>,
    caller: Caller,
    Json(body): Json<PolicyBody>,
) -> Result<Json<ImportPolicy>, Problem> {
    Ok(Json(choose(&source, &caller, &body.denied).await?))
}

async fn form(State(source): State<Source>, caller: Caller) -> Result<maud::Markup, Problem> {
    let policy = stored(&source, &caller).await?;
    Ok(page::policy::page(&caller, &policy))
}

/// The form: `denied` once for each class that is ticked.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct PolicyForm(Vec<(String, String)>);

async fn submit(
    State(source): State<Source>,
    caller: Caller,
    Form(PolicyForm(pairs)): Form<PolicyForm>,
) -> Result<Redirect, Problem> {
    let ticked = pairs.iter().filter(|(name, _)| name == "denied").map(|(_, code)| {
        PrivateValue::of(code).ok_or_else(|| Problem::invalid(format!("There is no class of values {code:?}.")))
    });
    choose(&source, &caller, &ticked.collect::<Result<Vec<_>, _>>()?).await?;
    Ok(Redirect::to("/imports/policy"))
}
