//! The whole of it: rows in, people out.

use std::num::NonZeroUsize;

use crate::block;
use crate::cluster::{self, Edge, Groups};
use crate::compare::{Level, Names};
use crate::employer;
use crate::judge::{About, Detail, Judge, NameFit, Piece};
use crate::kind::Kind;
use crate::learn;
use crate::log::{self, BIT};
use crate::table::Table;
use crate::weigh::{self, Tally};

/// With two lists: whether a person has one row in each at the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OneToOne {
    /// Where the lists themselves show it: hardly a row of either is repeated in its own list. Rows of one list that are
    /// the same beyond doubt are linked all the same.
    #[default]
    Auto,
    /// Always.
    Yes,
    /// Never.
    No,
}

/// How to link. The defaults need no expert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Odds from which on two rows are one person, as a logarithm in hundredths of a bit.
    pub same_at: i32,
    /// Odds from which on somebody should look at a pair, likewise.
    pub possible_at: i32,
    /// Pairs for people to look at, at the most; the likeliest are kept.
    pub possible_max: usize,
    /// Rows of one cluster above which all its links go to the review too.
    pub cluster_rows_max: u32,
    /// With two lists: link rows of different lists only.
    pub cross_only: bool,
    /// With two lists: whether a person has one row in each at the most.
    pub one_to_one: OneToOne,
    /// Records that the rows were picked from, where they are a part of something larger (candidates out of a database):
    /// rarity is judged against it.
    pub population: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            same_at: 75,
            possible_at: -200,
            possible_max: 100_000,
            cluster_rows_max: 50,
            cross_only: false,
            one_to_one: OneToOne::Auto,
            population: None,
        }
    }
}

/// Two rows that are, or may be, one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The smaller row number.
    pub a: u32,
    /// The larger row number.
    pub b: u32,
    /// Odds that they are one person, as a logarithm in hundredths of a bit.
    pub weight: i32,
}

impl Link {
    /// The chance that they are one person, in per cent.
    #[must_use]
    pub fn confidence(&self) -> u8 {
        log::chance(self.weight)
    }
}

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Given names, family names and so on: a column of this kind.
    Kind(Kind),
    /// Given and family name stand the other way round.
    NamesTurned,
    /// `Sr` and `Jr`, `II` and `III`.
    Generation,
    /// The part of an e-mail address before the at sign.
    MailboxName,
}

/// How well two values go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// The same.
    Same,
    /// The same but for a slip of the fingers.
    Typo,
    /// Another way of saying it: a nickname, an initial, an abbreviation.
    Variant,
    /// Alike, no more.
    Alike,
    /// Not the same.
    Different,
}

/// One reason for or against a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it is about.
    pub code: Code,
    /// How well the values go together.
    pub agreement: Agreement,
    /// What it is worth on its own, in hundredths of a bit. What hangs together (company, domain, address) counts less
    /// than the sum.
    pub weight: i32,
}

/// What was done, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows in.
    pub rows: u32,
    /// People with more than one row.
    pub clusters: u32,
    /// Rows about somebody who was there before.
    pub repeated_rows: u32,
    /// Pairs of rows that were compared.
    pub pairs_compared: u64,
    /// Keys that so many rows share that only neighbours among them were compared.
    pub blocks_thinned: u64,
    /// Clusters of more rows than the options expect.
    pub clusters_large: u32,
    /// Two lists were linked row by row: no person has two rows of one list.
    pub one_to_one: bool,
    /// Pairs that somebody should look at, before the list was cut to its longest length.
    pub possible_pairs: u64,
}

/// Collects rows.
pub struct Linker {
    options: Options,
    table: Table,
}

/// Which rows are one person.
pub struct Linked {
    /// For each row the smallest row of its cluster.
    pub cluster: Vec<u32>,
    /// For each row how sure its cluster is, in per cent: the weakest link that holds it together; 100 for a row alone.
    pub confidence: Vec<u8>,
    /// The links that hold clusters together, strongest first.
    pub links: Vec<Link>,
    /// Pairs for a person to look at, likeliest first.
    pub possible: Vec<Link>,
    /// What was done.
    pub report: Report,
    judge: Judge,
}

impl Linker {
    /// Starts with no rows. `columns` says what each column is about; those without a kind are not looked at.
    #[must_use]
    pub fn new(columns: &[Option<Kind>], options: Options) -> Self {
        Self { options, table: Table::new(columns) }
    }

