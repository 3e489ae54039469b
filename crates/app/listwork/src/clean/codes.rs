//! The words of the added columns. Other programs rely on them: a word, once published, keeps its meaning.

use plumb_clean::{CleanRow, Field, Flag, Reason, Value};

/// The columns that cleaning adds, in order.
pub const PLUMB_COLUMNS: [&str; 15] = [
    "plumb_email",
    "plumb_email_status",
    "plumb_phone_e164",
    "plumb_phone_status",
    "plumb_country",
    "plumb_domain",
    "plumb_honorific",
    "plumb_name_suffix",
    "plumb_trade_name",
    "plumb_seniority",
    "plumb_date",
    "plumb_cluster_id",
    "plumb_keep",
    "plumb_score",
    "plumb_reasons",
];

/// The columns that are added where numbers are screened, behind [`DNC_AFTER`]: what Do-Not-Call lists say of the number,
/// and the date of the oldest version that was asked.
pub const DNC_COLUMNS: [&str; 2] = ["plumb_dnc", "plumb_dnc_version"];
/// The column that they stand behind.
pub(crate) const DNC_AFTER: &str = "plumb_phone_status";

/// The columns that `--replace` leaves out: their values stand in the list's own columns.
const REPLACED: [&str; 4] = ["plumb_email", "plumb_phone_e164", "plumb_country", "plumb_date"];

/// What the output looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Only rows to keep.
    pub only_keep: bool,
    /// Clean values in the list's own columns.
    pub replace: bool,
    /// An apostrophe before what a spreadsheet would run.
    pub guard_formulas: bool,
}

impl Shape {
    /// The columns that are added.
    pub fn added(self) -> impl Iterator<Item = &'static str> {
        PLUMB_COLUMNS.into_iter().filter(move |name| !(self.replace && REPLACED.contains(name)))
    }
}

macro_rules! statuses {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $code:literal $words:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $(#[doc = $words] $variant,)+ }

        impl $name {
            /// Every status, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the column.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn explain(self) -> &'static str {
                match self { $(Self::$variant => $words,)+ }
            }
        }
    };
}

statuses! {
    /// What `plumb_email_status` says. Nobody was asked: that a mailbox exists, only `plumb verify` can tell.
    EmailStatus {
        Ok "ok" "The address is well formed, on a domain of its owner's.",
        Free "free" "The address is well formed, with a provider where anybody can have one.",
        Role "role" "The mailbox belongs to a function such as info or sales.",
        Typo "typo" "The domain looks like a slip of a well-known one.",
        Disposable "disposable" "The address is with a provider of throw-away addresses.",
        Invalid "invalid" "Nobody can write to what stands there.",
        Withheld "withheld" "The address is of a class that is not wanted (--deny).",
        Suppressed "suppressed" "The address, or its domain, is on the list of those not to be used.",
        Empty "empty" "There is no address.",
    }
}

statuses! {
    /// What `plumb_phone_status` says.
    PhoneStatus {
        Ok "ok" "The number is of a range that is in use.",
        Possible "possible" "The number has a possible length, but its range is not known to be in use.",
        NoCountry "no_country" "The number has no country code, and no country was named.",
        Damaged "damaged" "A spreadsheet has rounded the number; its digits are lost.",
        Invalid "invalid" "What stands there is no telephone number.",
        Withheld "withheld" "The number is of a class that is not wanted (--deny).",
        Empty "empty" "There is no number.",
    }
}

impl EmailStatus {
    /// The status of a cleaned row that is not suppressed: the gravest thing that is known of the address.
    pub(crate) fn of(row: CleanRow<'_>) -> Self {
        let flags = row.flags();
        if row.reason(Field::Email) == Some(Reason::Withheld) {
            return Self::Withheld;
        }
        if !row.has(Value::Email) {
            return if flags.contains(Flag::EmailInvalid) { Self::Invalid } else { Self::Empty };
        }
        // Many a slip of a great provider's name is a throw-away domain today: what was meant says more.
        let known = [
            (Flag::EmailTypo, Self::Typo),
            (Flag::EmailDisposable, Self::Disposable),
            (Flag::EmailRole, Self::Role),
            (Flag::EmailFree, Self::Free),
        ];
        known.into_iter().find(|(flag, _)| flags.contains(*flag)).map_or(Self::Ok, |(_, status)| status)
    }
}

impl PhoneStatus {
    /// The status of a cleaned row.
    pub(crate) fn of(row: CleanRow<'_>) -> Self {
        let flags = row.flags();
        if row.has(Value::Phone) {
            return if flags.contains(Flag::PhonePossible) { Self::Possible } else { Self::Ok };
        }
        if row.reason(Field::Phone) == Some(Reason::Withheld) {
            return Self::Withheld;
        }
        let known = [
            (Flag::PhoneDamaged, Self::Damaged),
            (Flag::PhoneNoCountry, Self::NoCountry),
            (Flag::PhoneInvalid, Self::Invalid),
        ];
        known.into_iter().find(|(flag, _)| flags.contains(*flag)).map_or(Self::Empty, |(_, status)| status)
    }
}
