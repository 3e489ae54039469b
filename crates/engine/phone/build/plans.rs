//! Reads `data/plans.txt`; `data/plans.py` says what is in it.

/// A calling code and who shares it, by index into the plans, the main one first.
pub(crate) struct Code {
    pub(crate) number: u16,
    pub(crate) plans: Vec<usize>,
}

/// What one region's numbers are like.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) region: String,
    pub(crate) code: u16,
    pub(crate) abroad: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) leading: Option<String>,
    pub(crate) local: u32,
    pub(crate) alike: bool,
    pub(crate) ranges: Vec<Range>,
}

/// A range of numbers.
pub(crate) struct Range {
    pub(crate) kind: String,
    /// Bit n: numbers of n digits.
    pub(crate) lengths: u32,
    pub(crate) pattern: String,
}

impl Plan {
    pub(crate) fn range(&self, kind: &str) -> Option<&Range> {
        self.ranges.iter().find(|range| range.kind == kind)
    }
}

pub(crate) fn read(text: &str) -> (Vec<Code>, Vec<Plan>) {
    let mut codes: Vec<Code> = Vec::new();
    let mut plans: Vec<Plan> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        match (words.as_slice(), plans.last_mut(), codes.last_mut()) {
            (["calling", number, ..], _, _) => codes.push(Code { number: figure(number), plans: Vec::new() }),
            (["plan", region, code], _, Some(last)) => {
                last.plans.push(plans.len());
                plans.push(Plan { region: (*region).to_owned(), code: figure(code), ..Plan::default() });
            }
            (["abroad", pattern], Some(plan), _) => plan.abroad = Some((*pattern).to_owned()),
            (["prefix", pattern], Some(plan), _) => plan.prefix = Some((*pattern).to_owned()),
            (["prefix", pattern, rule], Some(plan), _) => {
                plan.prefix = Some((*pattern).to_owned());
                plan.rule = Some((*rule).to_owned());
            }
            (["leading", pattern], Some(plan), _) => plan.leading = Some((*pattern).to_owned()),
            (["local", lengths], Some(plan), _) => plan.local = set(lengths),
            (["alike"], Some(plan), _) => plan.alike = true,
            ([kind, lengths, pattern], Some(plan), _) => plan.ranges.push(Range {
                kind: (*kind).to_owned(),
                lengths: set(lengths),
                pattern: (*pattern).to_owned(),
            }),
            _ => panic!("not a fact of a plan: {line}"),
        }
    }
    (codes, plans)
}

fn figure(word: &str) -> u16 {
    word.parse().unwrap_or_else(|_| panic!("not a number: {word}"))
}

fn set(lengths: &str) -> u32 {
    lengths.split(',').fold(0, |set, length| set | 1 << figure(length))
}