    /// Adds a row of the list. Cells beyond the columns are ignored, missing ones count as empty.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        self.table.push(cells);
    }

    /// All further rows belong to a second list.
    pub fn second_list(&mut self) {
        self.table.second_from = Some(self.table.rows());
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.table.rows()
    }

    /// Finds out which rows are one person. The number of threads changes nothing but the time.
    #[must_use]
    pub fn run(self, threads: NonZeroUsize) -> Linked {
        let Self { options, mut table } = self;
        table.close();
        employer::find_common_words(&mut table);
        employer::fill_domains(&mut table);
        let second_from = table.second_from;
        if !options.cross_only {
            table.second_from = None;
        }
        let rows = table.rows();
        let hashes = table.content_hashes();
        let names = Names::new(&table.names, rows);
        let people = learn::people(&table, &names, &hashes);
        let at_work = table.names_employers;
        let found = block::pairs(&table, &names, at_work);
        let rows_log = log::log2(u64::from(rows));
        let larger = options.population.map_or(0, |all| (log::log2(all) - rows_log).max(0));
        let untaught = |what| weigh::habit_of(what).weights(&Tally::default(), &Tally::default());
        let mut judge = Judge {
            names,
            first: weigh::FIRST.weights(&Tally::default(), &Tally::default()),
            last: weigh::LAST.weights(&Tally::default(), &Tally::default()),
            fields: table.fields.iter().map(|field| untaught(field.what)).collect(),
            people,
            prior: learn::prior(&table, u64::from(rows) / 3),
            rows_log,
            larger,
            at_work,
            families: false,
            table,
        };
        learn::learn(&mut judge, &found.pairs, &hashes);
        judge.prior -= larger;
        let edges = judge_all(&judge, &found.pairs, options.possible_at, threads);
        let mut linked = gather(judge, &options, edges, &hashes, second_from);
        linked.report.rows = rows;
        linked.report.pairs_compared = found.pairs.len() as u64;
        linked.report.blocks_thinned = found.blocks_thinned;
        linked
    }
}

impl Linked {
    /// Why two rows are, or are not, one person: what agrees and what does not, the name first.
    #[must_use]
    pub fn evidence(&self, a: u32, b: u32) -> Vec<Evidence> {
        let mut detail = Detail::new();
        self.judge.look(a, b, &mut detail);
        detail.pieces.iter().map(|piece| evidence(&self.judge, *piece)).collect()
    }

    /// The odds that two rows are one person, taken by themselves, as a logarithm in hundredths of a bit.
    #[must_use]
    pub fn weight(&self, a: u32, b: u32) -> i32 {
        let mut detail = Detail::new();
        self.judge.look(a, b, &mut detail);
        decide(&self.judge, &detail, self.judge.sum(&detail, None))
    }
}

fn evidence(judge: &Judge, piece: Piece) -> Evidence {
    let code = match piece.about {
        About::First => Code::Kind(Kind::FirstName),
        About::Last => Code::Kind(Kind::LastName),
        About::Middle => Code::Kind(Kind::MiddleName),
        About::Generation => Code::Generation,
        About::Turned => Code::NamesTurned,
        About::Field(at) => judge.table.fields[at].what.code(),
    };
    let agreement = match piece.level {
        Level::Same => Agreement::Same,
        Level::Typo => Agreement::Typo,
        Level::Variant => Agreement::Variant,
        Level::Alike => Agreement::Alike,
        Level::Other => Agreement::Different,
    };
    Evidence { code, agreement, weight: piece.weight }
}

/// Repeated rows inside the lists, for a hundred people who are in both, up to which the lists are without repetitions.
const REPEATED_MAX: u64 = 2;
/// People in both lists from which on that can be said.
const IN_BOTH_MIN: u64 = 50;
/// Odds from which on two rows of one list are one person even where its rows are hardly ever repeated.
const REPEATED_AT: i32 = 12 * BIT;

/// Rows put together, and what holds them.
struct Gathered {
    groups: Groups,
    links: Vec<Link>,
    possible: Vec<Link>,
}

/// Puts rows together, strongest edges first. With `apart`, the first row of a second list and a weight, no group gets two
/// rows of one list unless their own edge has that weight.
fn put_together(judge: &Judge, same_at: i32, edges: &[Edge], hashes: &[u64], apart: Option<(u32, i32)>) -> Gathered {
    let mut groups = Groups::new(judge.table.rows());
    let (mut links, mut possible) = (Vec::new(), Vec::new());
    let mut detail = Detail::new();
    // By group, which lists it has rows of.
    let mut lists: Vec<u8> = match apart {
        Some((from, _)) => (0..judge.table.rows()).map(|row| if row < from { 1 } else { 2 }).collect(),
        None => Vec::new(),
    };
    for edge in edges {
        let (a, b) = (groups.of(edge.a), groups.of(edge.b));
        if a == b {
            continue;
        }
        let link = Link { a: edge.a, b: edge.b, weight: edge.weight };
        let taken = apart.is_some_and(|(from, repeated_at)| {
            let in_one = (edge.a < from) == (edge.b < from);
            lists[a as usize] & lists[b as usize] != 0 && !(in_one && edge.weight >= repeated_at)
        });
        let alone = groups.size(a) + groups.size(b) == 2;
        let joins = edge.weight >= same_at
            && !taken
            && (alone || cluster::agree(judge, hashes, &mut groups.members(a), &mut groups.members(b), &mut detail));
        if joins {
            groups.join(a, b);
            if apart.is_some() {
                let both = lists[a as usize] | lists[b as usize];
                (lists[a as usize], lists[b as usize]) = (both, both);
            }
            links.push(link);
        } else {
            possible.push(link);
        }
    }
    possible.retain(|link| groups.of(link.a) != groups.of(link.b));
    Gathered { groups, links, possible }
}

