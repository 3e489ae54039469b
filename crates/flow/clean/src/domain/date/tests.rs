use super::*;

#[test]
fn dates_in_many_forms() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in include_str!("dates.txt").lines().filter(|line| !line.starts_with('#')) {
        let [cell, order, wanted] = <[&str; 3]>::try_from(line.split('|').map(str::trim).collect::<Vec<_>>()).unwrap();
        let order = match order {
            "dm" => Some(DateOrder::DayFirst),
            "md" => Some(DateOrder::MonthFirst),
            _ => None,
        };
        let found = match read(cell, order) {
            Ok(date) => date.to_string(),
            Err(DateError::Ambiguous) => "ambiguous".to_owned(),
            Err(DateError::Unreadable) => "refused".to_owned(),
        };
        count += 1;
        if found != wanted {
            wrong.push(format!("{cell}: {found}, not {wanted}"));
        }
        if found.len() == 10 {
            assert_eq!(read(&found, None).map(|date| date.to_string()), Ok(found));
        }
    }
    assert!(count > 65, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_column_shows_its_order() {
    assert_eq!(DateOrder::of(["03/04/2026", "20/11/2026", "n/a"]), Some(DateOrder::DayFirst));
    assert_eq!(DateOrder::of(["03/04/2026", "11/20/2026"]), Some(DateOrder::MonthFirst));
    assert_eq!(DateOrder::of(["03/04/2026", "05/06/2026"]), None);
    assert_eq!(DateOrder::of(["20/11/2026", "11/20/2026"]), None, "a list that says both says nothing");
    assert_eq!(DateOrder::of(["2026-11-20", "20.11.2026"]), None);
}

proptest::proptest! {
    #[test]
    fn any_text_has_an_answer(cell in "\\PC{0,40}") {
        let _ = read(&cell, Some(DateOrder::DayFirst));
    }
}
