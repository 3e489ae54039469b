//! The steps that a pattern over digits is compiled to. The build makes them, [`crate::prefix`] runs them.

/// One step; targets are indices into the same program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Takes one digit that is in the set (bit n stands for digit n).
    Digit(u16),
    /// Tries the first way, and the second if that fails.
    Split(u16, u16),
    /// Goes on elsewhere.
    Jump(u16),
    /// Notes the place: slot 2n is where group n starts, 2n + 1 where it ends.
    Save(u8),
    /// Holds only where the digits end.
    End,
    /// The pattern matched.
    Accept,
}
