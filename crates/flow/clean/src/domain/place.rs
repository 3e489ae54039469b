//! Countries, regions and postcodes.

use plumb_base::Country;

use super::fold;
use super::lists::{self, Table};

/// Countries by the names and codes that lists use, folded.
pub(crate) struct Countries(Table<Country>);

impl Countries {
    /// Reads `AA|AAA|name|name…` lines; of two countries with one name, the first keeps it.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut names = Vec::with_capacity(5_000);
        for mut row in lists::rows(text) {
            let Some(country) = row.next().and_then(|code| code.parse::<Country>().ok()) else { continue };
            names.push((country.as_str().to_ascii_lowercase(), country));
            for name in row {
                names.push((fold::solid(name), country));
                // `Oesterreich`: umlauts as they are written where the keyboard has none.
                if name.contains(UMLAUTS) {
                    let spelled: String = name.chars().map(spelled_out).collect();
                    names.push((fold::solid(&spelled), country));
                }
            }
        }
        Self(Table::new(names))
    }

    /// The country of a tidy cell: a code, or a name in one of twenty languages.
    pub(crate) fn find(&self, cell: &str) -> Option<Country> {
        let mut octets = [0; 48];
        match octets.get_mut(..cell.len()).filter(|_| cell.is_ascii()) {
            Some(octets) => self.0.get(fold::solid_ascii(cell, octets)),
            None => self.0.get(fold::solid(cell).as_bytes()),
        }
        .copied()
    }
}

/// Regions by country and by the names and codes that lists use, folded.
pub(crate) struct Regions {
    /// The place of a region in `codes`.
    names: Table<u16>,
    /// Whole codes, such as `US-TX`.
    codes: Vec<Box<str>>,
}

impl Regions {
    /// Reads `AA|code=name,name|code=…` lines.
    pub(crate) fn new(text: &'static str) -> Self {
        let (mut names, mut codes) = (Vec::with_capacity(1_500), Vec::with_capacity(400));
        for mut row in lists::rows(text) {
            let Some(country) = row.next() else { continue };
            for (code, known) in row.filter_map(|region| region.split_once('=')) {
                let whole = format!("{country}-{code}");
                for name in [code, &whole].into_iter().chain(known.split(',')) {
                    names.push((country.to_owned() + &fold::solid(name), codes.len() as u16));
                }
                codes.push(whole.into());
            }
        }
        Self { names: Table::new(names), codes }
    }

    /// The whole code of a region that was found.
    pub(crate) fn code(&self, region: u16) -> &str {
        &self.codes[usize::from(region)]
    }

    /// The region that a tidy cell names in a country whose regions are known.
    pub(crate) fn find(&self, cell: &str, country: Country) -> Option<u16> {
        let mut octets = [0; 48];
        let (head, rest) = octets.split_at_mut(2);
        head.copy_from_slice(country.as_str().as_bytes());
        let region = if cell.is_ascii() && cell.len() <= rest.len() {
            let len = fold::solid_ascii(cell, rest).len();
            self.names.get(&octets[..2 + len])
        } else {
            self.names.get((country.as_str().to_owned() + &fold::solid(cell)).as_bytes())
        };
        region.copied()
    }
}

const UMLAUTS: [char; 6] = ['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü'];

fn spelled_out(c: char) -> String {
    match c {
        'ä' | 'Ä' => "ae".to_owned(),
        'ö' | 'Ö' => "oe".to_owned(),
        'ü' | 'Ü' => "ue".to_owned(),
        _ => c.to_string(),
    }
}

/// What postcodes look like, by country.
pub(crate) struct Postcodes {
    /// Position of a country's shapes plus one, by the letters of its code; 0: not known.
    countries: Box<[u8]>,
    rules: Vec<Shapes>,
}

struct Shapes {
    /// `#` stands for a digit, `@` for a letter.
    known: Vec<&'static str>,
    /// One of them has a letter or digit that stands for itself.
    literal: bool,
    /// Letters that lists put before a code: the plates of cars, `D-10115`.
    sign: &'static str,
    /// A number with one digit too few has lost its leading zero.
    pads: bool,
}

/// What was made of a postcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It has a shape of its country, or the country's shapes are not known.
    Fits,
    /// A lost leading zero was put back.
    Padded,
    /// It looks like no postcode of the country, and is left as it was.
    Odd,
}

/// Most letters and digits of a postcode.
const CODE_BYTES_MAX: usize = 12;

impl Postcodes {
    /// Reads `AA|shape,shape|sign|pad` lines.
    pub(crate) fn new(text: &'static str) -> Self {
        let (mut countries, mut all) = (vec![0; 26 * 26], Vec::new());
        for mut row in lists::rows(text) {
            let (Some(country), Some(shapes)) = (row.next().and_then(|code| code.parse::<Country>().ok()), row.next())
            else {
                continue;
            };
            let (sign, pads) = (row.next().unwrap_or_default(), row.next() == Some("pad"));
            let literal = shapes.bytes().any(|sign| sign.is_ascii_alphanumeric());
            all.push(Shapes { known: shapes.split(',').collect(), literal, sign, pads });
            countries[country.index()] = all.len() as u8;
        }
        Self { countries: countries.into(), rules: all }
    }