/// Whether hardly a row of two lists is repeated inside its list, by the rows that are one person beyond doubt.
fn are_without_repetitions(mut groups: Groups, rows: u32, from: u32) -> bool {
    let mut of: Vec<[u32; 2]> = vec![[0; 2]; rows as usize];
    for row in 0..rows {
        of[groups.of(row) as usize][usize::from(row >= from)] += 1;
    }
    let in_both = of.iter().filter(|of| of[0] > 0 && of[1] > 0).count() as u64;
    let repeated: u64 = of.iter().flatten().map(|count| u64::from(count.saturating_sub(1))).sum();
    in_both >= IN_BOTH_MIN && repeated * 100 <= in_both * REPEATED_MAX
}

fn gather(judge: Judge, options: &Options, mut edges: Vec<Edge>, hashes: &[u64], second_from: Option<u32>) -> Linked {
    let rows = judge.table.rows();
    edges.sort_unstable_by_key(|edge| {
        let (x, y) = (hashes[edge.a as usize], hashes[edge.b as usize]);
        (std::cmp::Reverse(edge.weight), x.min(y), x.max(y), edge.a, edge.b)
    });
    let together = |same_at, apart| put_together(&judge, same_at, &edges, hashes, apart);
    let repeated_at = REPEATED_AT.max(options.same_at);
    let apart = second_from.and_then(|from| match options.one_to_one {
        OneToOne::Yes => Some((from, i32::MAX)),
        OneToOne::Auto => {
            let sure = together(repeated_at, None);
            are_without_repetitions(sure.groups, rows, from).then_some((from, repeated_at))
        }
        OneToOne::No => None,
    });
    let gathered = together(options.same_at, apart);
    let one_to_one = apart.is_some();
    let Gathered { mut groups, links, mut possible } = gathered;
    drop(edges);
    // What holds together more rows than one person should have is looked at too.
    possible.extend(links.iter().filter(|link| {
        let group = groups.of(link.a);
        groups.size(group) > options.cluster_rows_max
    }));
    possible.sort_by_key(|link| std::cmp::Reverse(link.weight));
    let mut report = Report { one_to_one, possible_pairs: possible.len() as u64, ..Report::default() };
    possible.truncate(options.possible_max);
    let mut smallest: Vec<u32> = (0..rows).collect();
    let mut weakest: Vec<u8> = vec![100; rows as usize];
    for row in (0..rows).rev() {
        smallest[groups.of(row) as usize] = row;
    }
    for link in &links {
        let group = groups.of(link.a) as usize;
        weakest[group] = weakest[group].min(link.confidence());
    }
    let mut cluster = Vec::with_capacity(rows as usize);
    let mut confidence = Vec::with_capacity(rows as usize);
    for row in 0..rows {
        let group = groups.of(row);
        cluster.push(smallest[group as usize]);
        confidence.push(weakest[group as usize]);
        let size = groups.size(group);
        if smallest[group as usize] == row && size > 1 {
            report.clusters += 1;
            report.repeated_rows += size - 1;
            report.clusters_large += u32::from(size > options.cluster_rows_max);
        }
    }
    Linked { cluster, confidence, links, possible, report, judge }
}

/// Weighs every pair and keeps those that may be one person, in the order of the pairs.
fn judge_all(judge: &Judge, pairs: &[u64], least: i32, threads: NonZeroUsize) -> Vec<Edge> {
    let some = |pairs: &[u64]| {
        let mut detail = Detail::new();
        let mut edges = Vec::new();
        for pair in pairs {
            let (a, b) = ((pair >> 32) as u32, *pair as u32);
            judge.look(a, b, &mut detail);
            let weight = decide(judge, &detail, judge.sum(&detail, None));
            if weight >= least {
                edges.push(Edge { a, b, weight });
            }
        }
        edges
    };
    let share = pairs.len().div_ceil(threads.get()).max(1);
    if threads.get() == 1 || pairs.len() < 10_000 {
        return some(pairs);
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = pairs.chunks(share).map(|pairs| scope.spawn(move || some(pairs))).collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Names that cannot be one person's are no link, whatever else agrees, unless something does that belongs to one person,
/// and then only with much to spare; at work, another family name needs something personal too.
fn decide(judge: &Judge, detail: &Detail, weight: i32) -> i32 {
    match detail.name {
        // Twins share a date of birth, and all the rest.
        NameFit::OtherFirst if !detail.personal || (judge.families && !detail.identified) => weight.min(-10 * BIT),
        NameFit::OtherFirst => weight - BIT,
        NameFit::OtherLast if judge.at_work && !detail.personal => weight.min(-10 * BIT),
        // Father and son share a name, an address and often a mailbox.
        _ if detail.generations && !detail.identified => weight.min(-10 * BIT),
        _ if detail.namesakes && !detail.personal => weight.min(-BIT),
        _ => weight,
    }
}

#[cfg(test)]
mod tests;
