//! Companies: one address, one switchboard, one way to write mailboxes.

use super::super::chance::Chance;
use super::names::{Place, Ranked, capital};

/// How a company writes the mailboxes of its people.
#[derive(Clone, Copy)]
pub(super) enum Pattern {
    Dotted,
    Initial,
    Given,
    InitialDotted,
    Joined,
}

/// A company.
pub(super) struct Firm {
    stem: String,
    trade: (&'static str, &'static str),
    form: (&'static str, &'static str),
    pub(super) domain: String,
    pub(super) pattern: Pattern,
    pub(super) board: String,
    /// A telephone that several chiefs' assistants answer.
    pub(super) assistants: String,
    pub(super) street: String,
    pub(super) place: usize,
    pub(super) postcode: String,
}

impl Firm {
    pub(super) fn new(number: usize, places: &[Place], chance: &mut Chance) -> Self {
        let fronts = [
            "Nor", "Vel", "Ax", "Tri", "Cor", "Lum", "Hel", "Zen", "Bri", "Quan", "Sol", "Ver", "Op", "Stra", "Mer",
            "Alt",
        ];
        let middles = ["", "a", "i", "o", "en", "ar", "u", "is"];
        let ends =
            ["vat", "on", "tex", "dyn", "tis", "ra", "mark", "gen", "quest", "line", "plex", "nova", "bridge", "stone"];
        let stem = [chance.one(&fronts), chance.one(&middles), chance.one(&ends)].concat();
        let trade = [
            ("Technologies", "Tech"),
            ("Manufacturing", "Mfg"),
            ("International", "Intl"),
            ("Logistics", "Logistics"),
            ("Health", "Health"),
            ("Capital Partners", "Capital"),
            ("Consulting Group", "Consulting"),
            ("Systems", "Sys"),
            ("Foods", "Foods"),
            ("& Sons", "and Sons"),
            ("Engineering", "Eng"),
            ("", ""),
        ][chance.below(12)];
        let form = [
            ("Inc.", "Inc"),
            ("LLC", "L.L.C."),
            ("Ltd", "Limited"),
            ("Corp.", "Corporation"),
            ("GmbH", "GmbH"),
            ("", ""),
        ][chance.below(6)];
        let place = Ranked::new(places.len(), 0.8, 3.0).draw(chance);
        let label = format!("{stem}{}", trade.1.replace(' ', "").to_lowercase()).to_lowercase();
        let tld = chance.one(&["example", "test", "example", "com.example"]);
        let clash = if chance.percent(30) { number.to_string() } else { String::new() };
        Self {
            domain: format!(
                "{label}{clash}{}.{tld}",
                if clash.is_empty() && number.is_multiple_of(3) { "hq" } else { "" }
            ),
            stem,
            trade,
            form,
            pattern: [
                Pattern::Dotted,
                Pattern::Dotted,
                Pattern::Dotted,
                Pattern::Initial,
                Pattern::Initial,
                Pattern::Given,
                Pattern::InitialDotted,
                Pattern::Joined,
            ][chance.below(8)],
            board: number_of(chance),
            assistants: number_of(chance),
            street: street(chance),
            place,
            postcode: (places[place].postcode + chance.below(60)).to_string(),
        }
    }

    /// Its name as somebody writes it.
    pub(super) fn written(&self, chance: &mut Chance) -> String {
        let trade = if chance.percent(15) { self.trade.1 } else { self.trade.0 };
        let form = match chance.below(100) {
            0..55 => self.form.0,
            55..70 => self.form.1,
            _ => "",
        };
        let name = [self.stem.as_str(), trade, form].join(" ");
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        match chance.below(100) {
            0..4 => name.to_uppercase(),
            4..6 => self.stem.clone(),
            _ => name,
        }
    }
}

/// A telephone number: ten digits.
pub(super) fn number_of(chance: &mut Chance) -> String {
    format!("{}{}{}", 2 + chance.below(8), chance.digits(2), 555_0000 + chance.below(10_000))
}

fn street(chance: &mut Chance) -> String {
    let name = chance.one(&[
        "main", "oak", "market", "park", "mill", "second", "lake", "union", "church", "king", "commerce", "harbor",
    ]);
    let kind = chance.one(&["Street", "Avenue", "Road", "Boulevard", "Drive"]);
    format!("{} {} {kind}", 1 + chance.below(2_500), capital(name))
}
