//! How far up a job title stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fold;

/// How far up somebody stands, from the words of the title alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    /// Learning: intern, trainee, working student.
    Entry,
    /// Everybody whose title says no more.
    Staff,
    /// Leads people or a field: manager, team lead.
    Manager,
    /// Director, head of.
    Director,
    /// Vice president.
    VicePresident,
    /// The top of the house: chief officers, owners, founders, managing directors.
    Executive,
}

/// The seniority that a title speaks of, in English, German, French and Spanish words; `None` for a title without words.
#[must_use]
pub fn seniority(title: &str) -> Option<Seniority> {
    let folded = fold::words(title);
    if folded.is_empty() {
        return None;
    }
    let padded = format!(" {folded} ");
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| padded.contains(&format!(" {phrase} ")));
    let is_assistant = says(&["assistant to", "assistant of", "assistant to the", "assistenz", "assistentin"]);
    Some(
        if says(&[
            "intern",
            "trainee",
            "werkstudent",
            "werkstudentin",
            "praktikant",
            "praktikantin",
            "stagiaire",
            "apprentice",
            "azubi",
        ]) {
            Seniority::Entry
        } else if is_assistant {
            Seniority::Staff
        } else if says(&["vice president", "vp", "svp", "evp", "avp"]) {
            Seniority::VicePresident
        } else if says(&EXECUTIVE) || folded.split(' ').any(is_chief_code) {
            Seniority::Executive
        } else if says(&[
            "director",
            "direktor",
            "direktorin",
            "directeur",
            "directrice",
            "directora",
            "head of",
            "head",
            "bereichsleiter",
            "bereichsleiterin",
            "leiter",
            "leiterin",
            "leitung",
        ]) {
            Seniority::Director
        } else if says(&[
            "manager",
            "managerin",
            "lead",
            "team lead",
            "teamleiter",
            "teamleiterin",
            "supervisor",
            "responsable",
            "gerente",
            "jefe",
            "jefa",
            "chef de projet",
            "abteilungsleiter",
            "abteilungsleiterin",
        ]) {
            Seniority::Manager
        } else {
            Seniority::Staff
        },
    )
}

const EXECUTIVE: [&str; 21] = [
    "chief",
    "owner",
    "co owner",
    "founder",
    "cofounder",
    "president",
    "chairman",
    "chairwoman",
    "managing director",
    "managing partner",
    "geschaftsfuhrer",
    "geschaftsfuhrerin",
    "geschaftsfuehrer",
    "geschaftsleitung",
    "vorstand",
    "inhaber",
    "inhaberin",
    "gerant",
    "gerante",
    "president directeur general",
    "director general",
];

/// `CEO`, `CTO`, `CMO`…
fn is_chief_code(word: &str) -> bool {
    matches!(
        word,
        "ceo" | "cto" | "cfo" | "coo" | "cmo" | "cio" | "cpo" | "cro" | "cso" | "ciso" | "chro" | "cdo" | "pdg" | "dg"
    )
}

#[cfg(test)]
mod tests;
