use std::os::unix::fs::PermissionsExt;

use super::load_or_create;

#[test]
fn a_key_is_made_once_and_is_its_owners_alone() {
    let dir = std::env::temp_dir().join(format!("plumb-keys-{}", plumb_base::OrgId::fresh()));
    std::fs::create_dir(&dir).unwrap();
    let path = dir.join("master.key");
    let first = load_or_create(&path).unwrap();
    assert_eq!(*first.to_text(), *load_or_create(&path).unwrap().to_text());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1, "nothing is left aside");

    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(load_or_create(&path).unwrap_err().to_string().contains("chmod 600"));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&path, "nonsense").unwrap();
    assert!(load_or_create(&path).unwrap_err().to_string().contains("backup"));
    std::fs::remove_dir_all(&dir).unwrap();
}
