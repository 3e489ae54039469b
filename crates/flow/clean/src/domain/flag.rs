//! The closed words for what cleaning noticed and did. A code, once published, keeps its meaning.

/// Defines a closed enum whose variants carry a stable code and a sentence for people, from one table.
macro_rules! closed_words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $code:literal $words:literal,)+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[repr(u8)]
        pub enum $name {
            $(#[doc = $words] #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code, as stored and as in JSON.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One sentence for people.
            #[must_use]
            pub fn explain(self) -> &'static str {
                match self { $(Self::$variant => $words,)+ }
            }
        }
    };
}

pub(crate) use closed_words;

closed_words! {
    /// Something worth knowing about a row that stays in the list.
    Flag {
        Placeholder "placeholder" "A cell held a placeholder such as n/a and was read as empty.",
        Garbled "garbled" "A text looks damaged by a wrong character encoding; it was left as it is.",
        EmailInvalid "email_invalid" "The e-mail address is not one that can be written to; the original is kept with the row's provenance.",
        EmailSeveral "email_several" "The cell held several e-mail addresses; the first good one was taken.",
        EmailRole "email_role" "The mailbox belongs to a function such as info or sales and not to one person.",
        EmailFree "email_free" "The mailbox is with a provider where anybody can have one.",
        EmailDisposable "email_disposable" "The mailbox is with a provider of throw-away addresses.",
        EmailAlias "email_alias" "The address has a plus tag; the mailbox behind it is the one without.",
        EmailInternational "email_international" "The part before the @ has letters that not every mail server takes.",
        EmailTypo "email_typo" "The domain of the address looks like a slip of a well-known one; nothing was changed.",
        PhoneInvalid "phone_invalid" "The text in the phone column is not a phone number of the country.",
        PhonePossible "phone_possible" "The phone number has a possible length, but its range is not known to be in use.",
        PhoneNoCountry "phone_no_country" "The phone number has no country code, and the row and the import name no country; none was guessed.",
        PhoneDamaged "phone_damaged" "A spreadsheet has turned the phone number into a rounded figure; its digits are lost.",
        PhoneSeveral "phone_several" "The cell held several phone numbers; the first good one was taken.",
        PhoneExtension "phone_extension" "The phone number has an extension, which is kept apart.",
        PhoneTollFree "phone_toll_free" "The phone number is free of charge for the caller, so it is a company's and not a person's.",
        PhonePremium "phone_premium" "A call to the phone number is charged at a premium or shared rate.",
        PhoneVoip "phone_voip" "The phone number is in a range for internet telephony.",
        NameImplausible "name_implausible" "The name has an @, digits or a web address in it; it was left as it is and is not used to recognise the person.",
        NoOrganisation "no_org" "Nothing in the row says which organisation the person works for.",
        WebsiteInvalid "website_invalid" "The text in the website column is not a web address.",
        WebsiteNotOwn "website_not_own" "The website is a page on a social network or a free-mail domain, so it does not name the company's domain.",
        ProfileUnrecognised "profile_unrecognised" "The profile link is not that of a person on LinkedIn.",
        CountryUnknown "country_unknown" "The country could not be recognised.",
        PostcodePadded "postcode_padded" "A postcode had lost its leading zero, which was put back.",
        PhoneMobile "phone_mobile" "The phone number is in a range for mobiles alone.",
        HomeAddress "home_address" "The column says that the street is where the person lives.",
        PolicyWithheld "policy_withheld" "A value of a class that the organisation does not take was left out.",
        PostcodeOdd "postcode_odd" "The postcode does not look like one of the country; it was left as it is.",
        DateAmbiguous "date_ambiguous" "The day and the month of the date cannot be told apart, and the list does not show which it writes first; neither was guessed.",
        DateInvalid "date_invalid" "The text in the column of dates is no date.",
        DateOrder "date_order" "The date can only be read with day and month in the other order than the rest of the list.",
    }
}

closed_words! {
    /// Why a row does not become a lead.
    RejectReason {
        EmptyRow "empty_row" "The row is empty.",
        RaggedRow "ragged_row" "The row does not have as many cells as the header.",
        NulByte "nul_byte" "The row has a NUL character in it, so the file is damaged or not a text.",
        FieldTooLong "field_too_long" "A cell is longer than 64 KiB.",
        NothingToIdentify "nothing_to_identify" "The row has no usable e-mail address, profile link or phone number, and no name together with a company.",
    }
}

closed_words! {
    /// Why the value of a field is not what the cell says. Of several, the one that changed most.
    Reason {
        Tidied "tidied" "Blanks, invisible characters or split-up letters were put in order; no letter is another.",
        Placeholder "placeholder" "The cell only said that there is nothing, such as n/a.",
        EmailForm "email_form" "The domain of the address was written in small letters or in the form that mail servers use.",
        EmailTaken "email_taken" "The address was taken out of the text around it.",
        EmailRefused "email_refused" "No e-mail address in the cell can be written to.",
        PhoneForm "phone_form" "The number was written in international form.",
        PhoneRefused "phone_refused" "No phone number could be read in the cell.",
        NameCase "name_case" "A name all in capitals or all in small letters was written as names are.",
        NameParts "name_parts" "Titles or degrees around the name were taken off, or its parts put in their places.",
        NameFilled "name_filled" "The cell was empty; the value was taken from the other cells of the name.",
        WebsiteForm "website_form" "The web address was written with its scheme, in small letters and without query.",
        WebsiteRefused "website_refused" "The text is not a web address.",
        PostcodeForm "postcode_form" "The postcode was written as its country writes it.",
        CountryCode "country_code" "The country was written as its two-letter code.",
        CountryRefused "country_refused" "The country could not be recognised.",
        ProfileHandle "profile_handle" "The profile link was reduced to the handle in it.",
        ProfileRefused "profile_refused" "The text is not a link to a person's profile.",
        DateForm "date_form" "The date was written as year, month and day.",
        DateRefused "date_refused" "The text is no date, or it may be two.",
        Withheld "withheld" "The organisation does not take values of this class.",
    }
}

/// A set of [`Flag`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u64);

impl Flags {
    /// Adds one.
    pub fn insert(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u8;
    }

    /// Adds one if `seen`.
    pub(crate) fn note(&mut self, flag: Flag, seen: bool) {
        self.0 |= u64::from(seen) << flag as u8;
    }

    /// Takes some away.
    pub(crate) fn remove(&mut self, flags: &[Flag]) {
        for flag in flags {
            self.0 &= !(1 << *flag as u8);
        }
    }

    /// Whether it is among them.
    #[must_use]
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in the order of [`Flag::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.iter().copied().filter(move |flag| self.contains(*flag))
    }

    /// The set as a number: bit n stands for the n-th of [`Flag::ALL`].
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<T: IntoIterator<Item = Flag>>(flags: T) -> Self {
        let mut set = Self::default();
        flags.into_iter().for_each(|flag| set.insert(flag));
        set
    }
}

impl std::fmt::Debug for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
