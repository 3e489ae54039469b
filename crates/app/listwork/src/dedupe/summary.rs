//! What was found, for programs and people.

use std::collections::BTreeMap;

use plumb_base::Timestamp;
use plumb_link::{Agreement, Link, Report};
use plumb_table::Fault;
use plumb_table::input::Fingerprint;
use serde_json::{Map, Value, json};

use super::evidence;
use super::options::Options;
use super::people::{People, sheet_row};
use super::plan::Plan;
use super::rows::Stored;
use super::write::{Book, read};
use crate::error::ListError;
use crate::mask::mask;
use crate::place::Place;
use crate::source::Layout;

/// Sizes of clusters that are counted apart; the last one is for all that are larger.
const SIZES: usize = 6;
/// Links that are shown, at the most.
const EXAMPLES_MAX: usize = 8;

/// What was found.
#[derive(Debug)]
pub struct Summary {
    /// Name of the output.
    pub output: Option<String>,
    /// What was done.
    pub plan: Plan,
    /// What each list was: whoever has it can tell that this is about it.
    pub fingerprints: Vec<Fingerprint>,
    /// Rows of each list.
    pub rows: Vec<u64>,
    /// People: clusters, those of one row too.
    pub people: u64,
    /// Rows of the largest cluster.
    pub largest: u64,
    /// With two lists: people with rows in both.
    pub in_both: u64,
    /// Clusters by their rows: 1, 2, … and the rest.
    pub sizes: [u64; SIZES],
    /// Clusters of two rows or more by their confidence: 0–9, 10–19, … 90–100.
    pub confidences: [u64; 10],
    /// What the links rest on, or stand against: how many of them.
    pub evidence: BTreeMap<(&'static str, &'static str), u64>,
    /// What the linker says of itself.
    pub linkage: Report,
    /// How sure it had to be, where somebody said so.
    pub threshold: Option<f64>,
    /// Rows that could not be read: list, number in it, reason. Some of them.
    pub unreadable: Vec<(usize, u64, Fault)>,
    /// How many there are of those.
    pub rows_unreadable: u64,
    /// The least sure links, with masked values.
    pub weakest: Vec<Example>,
    /// The surest pairs that were not linked.
    pub likeliest: Vec<Example>,
    /// Version of the program.
    pub product_version: &'static str,
    /// When it was done.
    pub made_at: Timestamp,
}

/// Two rows of which it was asked whether they are one person, with masked values.
#[derive(Debug)]
pub struct Example {
    /// The rows, as a spreadsheet counts those of the output.
    pub rows: [u64; 2],
    /// In per cent.
    pub confidence: u8,
    /// What is compared, in words.
    pub evidence: String,
    /// The cells of each row that are looked at, masked.
    pub cells: [String; 2],
}

impl Summary {
    pub(crate) fn of(
        options: &Options,
        book: &Book<'_>,
        stored: &Stored,
        fingerprints: Vec<Fingerprint>,
        unreadable: Vec<(usize, u64, Fault)>,
        rows_unreadable: u64,
    ) -> Result<Self, ListError> {
        let people = book.people;
        let all = stored.len() as u64;
        let first = book.second_from.map_or(all, u64::from);
        let rows = if book.plan.layouts.len() > 1 { vec![first, all - first] } else { vec![all] };
        let (mut sizes, mut confidences, mut largest, mut in_both) = ([0; SIZES], [0; 10], 0, 0);
        for cluster in 1..=people.clusters() {
            let members = people.members(cluster);
            sizes[members.len().min(SIZES) - 1] += 1;
            largest = largest.max(members.len() as u64);
            if members.len() > 1 {
                confidences[usize::from(people.confidence(members[0]) / 10).min(9)] += 1;
                let lists = [members[0], members[members.len() - 1]].map(|row| book.list_of(row));
                in_both += u64::from(lists[0] != lists[1]);
            }
        }
        let mut evidence: BTreeMap<_, u64> = BTreeMap::new();
        for link in &people.linked.links {
            for piece in people.linked.evidence(link.a, link.b) {
                *evidence.entry((evidence::about(piece.code), evidence::how(piece.agreement))).or_default() += 1;
            }
        }
        let examples = |links: &mut dyn Iterator<Item = &Link>| -> Result<Vec<Example>, ListError> {
            links.take(EXAMPLES_MAX).map(|link| example(book, stored, *link)).collect()
        };
        Ok(Self {
            output: options.list.output.as_ref().map(Place::name),
            plan: book.plan.clone(),
            fingerprints,
            rows,
            people: u64::from(people.clusters()),
            largest,
            in_both,
            sizes,
            confidences,
            evidence,
            linkage: people.linked.report,
            threshold: options.threshold.map(super::Threshold::percent),
            unreadable,
            rows_unreadable,
            weakest: examples(&mut people.linked.links.iter().rev())?,
            likeliest: examples(&mut people.linked.possible.iter())?,
            product_version: env!("CARGO_PKG_VERSION"),
            made_at: options.list.now,
        })
    }

