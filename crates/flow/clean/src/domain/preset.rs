//! Exports of common products, recognised by their headers.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fold;
use super::lists;
use super::mapping::Field;

const PRESETS: &str = include_str!("../../lists/presets.txt");

/// A product whose export a list seems to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preset {
    /// The stable name: `hubspot`, `apollo`, `clay`, `salesforce`, `instantly`.
    pub code: String,
    /// The product's name.
    pub name: String,
    /// The folded headers of each field, the best first.
    #[serde(skip)]
    fields: Vec<(Field, Vec<String>)>,
}

impl Preset {
    /// Every preset, in order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        rules().map(|rule| rule.preset).collect()
    }

    /// The preset of a stable name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().into_iter().find(|preset| preset.code == code)
    }

    /// The product whose export has these headers: the one with most of its own among them.
    pub(crate) fn of(headers: &[String]) -> Option<Self> {
        let there: BTreeSet<String> = headers.iter().map(|header| fold::solid(header)).collect();
        let has = |header: &&str| there.contains(*header);
        let fits = |rule: &Rule| {
            let more = rule.some.iter().filter(|header| has(header)).count();
            (rule.all.iter().all(has) && more >= rule.least).then_some(more)
        };
        let mut best: Option<(usize, Self)> = None;
        for rule in rules() {
            if let Some(more) = fits(&rule)
                && best.as_ref().is_none_or(|(most, _)| more > *most)
            {
                best = Some((more, rule.preset));
            }
        }
        best.map(|(_, preset)| preset)
    }

    /// What the column at `index` is about in this export.
    pub(crate) fn field(&self, headers: &[String], index: usize) -> Option<Field> {
        let at = |wanted: &String| headers.iter().position(|header| fold::solid(header) == *wanted);
        let column = |names: &[String]| names.iter().find_map(at);
        self.fields.iter().find(|(_, names)| column(names) == Some(index)).map(|(field, _)| *field)
    }
}

/// How an export is recognised.
struct Rule {
    preset: Preset,
    all: Vec<&'static str>,
    least: usize,
    some: Vec<&'static str>,
}

fn rules() -> impl Iterator<Item = Rule> {
    lists::rows(PRESETS).filter_map(|mut row| {
        let (code, name) = (row.next()?.to_owned(), row.next()?.to_owned());
        let (all, least, some) = (row.next()?.split(' '), row.next()?.parse().ok()?, row.next()?.split(' '));
        let fields = row.next()?.split(' ').filter_map(|pair| {
            let (field, names) = pair.split_once('=')?;
            Some((Field::from_code(field)?, names.split(',').map(str::to_owned).collect()))
        });
        let preset = Preset { code, name, fields: fields.collect() };
        Some(Rule { preset, all: all.collect(), least, some: some.collect() })
    })
}

#[cfg(test)]
mod tests;
