//! A list without a database: every address asked once, answers in the order of the list, and memory that grows with
//! what is under way, not with the list.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use plumb_base::{OrgId, random};
use plumb_egress::{CallContext, Egress, EgressError};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cascade::{Lists, PURPOSE, Request, check_group, fresh_control_local};
use crate::config::VerifyConfig;
use crate::domain::retry::RetrySchedule;
use crate::domain::verdict::{Outcome, Verdict, expires_at};

mod lanes;
mod repeats;
#[cfg(test)]
mod tests;

use lanes::Lanes;
pub use repeats::Repeats;
use repeats::mailbox;

/// Most addresses between the first that has no answer yet and the last that was read.
const WINDOW: usize = 16 * 1024;
/// Most attempts for one address while its server asks to come back.
const ATTEMPTS_MAX: u16 = 4096;
/// The first pause of an address for which egress had no turn.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
/// Added to a time that the server named, and by as much it may go past the wait: its clock and ours need not agree.
const NAMED_MARGIN: Duration = Duration::from_secs(1);

/// Addresses of one domain that are asked about over one connection, at servers of one's own. At other people's each
/// goes by itself: many refused recipients over one connection look like a search for addresses.
const GROUP_MAX: usize = 50;
/// Fewer than this many waiting addresses of a domain are asked about one by one.
const GROUP_WORTH: usize = 8;

/// How a list is worked off.
#[derive(Clone, Debug)]
pub struct ListRun {
    /// Questions that are under way at once: an address, or a few of one domain over one connection.
    pub concurrency: usize,
    /// Of those, at most this many at one domain.
    pub per_domain: usize,
    /// How long an address is asked again whose server asked to come back (greylisting and other temporary answers).
    /// Always with the same sender, recipient and control address: a new one would be greylisted afresh.
    pub wait_greylist: Duration,
    /// The pause before the second attempt; each further pause is twice as long. Where the server named a time, that
    /// is waited for instead.
    pub pause: Duration,
    /// Longest pause.
    pub pause_max: Duration,
}

/// Verifies a list. Each answer is handed to `emit` with the address as it stands in the list, in the order of the
/// list, as soon as all before it are there; `emit` may end the run. An address that comes again is not asked again:
/// `repeats` has counted the list beforehand.
///
/// The answers have no `retry_at`: nobody waits here to ask again.
///
/// # Errors
/// When egress itself would not go out. What servers do wrong is in the answers.
pub async fn verify_list(
    egress: &Egress,
    config: &VerifyConfig,
    run: &ListRun,
    repeats: Repeats,
    mut addresses: impl Iterator<Item = String>,
    lists: impl Fn(&str) -> Lists,
    mut emit: impl FnMut(&str, &Outcome) -> ControlFlow<()>,
) -> Result<(), EgressError> {
    let mut order = Order { repeats, slots: VecDeque::new(), front: 0, shared: HashMap::new() };
    let mut asking = Asking::new(egress, config, run);
    let mut is_read = false;
    loop {
        while !is_read && order.slots.len() < WINDOW {
            let Some(address) = addresses.next() else {
                is_read = true;
                break;
            };
            if let Some(at) = order.add(&address) {
                let lists = lists(&address);
                asking.add(Item::new(at, address, lists));
            }
        }
        asking.start();
        while let Some((address, outcome)) = order.next() {
            if emit(&address, &outcome).is_break() {
                return Ok(());
            }
        }
        if order.slots.is_empty() {
            if is_read {
                return Ok(());
            }
        } else {
            for (at, outcome) in asking.wait().await? {
                order.answer(at, outcome);
            }
        }
    }
}

/// The addresses that were read and not yet handed out, in order.
struct Order {
    repeats: Repeats,
    slots: VecDeque<Slot>,
    /// The position in the list of the first slot.
    front: u64,
    /// Answers that come again later in the list.
    shared: HashMap<u128, Shared>,
}

struct Slot {
    address: String,
    outcome: Option<Arc<Outcome>>,
    /// Its mailbox, where that comes more than once.
    shares: Option<u128>,
}

struct Shared {
    left: u32,
    outcome: Option<Arc<Outcome>>,
}

