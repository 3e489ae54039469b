//! Who am I, and who belongs to my organisation.

use plumb_base::{OrgId, Timestamp, UserId};
use plumb_store::StoreError;
use plumb_store::access::{Action, Role};
use plumb_web::{Access, Caller, Doc, Handler as _, Json, Problem, Route, SignedIn, State};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Identity, account, org};

/// Most members that one answer lists.
const MEMBERS_MAX: i64 = 1000;

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    vec![
        Route::get("/api/v1/me", Access::SignedIn, me.with_state(identity.clone())).doc(
            Doc::new("Who is signed in")
                .description(
                    "The person, the organisation that the session works in, and all of the person's organisations.",
                )
                .tag("identity")
                .responds::<Me>(200),
        ),
        Route::get("/api/v1/members", Access::Org(Action::MembersRead), members.with_state(identity.clone()))
            .doc(Doc::new("List the organisation's members").tag("identity").responds::<Members>(200)),
    ]
}

/// The person who is signed in.
#[derive(Serialize, JsonSchema)]
struct Me {
    user_id: UserId,
    /// The account's e-mail address.
    email: String,
    name: String,
    /// The organisation that the session works in; none when the person was removed from it.
    org: Option<Membership>,
    /// Every organisation of the person.
    orgs: Vec<Membership>,
}

/// A person's place in an organisation.
#[derive(Clone, Serialize, JsonSchema)]
struct Membership {
    org_id: OrgId,
    name: String,
    role: Role,
}

async fn me(State(identity): State<Identity>, caller: SignedIn) -> Result<Json<Me>, Problem> {
    let mut tx = identity.store.auth().await?;
    let account = account::by_id(&mut tx, caller.user).await?.ok_or_else(Problem::not_found)?;
    let places = org::places(&mut tx, caller.user).await?;
    tx.done_reading().await?;
    let orgs: Vec<Membership> =
        places.into_iter().map(|place| Membership { org_id: place.org, name: place.name, role: place.role }).collect();
    let here = caller.member.map(|member| member.org);
    Ok(Json(Me {
        user_id: account.user,
        email: account.email,
        name: account.name,
        org: orgs.iter().find(|org| Some(org.org_id) == here).cloned(),
        orgs,
    }))
}

/// The members of an organisation.
#[derive(Serialize, JsonSchema)]
struct Members {
    members: Vec<Person>,
    /// Whether there are more than this answer lists.
    more: bool,
}

/// One member.
#[derive(Serialize, JsonSchema)]
struct Person {
    user_id: UserId,
    email: String,
    name: String,
    role: Role,
    since: Timestamp,
}

async fn members(State(identity): State<Identity>, caller: Caller) -> Result<Json<Members>, Problem> {
    let mut tx = identity.store.auth().await?;
    // Accounts stand above organisations, so the filter is here and not in a policy.
    let rows = sqlx::query!(
        "select app_user.id, app_user.email, app_user.name, membership.role, membership.created_at
         from membership join app_user on app_user.id = membership.user_id
         where membership.org_id = $1 order by membership.created_at, app_user.id limit $2",
        caller.org.0,
        MEMBERS_MAX + 1
    )
    .fetch_all(tx.conn())
    .await
    .map_err(StoreError::from)?;
    tx.done_reading().await?;
    let mut members = rows
        .into_iter()
        .map(|row| {
            let role = row.role.parse().map_err(StoreError::Unfit)?;
            Ok(Person { user_id: UserId(row.id), email: row.email, name: row.name, role, since: row.created_at })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let most = usize::try_from(MEMBERS_MAX).unwrap_or(usize::MAX);
    let more = members.len() > most;
    members.truncate(most);
    Ok(Json(Members { members, more }))
}

#[cfg(test)]
mod tests;
