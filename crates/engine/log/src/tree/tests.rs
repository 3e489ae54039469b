use std::collections::HashMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::hash::Hash;

fn leaf_text(nth: u64) -> [u8; 8] {
    nth.to_be_bytes()
}

/// A tree of `size` leaves with all its tiles, appended in uneven steps.
fn tree(size: u64) -> (Edge, TileMap) {
    let (mut edge, mut tiles) = (Edge::default(), TileMap::default());
    let mut step = 1;
    while edge.size() < size {
        let until = size.min(edge.size() + step);
        let leaves: Vec<Hash> = (edge.size()..until).map(|nth| Hash::leaf(&leaf_text(nth))).collect();
        for (id, hashes) in edge.append(&leaves) {
            tiles.insert(id, hashes);
        }
        step = step % 700 + 13;
    }
    (edge, tiles)
}

/// The definition in RFC 6962, section 2.1, word for word.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty_root(),
        [one] => *one,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            Hash::node(&defined(&leaves[..k]), &defined(&leaves[k..]))
        }
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn hashes_are_those_of_the_published_vectors() {
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let leaves: Vec<Hash> = leaves.iter().map(|leaf| Hash::leaf(&from_hex(leaf))).collect();
    assert_eq!(leaves[0].0[..], from_hex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")[..]);
    let mut edge = Edge::default();
    assert_eq!(edge.root().0[..], from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")[..]);
    edge.append(&leaves);
    assert_eq!(edge.root().0[..], from_hex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")[..]);
}

/// Every proof of every size up to 600, which crosses two tiles' borders.
#[test]
fn all_proofs_of_all_small_trees_hold() {
    const MOST: u64 = 600;
    let (_, tiles) = tree(MOST);
    let leaves: Vec<Hash> = (0..MOST).map(|nth| Hash::leaf(&leaf_text(nth))).collect();
    // A subtree's hash never changes, whatever the tree around it grows to.
    let mut known: HashMap<Span, Hash> = HashMap::new();
    let mut resolve = |spans: Vec<Span>| -> Vec<Hash> {
        spans.into_iter().map(|span| *known.entry(span).or_insert_with(|| tiles.hash(span).unwrap())).collect()
    };
    let mut edge = Edge::default();
    let mut roots = vec![edge.root()];
    for size in 1..=MOST {
        edge.append(&leaves[size as usize - 1..size as usize]);
        let root = edge.root();
        assert_eq!(root, defined(&leaves[..size as usize]), "size {size}");
        assert_eq!(root, tiles.root(size).unwrap());
        assert_eq!(edge, Edge::load(size, &tiles).unwrap(), "the tiles of a larger tree hold the smaller one's edge");
        for index in 0..size {
            let proof = resolve(inclusion_spans(index, size).unwrap());
            assert_eq!(root_from_inclusion(leaves[index as usize], index, size, &proof), Some(root));
        }
        for earlier in 1..=size {
            let proof = resolve(consistency_spans(earlier, size).unwrap());
            let before = roots.get(earlier as usize).copied().unwrap_or(root);
            assert_eq!(roots_from_consistency(earlier, size, before, &proof), Some((before, root)));
        }
        roots.push(root);
    }
}

/// Another implementation, by other people, gives the same bytes.
#[test]
fn agrees_with_another_implementation() {
    const SIZE: u64 = 10_007;
    let mut other = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    let (edge, tiles) = tree(SIZE);
    for nth in 0..SIZE {
        other.push(leaf_text(nth));
    }
    assert_eq!(edge.root().0[..], other.root().as_bytes()[..]);
    let bytes =
        |spans: Vec<Span>| -> Vec<u8> { spans.into_iter().flat_map(|span| tiles.hash(span).unwrap().0).collect() };
    for index in 0..SIZE {
        assert_eq!(bytes(inclusion_spans(index, SIZE).unwrap()), other.prove_inclusion(index as usize).as_bytes());
    }
    for earlier in (1..SIZE).step_by(7) {
        let theirs = other.prove_consistency((SIZE - earlier) as usize);
        assert_eq!(bytes(consistency_spans(earlier, SIZE).unwrap()), theirs.as_bytes(), "from {earlier}");
    }
}

/// Over two levels of full tiles, so that level 2 is in use; any position, any earlier size.
#[test]
fn proofs_of_a_large_tree_hold_and_altered_ones_do_not() {
    const SIZE: u64 = 70_001;
    let (_, tiles) = tree(SIZE);
    let config = ProptestConfig::with_cases(300);
    proptest!(config, |(size in 1..=SIZE, a in any::<u64>(), b in any::<u64>(), which in any::<prop::sample::Index>())| {
        let root = tiles.root(size).unwrap();
        let (index, earlier) = (a % size, b % size + 1);
        let leaf = Hash::leaf(&leaf_text(index));
        let mut proof: Vec<Hash> =
            inclusion_spans(index, size).unwrap().into_iter().map(|span| tiles.hash(span).unwrap()).collect();
        prop_assert_eq!(root_from_inclusion(leaf, index, size, &proof), Some(root));
        prop_assert_ne!(root_from_inclusion(Hash::leaf(b"another"), index, size, &proof), Some(root));
        if size > 1 {
            prop_assert_ne!(root_from_inclusion(leaf, (index + 1) % size, size, &proof), Some(root));
            let at = which.index(proof.len());
            proof[at].0[7] ^= 1;
            prop_assert_ne!(root_from_inclusion(leaf, index, size, &proof), Some(root));
            proof[at].0[7] ^= 1;
            prop_assert_eq!(root_from_inclusion(leaf, index, size, &proof[1..]), None);
        }
        proof.push(root);
        prop_assert_eq!(root_from_inclusion(leaf, index, size, &proof), None);

        let before = tiles.root(earlier).unwrap();
        let mut proof: Vec<Hash> =
            consistency_spans(earlier, size).unwrap().into_iter().map(|span| tiles.hash(span).unwrap()).collect();
        prop_assert_eq!(roots_from_consistency(earlier, size, before, &proof), Some((before, root)));
        if earlier < size {
            let rewritten = Hash::leaf(b"another past");
            prop_assert_ne!(roots_from_consistency(earlier, size, rewritten, &proof), Some((rewritten, root)));
            let at = which.index(proof.len());
            proof[at].0[31] ^= 0x80;
            prop_assert_ne!(roots_from_consistency(earlier, size, before, &proof), Some((before, root)));
        }
    });
}

#[test]
fn what_is_not_in_the_tree_has_no_proof() {
    let (_, tiles) = tree(300);
    assert_eq!(inclusion_spans(300, 300), Err(TreeError::OutOfRange { size: 300 }));
    assert_eq!(inclusion_spans(0, 0), Err(TreeError::OutOfRange { size: 0 }));
    assert_eq!(consistency_spans(301, 300), Err(TreeError::OutOfRange { size: 300 }));
    assert_eq!(consistency_spans(0, 300), Ok(Vec::new()));
    assert_eq!(root_from_inclusion(Hash::leaf(b""), u64::MAX, u64::MAX, &[]), None);
    assert_eq!(roots_from_consistency(0, 300, Hash::empty_root(), &[]), None);
    let beyond = TileId { level: 0, tile: 1 };
    assert_eq!(tiles.root(301), Err(TreeError::MissingTile(beyond)));
    assert_eq!(Edge::load(301, &tiles), Err(TreeError::MissingTile(beyond)));
}

/// What an append reads and writes does not grow with the tree.
#[test]
fn an_append_touches_a_tile_a_level() {
    let (mut edge, _) = tree(70_001);
    assert_eq!(Edge::tiles_of(70_001).len(), 3);
    assert_eq!(Edge::tiles_of(65_536), [(TileId { level: 2, tile: 0 }, 1)]);
    let written = edge.append(&[Hash::leaf(b"one more")]);
    assert_eq!(written.iter().map(|(id, _)| (id.level, id.tile)).collect::<Vec<_>>(), [(0, 273)]);
}

#[test]
#[ignore = "a measurement"]
fn append_rate() {
    const LEAVES: u64 = 1_000_000;
    let leaves: Vec<Vec<u8>> = (0..LEAVES).map(|nth| vec![nth as u8; 420]).collect();
    let began = std::time::Instant::now();
    let mut edge = Edge::default();
    for batch in leaves.chunks(4_000) {
        let hashes: Vec<Hash> = batch.iter().map(|leaf| Hash::leaf(leaf)).collect();
        edge.append(&hashes);
    }
    let took = began.elapsed();
    println!("{LEAVES} leaves of 420 B in {took:?}: {:.0}/s, root {}", LEAVES as f64 / took.as_secs_f64(), edge.root());
}
