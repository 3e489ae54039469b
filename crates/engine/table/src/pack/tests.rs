use super::Packing;

#[test]
fn a_name_asks_for_a_packing() {
    assert_eq!(Packing::of_name("list.csv.GZ"), Packing::Gzip);
    assert_eq!(Packing::of_name("list.csv.zst"), Packing::Zstd);
    assert_eq!(Packing::of_name(".gz"), Packing::Plain);
    assert_eq!(Packing::of_name("list.csv"), Packing::Plain);
}
