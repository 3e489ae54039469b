//! Licences and fences of dependencies, by `deny.toml`.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, PackageId};

/// What must have a fence, whatever else has one: the ways out.
const FENCED: [&str; 5] = ["reqwest", "hickory-resolver", "hickory-proto", "tokio-rustls", "rustls"];

/// What `deny.toml` says, as far as it is checked here.
pub(super) struct Rules {
    allow: BTreeSet<String>,
    exceptions: BTreeMap<String, BTreeSet<String>>,
    /// By crate: who may depend on it; nobody when empty.
    bans: BTreeMap<String, BTreeSet<String>>,
}

impl Rules {
    pub(super) fn parse(text: &str) -> Self {
        let table: toml::Table = text.parse().expect("deny.toml is TOML");
        let set = |value: Option<&toml::Value>| -> BTreeSet<String> {
            let list = value.and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let by_crate = |value: Option<&toml::Value>, member: &str| {
            let list = value.and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(|item| Some((item.get("crate")?.as_str()?.to_owned(), set(item.get(member))))).collect()
        };
        let (licences, bans) = (table.get("licenses"), table.get("bans"));
        Self {
            allow: set(licences.and_then(|table| table.get("allow"))),
            exceptions: by_crate(licences.and_then(|table| table.get("exceptions")), "allow"),
            bans: by_crate(bans.and_then(|table| table.get("deny")), "wrappers"),
        }
    }
}

/// A crate that is compiled into the program, and who depends on it directly.
pub(super) struct Dependency {
    name: String,
    licence: Option<String>,
    ours: bool,
    users: BTreeSet<String>,
}

/// Everything that the program is made of on Linux: what tests alone need is left out.
pub(super) fn dependencies(metadata: &Metadata) -> Vec<Dependency> {
    let resolve = metadata.resolve.as_ref().expect("cargo resolved the graph");
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut users: BTreeMap<&PackageId, BTreeSet<String>> = BTreeMap::new();
    let mut waiting: Vec<&PackageId> = metadata.workspace_members.iter().collect();
    let mut seen: BTreeSet<&PackageId> = waiting.iter().copied().collect();
    while let Some(id) = waiting.pop() {
        let Some(node) = nodes.get(id) else { continue };
        for dependency in &node.deps {
            if dependency.dep_kinds.iter().all(|kind| kind.kind == DependencyKind::Development) {
                continue;
            }
            users.entry(&dependency.pkg).or_default().insert(metadata[id].name.to_string());
            if seen.insert(&dependency.pkg) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    let dependency = |id: &PackageId| Dependency {
        name: metadata[id].name.to_string(),
        licence: metadata[id].license.clone(),
        ours: metadata.workspace_members.contains(id),
        users: users.get(id).cloned().unwrap_or_default(),
    };
    seen.into_iter().map(dependency).collect()
}

/// Every dependency whose licence leaves no choice that we take.
pub(super) fn licence_faults(rules: &Rules, dependencies: &[Dependency]) -> Vec<String> {
    let fault = |dependency: &Dependency| {
        let Some(licence) = &dependency.licence else { return Some(format!("{} has no licence", dependency.name)) };
        let excepted = rules.exceptions.get(&dependency.name);
        let takes = |id: &str| rules.allow.contains(id) || excepted.is_some_and(|allow| allow.contains(id));
        match Expression::parse(licence).map(|expression| expression.holds(&takes)) {
            Some(true) => None,
            Some(false) => Some(format!("{} is under {licence}, which deny.toml does not allow", dependency.name)),
            None => Some(format!("{}: the licence {licence:?} cannot be read", dependency.name)),
        }
    };
    dependencies.iter().filter(|dependency| !dependency.ours).filter_map(fault).collect()
}

/// Every use of a fenced crate from outside its fence, and every way out without a fence.
pub(super) fn fence_faults(rules: &Rules, dependencies: &[Dependency]) -> Vec<String> {
    let mut faults: Vec<String> = FENCED
        .iter()
        .filter(|name| !rules.bans.contains_key(**name))
        .map(|name| format!("{name} has no fence in deny.toml"))
        .collect();
    for dependency in dependencies {
        let Some(wrappers) = rules.bans.get(&dependency.name) else { continue };
        let outside = dependency.users.difference(wrappers);
        faults.extend(outside.map(|user| format!("{user} may not depend on {}", dependency.name)));
    }
    faults
}

/// An SPDX expression; the old `MIT/Apache-2.0` too.
enum Expression {
    Licence(String),
    Any(Vec<Expression>),
    All(Vec<Expression>),
}

impl Expression {
    fn parse(text: &str) -> Option<Self> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        let mut words = spaced.split_whitespace().peekable();
        let whole = Self::any(&mut words)?;
        words.next().is_none().then_some(whole)
    }

    fn any<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        let mut choices = vec![Self::all(words)?];
        while words.next_if_eq(&"OR").is_some() {
            choices.push(Self::all(words)?);
        }
        Some(Self::Any(choices))
    }

    fn all<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        let mut parts = vec![Self::one(words)?];
        while words.next_if_eq(&"AND").is_some() {
            parts.push(Self::one(words)?);
        }
        Some(Self::All(parts))
    }

