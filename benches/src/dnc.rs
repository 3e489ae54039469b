//! Do-Not-Call: a whole federal list in memory and on disk, look-ups in it, and a change file beside them.
//!
//! The list is made as it is read, in no order, which is the worst that a file can be.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Args;
use plumb_screen::bits::{Edition, Kind, Load, Progress, Shelf};
use plumb_screen::domain::number::Number;
use plumb_screen::domain::plan::Plan;
use plumb_screen::domain::registry::Registry;
use plumb_screen::reader::{Columns, Form, Layout};

use crate::figure::{figure, percentile, say, title};
use crate::workbench::Scratch;

/// Area codes of the list.
const AREAS: usize = 335;
/// Look-ups of a round.
const LOOK_UPS: u64 = 20_000_000;
const ROUNDS: usize = 5;

/// How large it is measured.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct DncArgs {
    /// Numbers of the Do-Not-Call list
    #[arg(long, default_value_t = 240_000_000)]
    numbers: u64,
    /// Lines of the change file
    #[arg(long, default_value_t = 1_000_000)]
    changes: u64,
}

/// Loads, looks up, changes.
pub(crate) fn run(asked: &DncArgs) -> anyhow::Result<()> {
    title("Do-Not-Call");
    let scratch = Scratch::new("dnc")?;
    let shelf = Shelf::at(scratch.path());
    let codes: Vec<u16> = Plan::shipped().codes_of_us().take(AREAS).collect();

    let mut list = Lines { random: Random(1), codes: codes.clone(), left: asked.numbers, line: Vec::new(), at: 0 };
    let (cpu, wall) = (thread_cpu()?, Instant::now());
    let loaded = shelf.load(&load("full", day(1)?, Kind::Full), &mut list, &Progress::default())?;
    let numbers = loaded.manifest.numbers as f64 / 1e6;
    let cpu = thread_cpu()? - cpu;
    figure(format!("a whole list of {numbers:.0} M numbers, unsorted: CPU"), format!("{cpu:.1} s"), "");
    figure("  the same by the clock on the wall", format!("{:.1} s", wall.elapsed().as_secs_f64()), "");
    figure("  most memory while loading", format!("{:.0} MB", crate::proc::peak_mb(std::process::id())), "");

    let library = shelf.open(None)?;
    let edition = library.edition(Registry::Federal).context("the list is loaded")?;
    let cpu = thread_cpu()?;
    edition.warm()?;
    figure("reading and checking every file of it: CPU", format!("{:.2} s", thread_cpu()? - cpu), "");
    figure("  memory of the process then", format!("{:.0} MB", resident_mb()), "");

    let asked_about = questions(&codes, LOOK_UPS);
    let mut rates = Vec::new();
    let mut listed = 0;
    for _ in 0..ROUNDS {
        let (found, rate) = look_up(edition, &asked_about)?;
        (listed, rates) = (found, [rates, vec![rate]].concat());
    }
    let share = listed as f64 * 100.0 / asked_about.len() as f64;
    say(format_args!("  {share:.2} % of the numbers asked about are on it"));
    let rate = percentile(&rates, 0.5) / 1e6;
    figure("look-ups of random numbers, per second of CPU", format!("{rate:.1} M"), ">= 20 M");

    let changes = change_file(&codes, asked.changes);
    let columns = Columns { change: Some(2), ..Columns::default() };
    let form = Form { layout: Layout::Columns(columns), every: None };
    let asked_change = Load { form, ..load("change", day(2)?, Kind::Change { based_on: day(1)? }) };
    let (stop, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let (changed, cpu, wall) = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask_until(edition, &asked_about, &stop, &answered));
        let (cpu, wall) = (thread_cpu(), Instant::now());
        let changed = shelf.load(&asked_change, &mut Cursor::new(changes), &Progress::default());
        let (cpu, wall) = (thread_cpu().and_then(|after| Ok(after - cpu?)), wall.elapsed());
        stop.store(true, Ordering::Relaxed);
        let asked = asking.join().map_err(|_| anyhow::anyhow!("the thread of look-ups broke off"))?;
        asked.and(Ok((changed?, cpu?, wall)))
    })?;
    let lines = changed.counts.entries;
    figure(format!("a change file of {lines} lines: CPU"), format!("{cpu:.2} s"), "<= 2 s");
    figure("  the same by the clock on the wall, with fsync", format!("{:.2} s", wall.as_secs_f64()), "");
    let beside = answered.load(Ordering::Relaxed) as f64 / wall.as_secs_f64() / 1e6;
    figure("  look-ups meanwhile, by the clock on the wall", format!("{beside:.1} M/s"), "");
    let after = shelf.open(Some(&library))?;
    let now = after.edition(Registry::Federal).context("the list is loaded")?.manifest().numbers;
    say(format_args!(
        "  {} added, {} removed, {} without effect; {now} numbers now",
        changed.added, changed.removed, changed.without_effect
    ));
    Ok(())
}

