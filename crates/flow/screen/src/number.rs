//! What is known of one number, and of the registries: put together for the API and the pages.

use plumb_base::Timestamp;
use plumb_store::{OrgTx, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::bits::{BitsError, Library, Manifest};
use crate::company::{self, COMPANY, KeptAnswer};
use crate::domain::number::Number;
use crate::domain::registry::Registry;
use crate::domain::rules::{Calling, RuleBook};
use crate::domain::standing::{Dnc, Outcome};
use crate::model::{RegistryState, RegistryView};
use crate::query::{self, Subscription};
use crate::{Screen, Shelves};

/// Lists cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// The files.
    #[error(transparent)]
    Bits(#[from] BitsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The organisation's lists, without those for which it has no subscription that holds today.
pub(crate) async fn library(tx: &mut OrgTx, shelves: &Shelves) -> Result<Library, AskError> {
    let today = tx.now().date_naive();
    let subscriptions = query::subscriptions(tx).await?;
    let (shelves, org) = (shelves.clone(), tx.org());
    let library = tokio::task::spawn_blocking(move || shelves.library(org))
        .await
        .map_err(|_| BitsError::Io(std::io::Error::other("reading the lists broke off")))??;
    Ok(library.only(|registry| {
        subscriptions.iter().any(|known| known.registry == registry.as_str() && known.holds_on(today))
    }))
}

/// Everything that is known of one number.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct NumberView {
    /// The number, E.164.
    pub(crate) number: String,
    /// What the lists say, the company's own among them.
    pub(crate) dnc: Dnc,
    /// The same in a sentence.
    pub(crate) says: &'static str,
    /// The lists that it is on.
    pub(crate) lists: Vec<String>,
    /// The registries that were asked, the state lists that apply and are not loaded, versions and dates.
    pub(crate) registries: Outcome,
    /// Whether the Reassigned Numbers Database was asked, and what it answered.
    pub(crate) reassigned: Vec<KeptAnswer>,
    /// Whether hour and day allow a call, by which rules; none for numbers outside the United States.
    pub(crate) calling: Option<Calling>,
    /// What this is not.
    pub(crate) note: &'static str,
}

/// What stands under every answer about calling.
pub(crate) const NOT_ADVICE: &str = "These rules are a help and not legal advice. Several come from secondary sources, and business calls, consent and \
     existing relations have rules of their own: ask a lawyer.";

/// Looks a number up. `region` is the state of the address, `at` the moment of the call.
pub(crate) async fn look_up(
    screen: &Screen,
    tx: &mut OrgTx,
    number: &str,
    region: Option<&str>,
    at: Timestamp,
) -> Result<NumberView, AskError> {
    let library = library(tx, &screen.shelves).await?;
    let keys = screen.store.keys();
    let own = company::listed(tx, keys, &[number]).await? == [true];
    let reassigned = company::answers(tx, keys, number).await?;
    let (asked, state) = (number.to_owned(), region.map(str::to_owned));
    let registries = tokio::task::spawn_blocking(move || library.screen(&asked, state.as_deref(), at))
        .await
        .map_err(|_| BitsError::Io(std::io::Error::other("reading the lists broke off")))??;
    let mut lists: Vec<String> = registries.listed_by.iter().map(ToString::to_string).collect();
    let mut dnc = registries.dnc;
    if own {
        lists.push(COMPANY.to_owned());
        dnc = Dnc::Listed;
    }
    let calling = Number::of_e164(number).and_then(|number| RuleBook::shipped().calling(number, region, at));
    Ok(NumberView {
        number: number.to_owned(),
        dnc,
        says: dnc.sentence(),
        lists,
        registries,
        reassigned,
        calling,
        note: NOT_ADVICE,
    })
}

/// Every registry, as the organisation has it.
pub(crate) async fn registries(screen: &Screen, tx: &mut OrgTx) -> Result<Vec<RegistryView>, AskError> {
    let now = tx.now();
    let subscriptions = query::subscriptions(tx).await?;
    let shelf = screen.shelves.of(tx.org());
    let manifests = tokio::task::spawn_blocking(move || {
        Registry::ALL
            .iter()
            .map(|registry| Ok((*registry, shelf.manifest(*registry)?)))
            .collect::<Result<Vec<_>, BitsError>>()
    })
    .await
    .map_err(|_| BitsError::Io(std::io::Error::other("reading the lists broke off")))??;
    let view = |(registry, manifest): (Registry, Option<Manifest>)| {
        let subscription = subscriptions.iter().find(|known| known.registry == registry.as_str());
        view(registry, manifest.as_ref(), subscription, now)
    };
    Ok(manifests.into_iter().map(view).collect())
}

fn view(
    registry: Registry,
    manifest: Option<&Manifest>,
    subscription: Option<&Subscription>,
    now: Timestamp,
) -> RegistryView {
    let today = now.date_naive();
    let age = |manifest: &Manifest| (today - manifest.version_date.min(manifest.obtained_on)).num_days();
    let (state, says) = match (manifest, subscription) {
        (None, None) => (
            RegistryState::NotConfigured,
            "Not configured: no list was ever loaded, so nothing is known of who is on it.".to_owned(),
        ),
        (None, Some(_)) => (
            RegistryState::NotConfigured,
            "Not configured: the subscription is entered, and no list was loaded yet.".to_owned(),
        ),
        (Some(_), None) => (
            RegistryState::NotConfigured,
            "Not configured: a list is here, and nobody said under whose subscription it is used.".to_owned(),
        ),
        (Some(_), Some(known)) if !known.holds_on(today) => {
            (RegistryState::Expired, "The subscription has run out, so the list is not used.".to_owned())
        }
        (Some(manifest), Some(_)) if now >= manifest.valid_until() => {
            (RegistryState::Stale, format!("{} days old, which is more than 31: load a newer version.", age(manifest)))
        }
        (Some(manifest), Some(_)) => {
            let days = (manifest.valid_until() - now).num_days();
            (RegistryState::Loaded, format!("{} days old; can be used for {days} days more.", age(manifest)))
        }
    };
    RegistryView {
        registry,
        title: registry.title(),
        state,
        says,
        holder: subscription.map(|known| known.holder.clone()),
        expires_on: subscription.and_then(|known| known.expires_on),
        version_date: manifest.map(|manifest| manifest.version_date),
        obtained_on: manifest.map(|manifest| manifest.obtained_on),
        age_days: manifest.map(age),
        valid_until: manifest.map(Manifest::valid_until),
        numbers: manifest.map(|manifest| manifest.numbers),
        area_codes: manifest.and_then(|manifest| manifest.covers.as_ref().map(std::collections::BTreeSet::len)),
    }
}

/// Which lists numbers are screened against, from what is loaded (claim 173).
pub(crate) fn coverage(registries: &[RegistryView]) -> String {
    let usable = |view: &&RegistryView| matches!(view.state, RegistryState::Loaded | RegistryState::Stale);
    let names = |views: Vec<&RegistryView>| views.iter().map(|view| view.title).collect::<Vec<_>>().join(", ");
    let (loaded, missing): (Vec<_>, Vec<_>) = registries.iter().partition(usable);
    if loaded.is_empty() {
        return "Not configured: no Do-Not-Call list is loaded. Nothing is screened, and no number of the North American plan leaves in an export.".to_owned();
    }
    let mut text = format!("Numbers are screened against: {}.", names(loaded));
    if !missing.is_empty() {
        text = format!("{text} Not against: {}.", names(missing));
    }
    text + " Local lists of towns and counties are not covered."
}

/// A number as people type it, in E.164; numbers of the North American plan need no country code.
pub(crate) fn typed(text: &str) -> Option<String> {
    if let Some(number) = Number::read(text.as_bytes()) {
        return Some(number.e164());
    }
    let digits = text.trim().strip_prefix('+')?;
    let digits: String = digits.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')).collect();
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (is_number && !digits.starts_with(['0', '1'])).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests;