    fn one<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        match words.next()? {
            "(" => {
                let inner = Self::any(words)?;
                words.next_if_eq(&")").map(|_| inner)
            }
            ")" | "OR" | "AND" | "WITH" => None,
            id if words.next_if_eq(&"WITH").is_some() => Some(Self::Licence(format!("{id} WITH {}", words.next()?))),
            id => Some(Self::Licence(id.to_owned())),
        }
    }

    fn holds(&self, takes: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Licence(id) => takes(id),
            Self::Any(choices) => choices.iter().any(|choice| choice.holds(takes)),
            Self::All(parts) => parts.iter().all(|part| part.holds(takes)),
        }
    }
}

#[cfg(test)]
fn planted(name: &str, licence: Option<&str>, users: &[&str]) -> Dependency {
    let users = users.iter().map(|&user| user.to_owned()).collect();
    Dependency { name: name.to_owned(), licence: licence.map(str::to_owned), ours: false, users }
}

#[cfg(test)]
const PLANTED_RULES: &str = r#"
licenses.allow = ["MIT", "ISC"]
licenses.exceptions = [{ crate = "odd", allow = ["BSL-1.0"] }]
bans.deny = [{ crate = "reqwest", wrappers = ["plumb-egress"] }, { crate = "openssl" }]
"#;

#[test]
fn a_licence_without_a_choice_of_ours_is_a_fault() {
    let rules = Rules::parse(PLANTED_RULES);
    let check = |name: &str, licence| licence_faults(&rules, &[planted(name, licence, &[])]).len();
    assert_eq!(check("a", Some("GPL-3.0 OR MIT")), 0);
    assert_eq!(check("a", Some("Apache-2.0/MIT")), 0);
    assert_eq!(check("a", Some("MIT AND (ISC OR Zlib)")), 0);
    assert_eq!(check("a", Some("MIT AND Zlib")), 1);
    assert_eq!(check("a", Some("MIT WITH some-exception")), 1);
    assert_eq!(check("a", Some("AGPL-3.0")), 1);
    assert_eq!(check("a", Some("MIT OR")), 1, "cannot be read");
    assert_eq!(check("a", None), 1);
    assert_eq!((check("odd", Some("BSL-1.0")), check("even", Some("BSL-1.0"))), (0, 1));
}

#[test]
fn a_crate_outside_its_fence_is_a_fault() {
    let rules = Rules::parse(PLANTED_RULES);
    let missing = FENCED.len() - 1;
    let check = |name: &str, users: &[&str]| fence_faults(&rules, &[planted(name, None, users)]).len() - missing;
    assert_eq!(check("reqwest", &["plumb-egress"]), 0);
    assert_eq!(check("reqwest", &["plumb-egress", "plumb-lead"]), 1);
    assert_eq!(check("openssl", &["anyone"]), 1);
    assert_eq!(check("serde", &["anyone"]), 0);
}