fn day(n: u32) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 10, n).context("a day")
}

fn load(version: &str, day: NaiveDate, kind: Kind) -> Load {
    Load {
        registry: Registry::Federal,
        kind,
        version: version.to_owned(),
        holder: "Example".to_owned(),
        version_date: day,
        obtained_on: day,
        today: day,
        form: Form::default(),
        covers_all: true,
        accept_unusual: false,
    }
}

/// xorshift64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Ten digits with one of the area codes.
    fn digits(&mut self, codes: &[u16]) -> u64 {
        let random = self.next();
        u64::from(codes[(random >> 40) as usize % codes.len()]) * 10_000_000 + 2_000_000 + random % 8_000_000
    }
}

/// A list that is made as it is read.
struct Lines {
    random: Random,
    codes: Vec<u16>,
    left: u64,
    line: Vec<u8>,
    at: usize,
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            self.line.clear();
            self.at = 0;
            for _ in 0..self.left.min(4_096) {
                let mut digits = self.random.digits(&self.codes);
                let mut line = *b"0000000000\n";
                for place in line[..10].iter_mut().rev() {
                    *place = b'0' + (digits % 10) as u8;
                    digits /= 10;
                }
                self.line.extend_from_slice(&line);
            }
            self.left -= self.left.min(4_096);
        }
        let bytes = into.len().min(self.line.len() - self.at);
        into[..bytes].copy_from_slice(&self.line[self.at..self.at + bytes]);
        self.at += bytes;
        Ok(bytes)
    }
}

impl Seek for Lines {
    /// The beginning is looked at once, and then read again from the start of what is in hand.
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        self.at = 0;
        Ok(0)
    }
}

fn questions(codes: &[u16], count: u64) -> Vec<Number> {
    let mut random = Random(7);
    let number = |digits: u64| Number::read(digits.to_string().as_bytes());
    (0..count).filter_map(|_| number(random.digits(codes))).collect()
}

/// Lines of which half add and half delete.
fn change_file(codes: &[u16], lines: u64) -> Vec<u8> {
    let mut random = Random(99);
    let line = |n: u64| format!("{},{}\n", random.digits(codes), if n.is_multiple_of(2) { "A" } else { "D" });
    (0..lines).map(line).collect::<String>().into_bytes()
}

/// How many are listed, and how many were asked about in a second of processor time.
fn look_up(edition: &Edition, numbers: &[Number]) -> anyhow::Result<(u64, f64)> {
    let cpu = thread_cpu()?;
    let mut listed = 0;
    for number in numbers {
        listed += u64::from(edition.lists(*number)?);
    }
    Ok((listed, numbers.len() as f64 / (thread_cpu()? - cpu)))
}

fn ask_until(edition: &Edition, numbers: &[Number], stop: &AtomicBool, answered: &AtomicU64) -> anyhow::Result<()> {
    for numbers in numbers.chunks(4_096).cycle() {
        for number in numbers {
            std::hint::black_box(edition.lists(*number)?);
        }
        answered.fetch_add(numbers.len() as u64, Ordering::Relaxed);
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(())
}

/// Processor time of this thread in seconds (proc(5): fields 14 and 15, in hundredths).
fn thread_cpu() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/stat")?;
    let fields: Vec<&str> = text.rsplit_once(')').context("a name")?.1.split_whitespace().collect();
    let ticks = |at: usize| -> anyhow::Result<u64> { Ok(fields.get(at).context("a field")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) as f64 / 100.0)
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}
