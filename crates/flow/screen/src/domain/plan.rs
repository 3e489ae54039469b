//! Area codes: country, state and time zones.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono_tz::Tz;

/// What is known of one area code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// The state or territory of the United States (USPS letters); none for other countries and for toll-free numbers.
    pub region: Option<&'static str>,
    /// The time zones of all its prefixes; none for toll-free numbers.
    pub zones: Vec<Tz>,
}

/// The area codes of the North American plan that are in use.
#[derive(Debug)]
pub struct Plan {
    areas: BTreeMap<u16, Area>,
    regions: BTreeMap<&'static str, Vec<Tz>>,
}

static SHIPPED: LazyLock<Plan> = LazyLock::new(|| Plan::parse(include_str!("../../lists/area_codes.txt")));

impl Plan {
    /// The plan that comes with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    fn parse(text: &'static str) -> Self {
        let mut plan = Self { areas: BTreeMap::new(), regions: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut cells = line.split('|');
            let mut cell = || cells.next().unwrap_or_default();
            let (code, country, region, zones) = (cell(), cell(), cell(), cell());
            let Ok(code) = code.parse() else { continue };
            let zones: Vec<Tz> = zones.split(',').filter_map(|zone| zone.parse().ok()).collect();
            let region = (!region.is_empty()).then_some(region);
            if let Some(region) = region {
                let known = plan.regions.entry(region).or_default();
                known.extend(zones.iter().copied());
                known.sort_by_key(|zone| zone.name());
                known.dedup();
            }
            plan.areas.insert(code, Area { country, region, zones });
        }
        plan
    }

    /// What is known of an area code, if it is in use.
    #[must_use]
    pub fn area(&self, code: u16) -> Option<&Area> {
        self.areas.get(&code)
    }

    /// Every area code of the United States and its territories, toll-free codes included.
    pub fn codes_of_us(&self) -> impl Iterator<Item = u16> + '_ {
        self.areas.iter().filter(|(_, area)| area.country == "US").map(|(code, _)| *code)
    }

    /// The time zones of a state or territory.
    #[must_use]
    pub fn zones_of_region(&self, region: &str) -> &[Tz] {
        self.regions.get(region).map_or(&[], Vec::as_slice)
    }

    /// The time zones of all states and territories.
    pub fn every_zone(&self) -> impl Iterator<Item = Tz> + '_ {
        self.regions.values().flatten().copied()
    }

    /// A state or territory as addresses name it (`FL`, `US-FL`, `Florida`), in USPS letters.
    #[must_use]
    pub fn region_named(&self, text: &str) -> Option<&'static str> {
        let text = text.trim();
        let letters = text.strip_prefix("US-").or_else(|| text.strip_prefix("us-")).unwrap_or(text);
        let known = self.regions.keys().copied();
        known.into_iter().find(|region| region.eq_ignore_ascii_case(letters)).or_else(|| {
            let named = super::registry::STATES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
            named.map(|(letters, _)| *letters)
        })
    }
}

#[cfg(test)]
mod tests;
