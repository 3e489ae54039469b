//! The closed words for what cleaning noticed. A code, once published, keeps its meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines a closed enum whose variants carry a stable code and a sentence for people, from one table.
macro_rules! closed_words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $code:literal $words:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
        PostcodePadded "postcode_padded" "A US ZIP code had lost its leading zero, which was put back.",
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

#[cfg(test)]
mod tests;
