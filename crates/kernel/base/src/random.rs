//! Randomness from the operating system, for secrets and identifiers.

/// `N` bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: nothing that needs secrets can go on then.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness no secret can be made; stopping is the safe end")]
    getrandom::fill(&mut out).expect("the operating system gave no randomness");
    out
}

/// A random number below `bound`, for jitter and choices where the bias of a modulus does not matter.
#[must_use]
pub fn below(bound: u64) -> u64 {
    u64::from_le_bytes(bytes()) % bound.max(1)
}