    /// Rows of all lists.
    #[must_use]
    pub fn rows_all(&self) -> u64 {
        self.rows.iter().sum()
    }

    /// Rows about somebody who was there before.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        self.rows_all() - self.people
    }

    /// As JSON. Counts and the names of columns; no values of the lists.
    #[must_use]
    pub fn json(&self) -> Value {
        let inputs = self.plan.layouts.iter().zip(&self.rows).enumerate().map(|(n, (layout, rows))| {
            let mut input = layout_json(layout);
            input["rows"] = json!(rows);
            if let Some(fingerprint) = self.fingerprints.get(n) {
                input["bytes"] = json!(fingerprint.bytes);
                input["xxh3_128"] = json!(format!("{:032x}", fingerprint.hash));
            }
            input
        });
        let mut evidence = Map::new();
        for ((about, how), links) in &self.evidence {
            evidence.entry((*about).to_owned()).or_insert_with(|| json!({}))[*how] = json!(links);
        }
        json!({
            "inputs": inputs.collect::<Vec<_>>(),
            "output": self.output,
            "columns": self.plan.columns,
            "columns_replaced": self.plan.replaced,
            "rows": self.rows_all(),
            "rows_unreadable": self.rows_unreadable,
            "people": self.people,
            "rows_repeated": self.repeated(),
            "clusters": self.linkage.clusters,
            "clusters_in_both": self.in_both,
            "one_to_one": self.linkage.one_to_one,
            "largest_cluster": self.largest,
            "cluster_sizes": self.sizes,
            "confidence_tens": self.confidences,
            "evidence": evidence,
            "possible_pairs": self.linkage.possible_pairs,
            "pairs_compared": self.linkage.pairs_compared,
            "blocks_thinned": self.linkage.blocks_thinned,
            "clusters_large": self.linkage.clusters_large,
            "threshold": self.threshold,
            "unreadable": self.unreadable.iter()
                .map(|(list, row, fault)| json!({ "list": list + 1, "row": row, "reason": fault.code() }))
                .collect::<Vec<_>>(),
            "version": self.product_version,
        })
    }
}

/// The layout of a list as JSON, with its name.
#[must_use]
pub fn layout_json(layout: &Layout) -> Value {
    let mut json = layout.json();
    json["file"] = json!(layout.name);
    json
}

fn example(book: &Book<'_>, stored: &Stored, link: Link) -> Result<Example, ListError> {
    let folder = book.options.list.spool_folder();
    let mut text = Vec::new();
    for row in [link.a, link.b] {
        stored.get(row, &mut text).map_err(ListError::io("cannot hold the rows on their way", &folder))?;
        text.push(b'\n');
    }
    let columns = &book.plan.columns;
    let mut batch = plumb_table::Batch::default();
    let cells = read(&mut batch, text, book.delimiter(), columns.len());
    let masked = |row: usize| {
        let looked_at = columns.iter().enumerate().filter(|(_, column)| column.kind.is_some());
        let cells = looked_at.filter_map(|(at, _)| cells.row(row).get(at)).map(str::trim);
        cells.filter(|cell| !cell.is_empty()).map(mask).collect::<Vec<_>>().join(" · ")
    };
    let pieces = book.people.linked.evidence(link.a, link.b);
    let pieces: Vec<_> = pieces.into_iter().filter(|piece| piece.agreement != Agreement::Different).collect();
    let mut evidence = String::new();
    evidence::words(&pieces, &mut evidence);
    Ok(Example {
        rows: [sheet_row(link.a), sheet_row(link.b)],
        confidence: link.confidence(),
        evidence,
        cells: [masked(0), masked(1)],
    })
}

/// What the linker says of a part of the lists, for a dry run.
pub(crate) fn of_people(people: &People) -> (u64, Report) {
    (u64::from(people.clusters()), people.linked.report)
}
