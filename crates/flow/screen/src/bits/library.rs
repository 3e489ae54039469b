//! The folder of one organisation's lists, and all of them open together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumb_base::Timestamp;

use super::edition::Edition;
use super::manifest::Manifest;
use super::{BitsError, LoadError, Loaded, Progress, load};
use crate::bits::Load;
use crate::domain::number::Number;
use crate::domain::plan::Plan;
use crate::domain::registry::Registry;
use crate::domain::standing::{Dnc, Outcome};
use crate::reader::Source;

/// The manifest in force.
pub(super) const CURRENT: &str = "current.json";

/// Where the lists of one holder of subscriptions lie. A list belongs to whoever obtained it: organisations share none
/// (claim 172: service providers use each seller's own subscription).
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The shelf in a folder, which need not be there yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// What is in force for a registry, if its list was ever loaded.
    ///
    /// # Errors
    /// When the manifest cannot be read.
    pub fn manifest(&self, registry: Registry) -> Result<Option<Manifest>, BitsError> {
        Manifest::current(&self.registry(registry))
    }

    /// Opens every list. What `before` has in memory and did not change since is shared.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn open(&self, before: Option<&Library>) -> Result<Library, BitsError> {
        let mut editions = BTreeMap::new();
        for registry in Registry::ALL {
            let Some(manifest) = self.manifest(*registry)? else { continue };
            let known = before.and_then(|before| before.editions.get(registry));
            let edition = match known {
                Some(known) if *known.manifest() == manifest => Arc::clone(known),
                known => {
                    let folder = self.registry(*registry).join(&manifest.version);
                    Arc::new(Edition::new(manifest, folder, known.map(Arc::as_ref)))
                }
            };
            editions.insert(*registry, edition);
        }
        Ok(Library { editions })
    }

    /// Loads a version from a file and puts it in force, or changes nothing.
    ///
    /// # Errors
    /// Why the file was refused, or what went wrong. The version in force stays as it is.
    pub fn load(&self, asked: &Load, source: &mut dyn Source, progress: &Progress) -> Result<Loaded, LoadError> {
        load::load(&self.registry(asked.registry), asked, source, progress)
    }

    fn registry(&self, registry: Registry) -> PathBuf {
        self.folder.join(registry.as_str())
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Every list of a shelf, open. Cheap to clone; each clone keeps its versions whatever is loaded meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Library {
    editions: BTreeMap<Registry, Arc<Edition>>,
}

impl Library {
    /// The open versions, by registry.
    pub fn editions(&self) -> impl Iterator<Item = &Edition> {
        self.editions.values().map(Arc::as_ref)
    }

    /// The open version of one registry.
    #[must_use]
    pub fn edition(&self, registry: Registry) -> Option<&Edition> {
        self.editions.get(&registry).map(Arc::as_ref)
    }

    /// Without the registries that `keep` says no to, such as those whose subscription has run out.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(Registry) -> bool) -> Self {
        self.editions.retain(|registry, _| keep(*registry));
        self
    }

    /// Screens one number in E.164 form, at the address's state if there is one (USPS letters, ISO 3166-2 or name).
    ///
    /// A list is asked when the area code or the address is in its state. `clear` needs the federal list, that it covers
    /// the area code, and that no list that was asked is too old; without the federal list the answer is
    /// `not_configured`, never `clear`.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn screen(&self, e164: &str, address_region: Option<&str>, at: Timestamp) -> Result<Outcome, BitsError> {
        if !e164.starts_with("+1") {
            return Ok(Outcome::of(Dnc::NotUs));
        }
        let plan = Plan::shipped();
        let placed = Number::of_e164(e164).and_then(|number| Some((number, plan.area(number.area())?)));
        let Some((number, area)) = placed else { return Ok(Outcome::of(Dnc::NotScreened)) };
        if area.country != "US" {
            return Ok(Outcome::of(Dnc::NotUs));
        }
        let address_region = address_region.and_then(|region| plan.region_named(region));
        let mut outcome = Outcome::of(Dnc::NotConfigured);
        let (mut covered, mut fresh) = (true, true);
        for registry in Registry::ALL.iter().filter(|registry| registry.applies(area.region, address_region)) {
            let Some(edition) = self.editions.get(registry) else {
                outcome.missing.push(*registry);
                continue;
            };
            let manifest = edition.manifest();
            if edition.lists(number)? {
                outcome.listed_by.push(*registry);
            }
            outcome.asked.push(*registry);
            covered &= manifest.covers(number.area());
            let until = manifest.valid_until();
            fresh &= at < until;
            outcome.version_date = outcome.version_date.into_iter().chain([manifest.version_date]).min();
            outcome.valid_until = outcome.valid_until.into_iter().chain([until]).min();
        }
        outcome.dnc = match () {
            () if !outcome.listed_by.is_empty() => Dnc::Listed,
            () if !outcome.asked.contains(&Registry::Federal) => Dnc::NotConfigured,
            () if !covered => Dnc::NotScreened,
            () if !fresh => Dnc::Stale,
            () => Dnc::Clear,
        };
        Ok(outcome)
    }
}
