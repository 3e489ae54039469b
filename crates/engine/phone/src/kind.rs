//! What a number is for.

/// What a number is for, by its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Charged at a premium.
    PremiumRate,
    /// Free for the caller.
    TollFree,
    /// The cost is shared between caller and called.
    SharedCost,
    /// Internet telephony.
    Voip,
    /// Follows a person from line to line.
    Personal,
    /// A pager.
    Pager,
    /// A company's one number for many offices.
    Uan,
    /// Access to a voice mailbox.
    Voicemail,
    /// A landline.
    FixedLine,
    /// A mobile.
    Mobile,
    /// A landline or a mobile: the range does not tell, as in North America.
    FixedLineOrMobile,
}

impl Kind {
    /// By the tables' count, which starts at 1 (`KINDS` in `build/tables.rs`).
    pub(crate) fn of(count: u16) -> Option<Self> {
        Some(match count {
            1 => Self::PremiumRate,
            2 => Self::TollFree,
            3 => Self::SharedCost,
            4 => Self::Voip,
            5 => Self::Personal,
            6 => Self::Pager,
            7 => Self::Uan,
            8 => Self::Voicemail,
            9 => Self::FixedLine,
            10 => Self::Mobile,
            11 => Self::FixedLineOrMobile,
            _ => return None,
        })
    }
}