impl Order {
    /// Takes the next address; its position when it is to be asked about.
    fn add(&mut self, address: &str) -> Option<u64> {
        let mailbox = mailbox(address, &self.repeats);
        let times = self.repeats.times(mailbox);
        let (shares, is_first) = if times > 1 {
            let is_first = !self.shared.contains_key(&mailbox);
            self.shared.entry(mailbox).or_insert(Shared { left: times, outcome: None });
            (Some(mailbox), is_first)
        } else {
            (None, true)
        };
        self.slots.push_back(Slot { address: address.to_owned(), outcome: None, shares });
        is_first.then_some(self.front + self.slots.len() as u64 - 1)
    }

    fn answer(&mut self, at: u64, outcome: Outcome) {
        let slot = at.checked_sub(self.front).and_then(|index| self.slots.get_mut(index as usize));
        let Some(slot) = slot else { return };
        let outcome = Arc::new(outcome);
        if let Some(shared) = slot.shares.and_then(|mailbox| self.shared.get_mut(&mailbox)) {
            shared.outcome = Some(Arc::clone(&outcome));
        }
        slot.outcome = Some(outcome);
    }

    /// The next address with its answer, if that is there.
    fn next(&mut self) -> Option<(String, Arc<Outcome>)> {
        let slot = self.slots.front()?;
        let outcome = match (&slot.outcome, slot.shares) {
            (Some(outcome), _) => Arc::clone(outcome),
            (None, Some(mailbox)) => Arc::clone(self.shared.get(&mailbox)?.outcome.as_ref()?),
            (None, None) => return None,
        };
        let slot = self.slots.pop_front()?;
        self.front += 1;
        if let Some(mailbox) = slot.shares
            && let Some(shared) = self.shared.get_mut(&mailbox)
        {
            shared.left -= 1;
            if shared.left == 0 {
                self.shared.remove(&mailbox);
            }
        }
        Some((slot.address, outcome))
    }
}

/// One address that is asked about.
struct Item {
    at: u64,
    address: String,
    lists: Lists,
    control_local: String,
    attempts: u16,
    /// How often in a row there was no turn for it.
    refused: u32,
    first_asked: Option<Instant>,
}

impl Item {
    fn new(at: u64, address: String, lists: Lists) -> Self {
        Self { at, address, lists, control_local: fresh_control_local(), attempts: 0, refused: 0, first_asked: None }
    }

    /// The domain, as far as it is one: where turns are kept.
    fn lane(&self) -> String {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain.trim()).to_ascii_lowercase()
    }
}

type Asked = (Vec<Item>, Result<Vec<Option<Outcome>>, EgressError>);

/// The addresses under way.
struct Asking {
    egress: Egress,
    config: Arc<VerifyConfig>,
    run: ListRun,
    lanes: Lanes<Item>,
    /// Domains whose server did not answer a group as it answers each.
    one_by_one: HashSet<String>,
    under_way: JoinSet<Asked>,
}

impl Asking {
    fn new(egress: &Egress, config: &VerifyConfig, run: &ListRun) -> Self {
        // Only what may well be answered within the wait is asked again.
        let soon = vec![run.pause; usize::from(ATTEMPTS_MAX)];
        let retries = RetrySchedule {
            later: soon.clone(),
            rate_limited: soon,
            unreachable: Vec::new(),
            blocked: Vec::new(),
            dns: Vec::new(),
        };
        Self {
            egress: egress.clone(),
            config: Arc::new(VerifyConfig { retries, ..config.clone() }),
            run: run.clone(),
            lanes: Lanes::new(run.per_domain),
            one_by_one: HashSet::new(),
            under_way: JoinSet::new(),
        }
    }

    fn add(&mut self, item: Item) {
        self.lanes.add(item.lane(), item);
    }

    /// Sends off as many as may be under way.
    fn start(&mut self) {
        while self.under_way.len() < self.run.concurrency.max(1) {
            let Some(item) = self.lanes.next(Instant::now()) else { break };
            let mut items = self.with_others(item);
            for item in &mut items {
                item.attempts += 1;
                item.first_asked.get_or_insert_with(Instant::now);
            }
            let (egress, config) = (self.egress.clone(), Arc::clone(&self.config));
            self.under_way.spawn(async move {
                let requests: Vec<_> = items
                    .iter()
                    .map(|item| {
                        let (lists, attempt) = (item.lists, item.attempts);
                        let (address, control_local) = (&item.address, &item.control_local);
                        Request { address, lists, suppressed: None, attempt, control_local }
                    })
                    .collect();
                let ctx = CallContext::new(OrgId::PLATFORM, PURPOSE);
                let outcomes = check_group(&egress, &config, &ctx, &requests).await;
                (items, outcomes)
            });
        }
    }

