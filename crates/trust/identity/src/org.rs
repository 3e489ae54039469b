//! The organisations of one person, and which of them a session works in (claim 60).

use http::header;
use maud::{Markup, html};
use plumb_base::{OrgId, UserId};
use plumb_store::access::Role;
use plumb_store::audit::Entry;
use plumb_store::{AuthTx, StoreError};
use plumb_web::page::{self, Chrome, Tone};
use plumb_web::{Access, Handler as _, IntoResponse as _, Path, Problem, Redirect, Response, Route, SignedIn, State};

use crate::{Identity, account, session};

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    vec![
        Route::get("/orgs", Access::SignedIn, show.with_state(identity.clone())).page(),
        Route::post("/orgs/{org}/switch", Access::SignedIn, switch.with_state(identity.clone())).page(),
    ]
}

/// A person's place in one organisation.
pub(crate) struct Place {
    pub(crate) org: OrgId,
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// Every organisation of a person, by name.
pub(crate) async fn places(tx: &mut AuthTx, user: UserId) -> Result<Vec<Place>, StoreError> {
    let rows = sqlx::query!(
        "select org.org_id, org.name, membership.role from membership join org using (org_id)
         where membership.user_id = $1 order by lower(org.name), org.org_id",
        user.0
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let role = row.role.parse().map_err(StoreError::Unfit)?;
            Ok(Place { org: OrgId(row.org_id), name: row.name, role })
        })
        .collect()
}

async fn show(State(identity): State<Identity>, caller: SignedIn) -> Result<Markup, Problem> {
    let mut tx = identity.store.auth().await?;
    let places = places(&mut tx, caller.user).await?;
    tx.done_reading().await?;
    let here = caller.member.as_ref().map(|member| member.org);
    let body = html! {
        h1 { "Your organisations" }
        @if places.is_empty() {
            (page::empty("None", "This account belongs to no organisation now. Ask an owner for an invitation.", None))
        } @else {
            div class="table-wrap" {
                table {
                    thead { tr { th scope="col" { "Organisation" } th scope="col" { "Your role" } th scope="col" { "" } } }
                    tbody {
                        @for place in &places {
                            tr {
                                th scope="row" { (place.name) }
                                td { (place.role) }
                                td {
                                    @if here == Some(place.org) {
                                        (page::badge(Tone::Good, "You are here"))
                                    } @else {
                                        form method="post" action={ "/orgs/" (place.org) "/switch" } {
                                            (caller.csrf.field())
                                            button type="submit" class="quiet" { "Switch to " (place.name) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        p class="actions" {
            a href="/settings/password" { "Your password" }
            @if here.is_some() { a href="/settings/keys" { "API keys" } }
        }
    };
    Ok(page::layout("Your organisations", &Chrome::signed_in(&caller), body))
}

/// Goes over to another organisation, under a new session id (ASVS 5.0, V7.2.4). The twelve hours go on.
async fn switch(
    State(identity): State<Identity>,
    caller: SignedIn,
    Path(org): Path<OrgId>,
) -> Result<Response, Problem> {
    let mut tx = identity.store.auth().await?;
    // Who ends a person's sessions holds the account: none of them slips away under a new id meanwhile.
    account::lock(&mut tx, caller.user).await?;
    let is_member = places(&mut tx, caller.user).await?.iter().any(|place| place.org == org);
    let since = session::signed_in_at(&mut tx, caller.user, caller.session).await?;
    let Some(since) = since.filter(|_| is_member) else { return Err(Problem::not_found()) };
    session::end(&mut tx, caller.user, caller.session).await?;
    let cookie = session::begin(&mut tx, caller.user, org, since).await?;
    tx.commit(&caller.actor, Entry::of("auth.org_switched").on("user", caller.user.0).org(org)).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

#[cfg(test)]
mod tests;
