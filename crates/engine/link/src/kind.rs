//! What a column can be about.

/// What a column is about. Several columns may be about the same kind: several telephones are compared each with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The whole name of a person in one cell. Beside parts of names it only adds what they lack.
    FullName,
    /// Given name.
    FirstName,
    /// Middle names or initials.
    MiddleName,
    /// Family name.
    LastName,
    /// What follows the family name: `Sr`, `Jr`, `III`.
    NameSuffix,
    /// An e-mail address, as written or as a key.
    Email,
    /// A telephone number, as written or in E.164.
    Phone,
    /// A person's page on a network, as a link or a handle.
    Profile,
    /// A code that belongs to one person: social security, tax, passport, customer number.
    PersonId,
    /// Date of birth, in any order of day, month and year.
    BirthDate,
    /// The employer's name, as written or as a key.
    Company,
    /// A code that belongs to one company: registry number, LEI, VAT number.
    CompanyId,
    /// The employer's website or domain.
    Domain,
    /// What the person does at the company.
    Title,
    /// Street, with or without the number.
    Street,
    /// House number, where it has a column of its own.
    StreetNumber,
    /// A second line of an address: building, estate, flat.
    Building,
    /// Town or suburb.
    City,
    /// State, province or county.
    Region,
    /// Postcode.
    Postcode,
    /// Country, by name or code.
    Country,
    /// Gender, in words or letters.
    Gender,
    /// Where the person was born.
    BirthPlace,
    /// What the person does, apart from any company.
    Occupation,
    /// Something else that says who somebody is; weighed by how well it does so in the list itself.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 25] = [
        Self::FullName,
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::NameSuffix,
        Self::Email,
        Self::Phone,
        Self::Profile,
        Self::PersonId,
        Self::BirthDate,
        Self::Company,
        Self::CompanyId,
        Self::Domain,
        Self::Title,
        Self::Street,
        Self::StreetNumber,
        Self::Building,
        Self::City,
        Self::Region,
        Self::Postcode,
        Self::Country,
        Self::Gender,
        Self::BirthPlace,
        Self::Occupation,
        Self::Other,
    ];

    /// The stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::FirstName => "first_name",
            Self::MiddleName => "middle_name",
            Self::LastName => "last_name",
            Self::NameSuffix => "name_suffix",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Profile => "profile",
            Self::PersonId => "person_id",
            Self::BirthDate => "birth_date",
            Self::Company => "company",
            Self::CompanyId => "company_id",
            Self::Domain => "domain",
            Self::Title => "title",
            Self::Street => "street",
            Self::StreetNumber => "street_number",
            Self::Building => "building",
            Self::City => "city",
            Self::Region => "region",
            Self::Postcode => "postcode",
            Self::Country => "country",
            Self::Gender => "gender",
            Self::BirthPlace => "birth_place",
            Self::Occupation => "occupation",
            Self::Other => "other",
        }
    }

    /// The kind of a stable name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it is a part of a person's name.
    #[must_use]
    pub fn is_name(self) -> bool {
        matches!(self, Self::FullName | Self::FirstName | Self::MiddleName | Self::LastName | Self::NameSuffix)
    }
}
