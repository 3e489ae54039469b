//! What one number costs, in processor time, here and in rlibphonenumber; same texts, same run, same questions:
//! `cargo run --release -p plumb-phone --example speed`.

use std::fs;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::str::FromStr as _;
use std::time::Instant;

use plumb_base::Country;
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

/// Shapes of numbers as lists hold them; each `#` becomes a digit.
const COMMON: [(&str, &str); 16] = [
    ("US", "(212) 55#-#1##"),
    ("US", "+1 415-5##-#2##"),
    ("US", "303.6##.#1##"),
    ("US", "1-617-4##-##1#"),
    ("CA", "416 9## 3###"),
    ("DE", "+49 30 4#####7#"),
    ("DE", "0151 2######1"),
    ("DE", "089/5#####"),
    ("GB", "+44 20 79## ####"),
    ("GB", "07911 12####"),
    ("FR", "01 42 6# ## ##"),
    ("FR", "+33 6 12 ## ## ##"),
    ("IN", "+91 98### #####"),
    ("BR", "(11) 98###-####"),
    ("AU", "0412 3## ###"),
    ("NL", "+31 (0)20 62# ####"),
];
const RARE: [(&str, &str); 6] = [
    ("US", "(212) 55#-#1## ext. 1#"),
    ("US", "1-800-FLOWE##"),
    ("DE", "+49 30 4#####7# (mobile)"),
    ("GB", "tel:020-79##-####;phone-context=+44"),
    ("JP", "０３-５###-####"),
    ("AR", "011 15-3###-####"),
];
/// Rounds here and there: enough that the clock of the scheduler, a few milliseconds coarse, does not matter.
const ROUNDS: (usize, usize) = (200, 20);

fn main() -> io::Result<()> {
    let start = Instant::now();
    let first = plumb_phone::read(black_box("+49 30 123456"), None).is_ok_and(|number| number.is_valid());
    writeln!(io::stdout(), "first number: {} ns of the clock, valid: {first}", start.elapsed().as_nanos())?;
    for (name, shapes) in [("common", &COMMON[..]), ("rare", &RARE[..])] {
        let numbers = numbers(shapes, 20_000);
        let (own, ours) = cost(&numbers, ROUNDS.0, |text, home| {
            plumb_phone::read(text, Some(home)).is_ok_and(|number| number.is_valid() && number.e164().len() > 8)
        })?;
        let (other, theirs) = cost(&numbers, ROUNDS.1, |text, home| {
            let region = Region::from_code(home.as_str()).ok();
            PHONE_NUMBER_UTIL.parse(text, region).is_ok_and(|number| {
                let kind = PHONE_NUMBER_UTIL.get_number_type(&number);
                black_box(kind);
                PHONE_NUMBER_UTIL.is_valid_number(&number)
                    && PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).len() > 8
            })
        })?;
        writeln!(
            io::stdout(),
            "{name}: {own:.0} ns/number ({:.2} M/s), rlibphonenumber {other:.0} ns; valid {ours} and {theirs} of {}",
            1e3 / own,
            numbers.len()
        )?;
    }
    Ok(())
}

fn numbers(shapes: &[(&str, &str)], count: usize) -> Vec<(String, Country)> {
    let mut seed: u64 = 1;
    let mut digit = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (seed >> 33) as u8 % 10)
    };
    let mut fill = |shape: &str| shape.chars().map(|c| if c == '#' { digit() } else { c }).collect();
    let shapes = shapes.iter().cycle().take(count);
    shapes.filter_map(|(home, shape)| Some((fill(shape), Country::from_str(home).ok()?))).collect()
}

/// Nanoseconds of processor time per number, and how many are valid, after one round to warm up.
fn cost(
    numbers: &[(String, Country)],
    rounds: usize,
    is_valid: impl Fn(&str, Country) -> bool,
) -> io::Result<(f64, usize)> {
    let count = || numbers.iter().filter(|(text, home)| is_valid(black_box(text), *home)).count();
    let valid = count();
    let start = cpu_ns()?;
    for _ in 0..rounds {
        black_box(count());
    }
    Ok(((cpu_ns()? - start) as f64 / (rounds * numbers.len()) as f64, valid))
}

/// Time that this thread has run.
fn cpu_ns() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    text.split(' ').next().and_then(|ns| ns.parse().ok()).ok_or_else(|| io::Error::other("no time in schedstat"))
}
