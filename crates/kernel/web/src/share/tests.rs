use super::*;

#[test]
fn an_organisation_takes_a_quarter_and_gives_it_back() {
    let (shares, ours, theirs) = (Shares::of(8), OrgId::fresh(), OrgId::fresh());
    let held: Vec<Share> = std::iter::from_fn(|| shares.take(ours)).take(100).collect();
    assert_eq!(held.len(), 2);
    assert!(shares.take(theirs).is_some());
    drop(held);
    assert!(shares.take(ours).is_some());
    assert!(shares.taken.lock().unwrap().is_empty(), "nobody is remembered who holds nothing");
}
