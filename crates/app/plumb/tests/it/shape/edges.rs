//! `base ← { jail, phone, link, log, table } ← vault ← store ← { ledger, egress, web } ← { identity, privacy } ← lead ← { source, clean, screen, export, verify } ← { listwork, verifier } ← plumb`

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata};

/// The layers, lowest first. Who stands beside another never names it.
const LAYERS: [&[&str]; 11] = [
    &["plumb-base"],
    &["plumb-jail", "plumb-phone", "plumb-link", "plumb-log", "plumb-table"],
    &["plumb-vault"],
    &["plumb-store"],
    &["plumb-ledger", "plumb-egress", "plumb-web"],
    &["plumb-identity", "plumb-privacy"],
    &["plumb-lead"],
    &["plumb-source", "plumb-clean", "plumb-screen", "plumb-duplicate", "plumb-export", "plumb-verify"],
    &["plumb-listwork", "plumb-verifier"],
    &["plumb"],
    &["plumb-benches"],
];
/// The other side, for the demo and for tests; it knows the words of base and nothing of us.
const TESTWORLD: &str = "plumb-testworld";

/// One dependency of a crate of ours on another of ours.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    to: String,
    dev: bool,
    features: Vec<String>,
}

/// Every crate of ours with its dependencies on ours.
pub(super) fn members(metadata: &Metadata) -> BTreeMap<String, Vec<Edge>> {
    let packages = metadata.workspace_packages();
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let edges = |package: &&cargo_metadata::Package| {
        let named = package.dependencies.iter().filter(|dependency| ours.contains(&dependency.name.as_str()));
        named
            .map(|dependency| Edge {
                to: dependency.name.clone(),
                dev: dependency.kind == DependencyKind::Development,
                features: dependency.features.clone(),
            })
            .collect()
    };
    packages.iter().map(|package| (package.name.to_string(), edges(package))).collect()
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

/// Every edge that the rule does not allow.
pub(super) fn faults(members: &BTreeMap<String, Vec<Edge>>) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, edges) in members {
        if layer(from).is_none() && from != TESTWORLD {
            faults.push(format!("{from} has no place in the layers: give it one in tests/it/shape/edges.rs"));
        }
        for edge in edges {
            let allowed = match (layer(from), layer(&edge.to)) {
                _ if from == TESTWORLD => edge.to == "plumb-base",
                (Some(from), _) if edge.to == TESTWORLD => {
                    edge.dev || LAYERS[from].contains(&"plumb") || from + 1 == LAYERS.len()
                }
                (Some(from), Some(to)) => to < from,
                _ => false,
            };
            if !allowed {
                faults.push(format!("{from} may not depend on {}", edge.to));
            }
            // What is measured is made by the generators of the tests.
            if !edge.dev && from != "plumb-benches" && edge.features.iter().any(|feature| feature == "testing") {
                faults.push(format!("{from} takes {}'s `testing` outside its tests", edge.to));
            }
        }
    }
    faults
}

#[test]
fn an_edge_against_the_rule_is_a_fault() {
    let edge = |to: &str, dev| Edge { to: to.to_owned(), dev, features: Vec::new() };
    let check = |from: &str, edge: Edge| faults(&BTreeMap::from([(from.to_owned(), vec![edge])])).len();
    assert_eq!(check("plumb-verify", edge("plumb-lead", false)), 0);
    assert_eq!(check("plumb-lead", edge("plumb-verify", false)), 1, "upwards");
    assert_eq!(check("plumb-verify", edge("plumb-clean", false)), 1, "sideways");
    assert_eq!(check("plumb-verify", edge("plumb-clean", true)), 1, "sideways in tests");
    assert_eq!(check("plumb-verify", edge("plumb-testworld", true)), 0);
    assert_eq!(check("plumb-verify", edge("plumb-testworld", false)), 1);
    assert_eq!(check("plumb", edge("plumb-testworld", false)), 0, "the demo");
    assert_eq!(check("plumb-testworld", edge("plumb-store", false)), 1);
    assert_eq!(check("plumb-utils", edge("plumb-base", false)), 2, "unknown");
    let testing = Edge { features: vec!["testing".to_owned()], ..edge("plumb-store", false) };
    assert_eq!(check("plumb-lead", testing), 1);
}
