//! Writes the tables as source.

use std::fmt::Write as _;

use crate::automaton::{Patterns, States};
use crate::op::Op;
use crate::pattern;
use crate::plans::{Code, Plan};

/// Kinds in the order in which libphonenumber asks for them; a number is of the first that fits. `src/kind.rs` counts
/// the same way.
const KINDS: [&str; 10] = [
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal",
    "pager",
    "uan",
    "voicemail",
    "fixed_line",
    "mobile",
];
const FIXED_LINE: u16 = 9;
const MOBILE: u16 = 10;
const FIXED_LINE_OR_MOBILE: u16 = 11;

pub(crate) fn write(codes: &[Code], plans: &[Plan]) -> String {
    let mut states = States::new();
    let mut text = String::new();
    let mut of_digits = [0; 1000];

    text.push_str("pub(crate) static CODES: &[Code] = &[\n");
    for (index, code) in codes.iter().enumerate() {
        of_digits[usize::from(code.number)] = index + 1;
        let ranges = classes(code, plans, &mut states);
        let _ = writeln!(text, "Code {{ sharers: &{:?}, ranges: {ranges} }},", code.plans);
    }
    text.push_str("];\n");
    let _ = writeln!(text, "pub(crate) static CODE_OF: [u8; 1000] = {of_digits:?};");

    let mut of_letters = [0; 26 * 26];
    text.push_str("pub(crate) static PLANS: &[Plan] = &[\n");
    for (index, plan) in plans.iter().enumerate() {
        if let &[a @ b'A'..=b'Z', b @ b'A'..=b'Z'] = plan.region.as_bytes() {
            of_letters[usize::from(a - b'A') * 26 + usize::from(b - b'A')] = index + 1;
        }
        let general = plan.range("general").unwrap_or_else(|| panic!("{} has no numbers", plan.region));
        let mut whole = Patterns::default();
        whole.add(&general.pattern);
        let whole = states.add(&whole, &|matched, _| u16::from(!matched.is_empty()));
        let code = plan.code.to_string();
        let _ = writeln!(
            text,
            "Plan {{ region: {:?}, code: &{:?}, code_index: {}, abroad: {}, prefix: {}, groups: {}, rule: {}, \
             local: {:#x}, lengths: {:#x}, general: {whole} }},",
            plan.region,
            code.bytes().map(|b| b - b'0').collect::<Vec<_>>(),
            of_digits[usize::from(plan.code)] - 1,
            prefix(plan.abroad.as_deref()),
            prefix(plan.prefix.as_deref()),
            plan.prefix.as_deref().map_or(0, pattern::groups),
            rule(plan.rule.as_deref()),
            plan.local,
            general.lengths,
        );
    }
    text.push_str("];\n");
    assert!(plans.len() < 256 && codes.len() < 256, "an index is a byte");
    let _ = writeln!(text, "pub(crate) static PLAN_OF: [u8; 676] = {of_letters:?};");

    let (holds, next): (Vec<u16>, Vec<[u16; 10]>) = states.rows.iter().copied().unzip();
    let _ = writeln!(text, "pub(crate) static HOLDS: [u16; {}] = {holds:?};", holds.len());
    let _ = writeln!(text, "pub(crate) static NEXT: [[u16; 10]; {}] = {next:?};", next.len());
    text
}

/// The automaton that tells of a number of this code whose it is and of what kind: `sharer + 1` in the upper bits where
/// the code is shared, the kind in the lower four.
fn classes(code: &Code, plans: &[Plan], states: &mut States) -> u16 {
    let mut patterns = Patterns::default();
    // For each sharer: what its numbers start with; the whole plan; the kinds. With the lengths that count.
    let mut sharers = Vec::new();
    for &index in &code.plans {
        let plan = &plans[index];
        // What a region's numbers start with says nothing where it has the code to itself.
        let leading = plan.leading.as_ref().filter(|_| code.plans.len() > 1);
        let leading = leading.map(|start| patterns.add(&format!("(?:{start})\\d{{0,17}}")));
        let mut range = |kind| plan.range(kind).map(|range| (patterns.add(&range.pattern), range.lengths));
        sharers.push((leading, range("general"), KINDS.map(&mut range), plan.alike));
    }
    let shared = sharers.len() > 1;
    let judge = move |matched: &[usize], length: usize| {
        let fits = |range: &Option<(usize, u32)>| {
            range.is_some_and(|(pattern, lengths)| matched.contains(&pattern) && lengths & (1 << length) != 0)
        };
        for (number, (leading, general, kinds, alike)) in sharers.iter().enumerate() {
            let kind = if fits(general) { kind(&kinds.each_ref().map(fits), *alike) } else { 0 };
            let theirs = leading.map_or(kind != 0, |leading| matched.contains(&leading));
            if theirs || !shared {
                return if shared { (number as u16 + 1) << 4 | kind } else { kind };
            }
        }
        0
    };
    states.add(&patterns, &judge)
}

/// The kind of a number that fits these ranges; 0 for none.
fn kind(fits: &[bool; 10], alike: bool) -> u16 {
    let first = fits.iter().position(|&fits| fits).map_or(0, |at| at as u16 + 1);
    let [.., mobile] = *fits;
    match first {
        FIXED_LINE if alike || mobile => FIXED_LINE_OR_MOBILE,
        MOBILE if alike => 0,
        kind => kind,
    }
}

/// A prefix as source: digits as they stand, or the steps of a pattern and the digits that it can start with.
fn prefix(text: Option<&str>) -> String {
    let Some(text) = text else { return "Prefix::Never".to_owned() };
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return format!("Prefix::Digits(&{:?})", text.bytes().map(|b| b - b'0').collect::<Vec<_>>());
    }
    let steps = pattern::compile(text, 0);
    let mut first = 0;
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        match steps[at] {
            Op::Digit(set) => first |= set,
            Op::Split(a, b) => open.extend([usize::from(a), usize::from(b)]),
            Op::Jump(to) => open.push(usize::from(to)),
            Op::Save(_) => open.push(at + 1),
            // Matches nothing at all, so whatever comes first.
            Op::End | Op::Accept => first = 0x3ff,
        }
    }
    let steps: Vec<String> = steps.iter().map(|step| format!("Op::{step:?}")).collect();
    format!("Prefix::Steps {{ first: {first:#x}, steps: &[{}] }}", steps.join(", "))
}

/// A rule as source: digits to put first, then the group that follows.
fn rule(text: Option<&str>) -> String {
    let Some(text) = text else { return "None".to_owned() };
    let (digits, group) = text.split_once('\\').unwrap_or_else(|| panic!("a rule without a group: {text}"));
    let group: usize = group.parse().unwrap_or_else(|_| panic!("a rule that ends otherwise: {text}"));
    format!("Some((&{:?}, {}))", digits.bytes().map(|b| b - b'0').collect::<Vec<_>>(), group - 1)
}