    /// An address with others of its domain, where many wait. They share a control address from then on.
    fn with_others(&mut self, item: Item) -> Vec<Item> {
        let lane = item.lane();
        let may = self.egress.config().allow_private && item.attempts == 0 && !self.one_by_one.contains(&lane);
        let mut items = vec![item];
        if may && self.lanes.waiting(&lane) + 1 >= GROUP_WORTH {
            items.extend(self.lanes.along(&lane, GROUP_MAX - 1));
            let control_local = items[0].control_local.clone();
            for item in &mut items {
                item.control_local.clone_from(&control_local);
            }
        }
        items
    }

    /// Waits until one has its answer, or until the next may be sent off.
    async fn wait(&mut self) -> Result<Vec<(u64, Outcome)>, EgressError> {
        // Without room, what is due must wait for an end too.
        let has_room = self.under_way.len() < self.run.concurrency.max(1);
        let until = self.lanes.next_due().filter(|_| has_room);
        let due = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            Some(ended) = self.under_way.join_next() => ended,
            () = due => return Ok(Vec::new()),
        };
        let (items, outcomes) = ended.map_err(|error| EgressError::Config(format!("a check broke off: {error}")))?;
        let lane = items.first().map(Item::lane).unwrap_or_default();
        self.lanes.give_back(&lane);
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            // No attempt: nothing was asked. A little apart, so that those who wait do not come back at once; and ever
            // later, since a turn at a busy server may be an hour away.
            Err(EgressError::Busy(_)) => {
                for mut item in items {
                    item.attempts -= 1;
                    let pause = BUSY_PAUSE * 2_u32.pow(item.refused.min(8));
                    item.refused += 1;
                    let spread = random::below(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
                    let at = Instant::now() + pause + Duration::from_millis(spread);
                    self.lanes.add_later(lane.clone(), at, item);
                }
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let mut answered = Vec::with_capacity(items.len());
        for (mut item, outcome) in items.into_iter().zip(outcomes) {
            let Some(outcome) = outcome else {
                item.attempts -= 1;
                self.one_by_one.insert(lane.clone());
                self.lanes.add(lane.clone(), item);
                continue;
            };
            match self.ask_again_at(&item, &outcome) {
                Some(again) => {
                    item.refused = 0;
                    self.lanes.add_later(lane.clone(), again, item);
                }
                None => answered.push((item.at, settled(outcome))),
            }
        }
        Ok(answered)
    }

    /// When an address is asked again whose server asked to come back; `None` when its answer stands.
    fn ask_again_at(&self, item: &Item, outcome: &Outcome) -> Option<Instant> {
        outcome.retry_at.filter(|_| outcome.verdict == Verdict::Unverified)?;
        let until = item.first_asked? + self.run.wait_greylist;
        let now = Instant::now();
        if now >= until || item.attempts >= ATTEMPTS_MAX {
            return None;
        }
        // Before the time that the server named there is no use in asking.
        if let Some(named) = outcome.evidence.iter().filter_map(|record| record.retry_after_secs).max() {
            let named = now + Duration::from_secs(named);
            return (named <= until + NAMED_MARGIN).then_some(named + NAMED_MARGIN);
        }
        let doublings = u32::from(item.attempts.saturating_sub(1)).min(16);
        let pause = (self.run.pause * 2_u32.pow(doublings)).min(self.run.pause_max);
        // The last attempt is made when the wait ends, not left out because the pause would go past it.
        Some((now + pause).min(until))
    }
}

/// The answer of whoever does not ask again.
fn settled(mut outcome: Outcome) -> Outcome {
    outcome.retry_at = None;
    outcome.expires_at = expires_at(outcome.verdict, outcome.reason, outcome.checked_at, None);
    outcome
}
