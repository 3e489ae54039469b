//! Telephone numbers that belong to nobody: ranges that regulators keep for films and fiction.
//!
//! United States 555-0100 to 555-0199 (NANPA); United Kingdom 020 7946 0xxx and its sisters (Ofcom); Germany 030
//! 23125 xxx and its sisters (Bundesnetzagentur); France 01 99 00 xx xx and its sisters (ARCEP); Sweden 08-465 004
//! xx and 070-174 06 xx (PTS); Australia 02 5550 xxxx and 0491 570 006 (ACMA). Countries without such a range get
//! no number. The British and French mobiles of this kind are left out: the usual numbering plans do not list them, so
//! every checker would call them invalid.

use super::rng::Rng;

/// Area codes of the United States; every one of them has the range.
const AREAS: [&str; 16] =
    ["202", "206", "212", "214", "303", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "919"];

/// A number in the three ways people write it.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    /// Country code without plus.
    code: &'static str,
    /// Trunk prefix, as dialled inside the country.
    trunk: &'static str,
    /// Digit groups after the trunk prefix.
    groups: Vec<String>,
}

impl Phone {
    /// A number of a company's switchboard, or `None` where no range is kept for fiction.
    pub(super) fn switchboard(country: &str, rng: &mut Rng) -> Option<Self> {
        let number = |rng: &mut Rng, digits: usize| format!("{:0digits$}", rng.below(10_usize.pow(digits as u32)));
        Some(match country {
            "US" => {
                let area = rng.pick(&AREAS);
                Self { code: "1", trunk: "", groups: vec![area.into(), "555".into(), format!("01{}", number(rng, 2))] }
            }
            "GB" => {
                let (area, exchange) =
                    rng.pick(&[("20", "7946"), ("113", "496"), ("121", "496"), ("131", "496"), ("161", "496")]);
                Self {
                    code: "44",
                    trunk: "0",
                    groups: vec![area.into(), exchange.into(), format!("0{}", number(rng, 3))],
                }
            }
            "DE" => {
                let (area, exchange) = rng.pick(&[("30", "23125"), ("40", "66969"), ("69", "90009"), ("89", "99998")]);
                Self { code: "49", trunk: "0", groups: vec![area.into(), exchange.into(), number(rng, 3)] }
            }
            "FR" => {
                let [a, b, c] = rng.pick(&[["1", "99", "00"], ["2", "61", "91"], ["3", "53", "01"], ["4", "65", "71"]]);
                Self {
                    code: "33",
                    trunk: "0",
                    groups: vec![a.into(), b.into(), c.into(), number(rng, 2), number(rng, 2)],
                }
            }
            "SE" => {
                Self { code: "46", trunk: "0", groups: vec!["8".into(), "465".into(), "004".into(), number(rng, 2)] }
            }
            "AU" => Self { code: "61", trunk: "0", groups: vec!["2".into(), "5550".into(), number(rng, 4)] },
            _ => return None,
        })
    }

    /// A number of one person, where a range of mobiles is kept for fiction; else a switchboard's.
    pub(super) fn direct(country: &str, rng: &mut Rng) -> Option<Self> {
        let two = |rng: &mut Rng| format!("{:02}", rng.below(100));
        Some(match country {
            "DE" => Self { code: "49", trunk: "0", groups: vec!["171".into(), "39200".into(), two(rng)] },
            "SE" => {
                let last = format!("{:02}", 5 + rng.below(95));
                Self { code: "46", trunk: "0", groups: vec!["70".into(), "174".into(), "06".into(), last] }
            }
            "AU" => {
                let last = rng.pick(&["006", "156", "157", "158", "159", "110"]);
                Self { code: "61", trunk: "0", groups: vec!["491".into(), "570".into(), last.into()] }
            }
            _ => return Self::switchboard(country, rng),
        })
    }

    /// The number as somebody might have typed it.
    pub(super) fn typed(&self, rng: &mut Rng) -> String {
        let (code, trunk) = (self.code, self.trunk);
        let (first, rest) = self.groups.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let together = rest.concat();
        match rng.below(9) {
            0 => format!("+{code}{first}{together}"),
            1 => format!("+{code} {first} {}", rest.join(" ")),
            2 if code == "1" => format!("1-{first}-{}", rest.join("-")),
            2 if code == "61" => format!("0011 {code} {first} {}", rest.join(" ")),
            2 => format!("00{code} {first} {}", rest.join(" ")),
            3 => format!("({trunk}{first}) {}", rest.join("-")),
            4 => format!("{trunk}{first}/{together}"),
            5 if !trunk.is_empty() => format!("+{code} ({trunk}){first} {}", rest.join(" ")),
            6 => format!("{trunk}{first}.{}", rest.join(".")),
            7 => format!("Tel: +{code} {first} {} ext. {}", rest.join("-"), 10 + rng.below(90)),
            _ => format!("{trunk}{first} {}", rest.join(" ")),
        }
    }
}
