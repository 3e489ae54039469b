//! National numbers of persons, by their shape, date and check digits. Each is a number that its state documents.

/// Whether a cell is a number that one state gave one person. Of random figures of the same shape at most one in ten is,
/// which is why the share of a column's cells decides and not one of them.
pub(super) fn is_number_of_person(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let mut figures = [0; 18];
    let mut count = 0;
    for byte in bytes.iter().filter(|b| b.is_ascii_digit()) {
        let Some(figure) = figures.get_mut(count) else { return false };
        *figure = u32::from(byte - b'0');
        count += 1;
    }
    let n = &figures[..count];
    let is_plain = count == bytes.len();
    match bytes.len() {
        9 if count == 8 => is_spanish(cell, n),
        9 if count == 7 => is_spanish(cell, n) || is_singaporean(cell, n),
        11 if is_plain => is_polish(n) || is_norwegian(n) || is_turkish(n) || is_brazilian(n),
        11 if matches!(bytes[6], b'-' | b'+') && count == 10 => is_swedish(n) || is_danish(n, bytes[6]),
        11 if matches!(bytes[6], b'-' | b'+' | b'A') && count == 9 => is_finnish(cell, n),
        13 if is_plain => is_south_african(n),
        14 if count == 12 => bytes[4] == b' ' && bytes[9] == b' ' && is_indian(n),
        14 if count == 13 => bytes[6] == b'-' && is_date(n[2] * 10 + n[3], n[4] * 10 + n[5]) && n[6] <= 8,
        15 if is_plain => is_french(n),
        18 if count >= 17 => is_chinese(cell, n),
        _ => false,
    }
}

fn is_date(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn weighted(figures: &[u32], weights: &[u32]) -> u32 {
    figures.iter().zip(weights).map(|(figure, weight)| figure * weight).sum()
}

/// The sum of ISO/IEC 7812, by which the last figure is the check.
fn is_luhn(figures: &[u32]) -> bool {
    let doubled = |(at, figure): (usize, &u32)| if at % 2 == 1 { figure * 2 / 10 + figure * 2 % 10 } else { *figure };
    figures.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// DNI and NIE: a letter for the rest by 23.
fn is_spanish(cell: &str, n: &[u32]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = cell.as_bytes();
    let lead = match bytes[0].to_ascii_uppercase() {
        b'X' => 0,
        b'Y' => 1,
        b'Z' => 2,
        b'0'..=b'9' if n.len() == 8 => 0,
        _ => return false,
    };
    let number = n.iter().fold(lead, |sum, figure| sum * 10 + figure);
    bytes[8].to_ascii_uppercase() == LETTERS[number as usize % 23]
}

/// NRIC of citizens and residents.
fn is_singaporean(cell: &str, n: &[u32]) -> bool {
    let bytes = cell.as_bytes();
    let sum = weighted(n, &[2, 7, 6, 5, 4, 3, 2]) as usize;
    let check = match bytes[0].to_ascii_uppercase() {
        b'S' => b"JZIHGFEDCBA"[sum % 11],
        b'T' => b"JZIHGFEDCBA"[(sum + 4) % 11],
        _ => return false,
    };
    bytes[8].to_ascii_uppercase() == check
}

/// PESEL: the month also tells the century.
fn is_polish(n: &[u32]) -> bool {
    let month = (n[2] * 10 + n[3]) % 20;
    is_date(month, n[4] * 10 + n[5]) && weighted(n, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Fødselsnummer: two check figures by 11.
fn is_norwegian(n: &[u32]) -> bool {
    is_date(n[2] * 10 + n[3], n[0] * 10 + n[1])
        && weighted(n, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(n, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// T.C. kimlik numarası: two check figures by 10.
fn is_turkish(n: &[u32]) -> bool {
    let odd: u32 = n[..9].iter().step_by(2).sum();
    let even: u32 = n[1..8].iter().step_by(2).sum();
    let first = (odd * 7 + 80 - even) % 10;
    n[0] > 0 && n[9] == first && n[10] == n[..10].iter().sum::<u32>() % 10
}

/// CPF: two check figures by 11.
fn is_brazilian(n: &[u32]) -> bool {
    let check = |len: usize| {
        let sum: u32 = n[..len].iter().zip((2..=len as u32 + 1).rev()).map(|(figure, weight)| figure * weight).sum();
        sum * 10 % 11 % 10
    };
    n.iter().any(|figure| *figure != n[0]) && n[9] == check(9) && n[10] == check(10)
}

/// Personnummer: a date and Luhn. The numbers of companies have no month there.
fn is_swedish(n: &[u32]) -> bool {
    is_date(n[2] * 10 + n[3], n[4] * 10 + n[5]) && is_luhn(n)
}

/// CPR: the day first; its check is no longer given to all.
fn is_danish(n: &[u32], mark: u8) -> bool {
    mark == b'-' && is_date(n[2] * 10 + n[3], n[0] * 10 + n[1])
}

/// Henkilötunnus: a sign for the rest by 31.
fn is_finnish(cell: &str, n: &[u32]) -> bool {
    const SIGNS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let number = n.iter().fold(0, |sum, figure| sum * 10 + figure);
    is_date(n[2] * 10 + n[3], n[0] * 10 + n[1]) && cell.as_bytes()[10] == SIGNS[number as usize % 31]
}

/// A date, and Luhn.
fn is_south_african(n: &[u32]) -> bool {
    is_date(n[2] * 10 + n[3], n[4] * 10 + n[5]) && n[10] <= 1 && is_luhn(n)
}

/// Aadhaar as it is written, in three groups; it begins with 2 to 9. The groups say more than its check would.
fn is_indian(n: &[u32]) -> bool {
    n[0] >= 2
}

/// NIR with its key: 97 less the rest by 97.
fn is_french(n: &[u32]) -> bool {
    let number = n[..13].iter().fold(0u64, |sum, figure| sum * 10 + u64::from(*figure));
    matches!(n[0], 1 | 2) && u64::from(n[13] * 10 + n[14]) == 97 - number % 97
}

/// Resident identity number: a date, and a sign by ISO 7064 MOD 11-2.
fn is_chinese(cell: &str, n: &[u32]) -> bool {
    let sum = weighted(&n[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) as usize;
    is_date(n[10] * 10 + n[11], n[12] * 10 + n[13])
        && cell.bytes().take(17).all(|b| b.is_ascii_digit())
        && cell.as_bytes()[17].to_ascii_uppercase() == b"10X98765432"[sum % 11]
}
