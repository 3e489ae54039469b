use super::*;

const KNOWN: [&str; 6] = ["email", "first name", "last name", "company", "phone", "title"];

fn known(cells: &[String]) -> usize {
    cells.iter().filter(|cell| KNOWN.contains(&cell.trim().to_lowercase().as_str())).count()
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

fn check(first: &[&str], second: &[&str]) -> Result<Vec<String>, Refusal> {
    let second = row(second);
    names(&row(first), 1, (!second.is_empty()).then_some((second.as_slice(), 2)), &known)
}

#[test]
fn names_are_made_distinct() {
    let names = check(&["Email", " Email ", "", "Email", "Email (2)"], &[]).expect("a header");
    assert_eq!(names, ["Email", "Email (2)", "Column 3", "Email (3)", "Email (2) (2)"]);
}

#[test]
fn a_first_row_of_values_is_no_header() {
    let refused = |cells: &[&str]| match check(cells, &[]) {
        Err(Refusal::NoHeader { seen }) => seen,
        other => panic!("{cells:?}: {other:?}"),
    };
    assert_eq!(refused(&["Ada", "ada@example.com"]), "has an e-mail address in column 2");
    assert_eq!(refused(&["Ada", "https://example.com"]), "has a link in column 2");
    assert_eq!(refused(&["10115", "030 1234", "Ada"]), "has numbers in 2 of its 3 filled cells");
    assert_eq!(refused(&["", " "]), "has no names in it");
}

#[test]
fn a_number_among_names_is_a_name() {
    assert!(check(&["Email", "Company", "2026"], &[]).is_ok());
}

#[test]
fn two_different_headers_are_refused_and_the_same_twice_is_a_row() {
    let two = Err(Refusal::TwoHeaders { first: 1, second: 2 });
    assert_eq!(check(&["Person", "", "Organisation"], &["First name", "Email", "Company"]), two);
    assert_eq!(check(&["Vorname", "E-Mail"], &["First name", "Email"]), two);
    assert!(check(&["First name", "Email"], &["First name", "Email"]).is_ok());
    assert!(check(&["First name", "Email"], &["Ada", "ada@example.com"]).is_ok());
    assert!(check(&["First name", "Last name", "Company", "Title"], &["Company", "Title", "x", "y"]).is_ok());
}

#[test]
fn too_many_columns() {
    let wide: Vec<String> = (0..5_000).map(|n| format!("c{n}")).collect();
    assert_eq!(names(&wide, 1, None, &known), Err(Refusal::TooManyColumns { found: 5_000 }));
}
