//! Logarithms in whole numbers: weights are hundredths of a bit, the same on every machine.

/// One bit.
pub(crate) const BIT: i32 = 100;

/// `100 * log2(x)`, rounded down; 0 for 0.
pub(crate) fn log2(x: u64) -> i32 {
    if x < 2 {
        return 0;
    }
    let whole = 63 - x.leading_zeros() as i32;
    // The fraction by repeated squaring of the mantissa in 1.31 fixed point, seven binary places.
    let mut mantissa = if whole > 31 { x >> (whole - 31) } else { x << (31 - whole) };
    let mut fraction = 0;
    for _ in 0..7 {
        mantissa = (mantissa * mantissa) >> 31;
        fraction <<= 1;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    whole * BIT + fraction * BIT / 128
}

/// `100 * log2(part / whole)`.
pub(crate) fn log2_share(part: u64, whole: u64) -> i32 {
    log2(part << 8) - log2(whole << 8)
}

/// The chance in per cent that odds of this weight stand for.
pub(crate) fn chance(weight: i32) -> u8 {
    // The weight against a chance of 0.5 %, 1.5 %, ... 49.5 %.
    const AGAINST: [i32; 50] = [
        764, 604, 529, 479, 441, 410, 385, 362, 343, 325, 309, 294, 281, 268, 256, 245, 234, 224, 214, 205, 196, 187,
        178, 170, 162, 155, 147, 140, 133, 126, 119, 112, 105, 99, 92, 86, 80, 74, 68, 62, 55, 50, 44, 38, 32, 26, 20,
        14, 9, 3,
    ];
    let less_likely = AGAINST.iter().take_while(|against| **against > weight.abs()).count() as u8;
    if weight < 0 { less_likely } else { 100 - less_likely }
}

#[cfg(test)]
mod tests;