    /// Writes a postcode as it is written in the country.
    ///
    /// Spreadsheets turn `02134` into `2134` or `2134.0`. That is undone where four digits cannot be anything else.
    pub(crate) fn write(&self, cell: &str, country: Option<Country>, out: &mut String) -> Written {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let code = cell.trim_start_matches(['〒', ' ']);
        let code = code.strip_suffix(".0").filter(|digits| is_digits(digits)).unwrap_or(code);
        let start = out.len();
        let known = country.and_then(|country| Some((country, self.of(country)?)));
        let Some((country, shapes)) = known else {
            out.push_str(code);
            raise_from(out, start);
            return Written::Fits;
        };
        // Most are written as they should be.
        let mut octets = [0; CODE_BYTES_MAX];
        let own = shape_of(code, &mut octets).unwrap_or_default();
        let is_known = |shape: &&str| shape.as_bytes() == own || (shapes.literal && is_shaped(code, shape));
        if shapes.known.iter().any(is_known) {
            out.push_str(code);
            return Written::Fits;
        }
        let mut octets = [0; CODE_BYTES_MAX];
        let mut len = 0;
        for byte in code.bytes() {
            match octets.get_mut(len) {
                Some(octet) if byte.is_ascii_alphanumeric() => {
                    *octet = byte.to_ascii_uppercase();
                    len += 1;
                }
                _ if matches!(byte, b' ' | b'-') => {}
                _ => {
                    out.push_str(code);
                    raise_from(out, start);
                    return Written::Odd;
                }
            }
        }
        let plain = &octets[..len];
        let fit = |plain: &[u8], out: &mut String| shapes.known.iter().any(|shape| push_shaped(plain, shape, out));
        if fit(plain, out) {
            return Written::Fits;
        }
        for sign in [country.as_str(), shapes.sign].into_iter().filter(|sign| !sign.is_empty()) {
            if plain.strip_prefix(sign.as_bytes()).is_some_and(|rest| fit(rest, out)) {
                return Written::Fits;
            }
        }
        if shapes.pads && matches!(len, 4 | 8) {
            let mut padded = [b'0'; CODE_BYTES_MAX + 1];
            padded[1..=len].copy_from_slice(plain);
            if fit(&padded[..=len], out) {
                return Written::Padded;
            }
        }
        out.push_str(code);
        raise_from(out, start);
        Written::Odd
    }

    fn of(&self, country: Country) -> Option<&Shapes> {
        let at = usize::from(self.countries[country.index()]).checked_sub(1)?;
        self.rules.get(at)
    }
}

/// The shape of a postcode as it stands, if it is no longer than any.
fn shape_of<'o>(code: &str, out: &'o mut [u8; CODE_BYTES_MAX]) -> Option<&'o [u8]> {
    let out = out.get_mut(..code.len())?;
    for (sign, byte) in out.iter_mut().zip(code.bytes()) {
        *sign = match byte {
            b'0'..=b'9' => b'#',
            b'A'..=b'Z' => b'@',
            b'#' | b'@' => 0,
            other => other,
        };
    }
    Some(out)
}

/// Whether a postcode has a shape as it stands, where the shape has letters or digits that stand for themselves.
fn is_shaped(code: &str, shape: &str) -> bool {
    code.len() == shape.len()
        && code.bytes().zip(shape.bytes()).all(|(byte, sign)| match sign {
            b'#' => byte.is_ascii_digit(),
            b'@' => byte.is_ascii_uppercase(),
            other => byte == other,
        })
}

/// Writes letters and digits in a shape, if they fit into it. What stands in a shape for itself may be left out.
fn push_shaped(plain: &[u8], shape: &str, out: &mut String) -> bool {
    let start = out.len();
    let mut rest = plain.iter();
    for sign in shape.bytes() {
        let fits = match sign {
            b'#' => rest.next().filter(|b| b.is_ascii_digit()).copied(),
            b'@' => rest.next().filter(|b| b.is_ascii_uppercase()).copied(),
            b' ' | b'-' => Some(sign),
            letter => {
                if rest.as_slice().first() == Some(&letter) {
                    rest.next();
                }
                Some(letter)
            }
        };
        let Some(byte) = fits else {
            out.truncate(start);
            return false;
        };
        out.push(char::from(byte));
    }
    if rest.as_slice().is_empty() {
        return true;
    }
    out.truncate(start);
    false
}

/// Raises the small ASCII letters of the end of a text.
fn raise_from(text: &mut str, start: usize) {
    if let Some(tail) = text.get_mut(start..) {
        tail.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests;
