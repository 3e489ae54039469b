//! Who may do what: one table, shown whole in a checked-in snapshot (claim 61).

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person's role in one organisation, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Uses the product.
    Member,
    /// Also manages people and keys.
    Admin,
    /// Also owns the organisation.
    Owner,
}

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// The word in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| format!("no role {text}"))
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What an API key may be allowed to do; a key has the least it was given.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Scope {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in the database, the API and on pages.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }

        impl FromStr for Scope {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($text => Ok(Self::$name),)* _ => Err(format!("no scope {text}")) }
            }
        }
    };
}

scopes! {
    /// Read leads, their provenance and their verdicts.
    LeadsRead = "leads:read";
    /// Edit leads.
    LeadsWrite = "leads:write";
    /// Take leads out as a file.
    LeadsExport = "leads:export";
    /// See imports and their progress.
    ImportsRead = "imports:read";
    /// Bring in lists.
    ImportsWrite = "imports:write";
    /// Load Do-Not-Call lists, and take numbers off the company's own.
    DncManage = "dnc:manage";
    /// Read and export the audit log.
    AuditRead = "audit:read";
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $role:ident, $scope:expr;)*) => {
        /// Everything that an access rule can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The weakest role that may do it.
            #[must_use]
            pub const fn role_min(self) -> Role {
                match self { $(Self::$name => Role::$role),* }
            }

            /// The scope that lets an API key do it; none for what no key may do.
            #[must_use]
            pub const fn scope(self) -> Option<Scope> {
                match self { $(Self::$name => $scope),* }
            }
        }
    };
}

actions! {
    /// See leads.
    LeadsRead: Member, Some(Scope::LeadsRead);
    /// Edit a lead.
    LeadsEdit: Member, Some(Scope::LeadsWrite);
    /// Export leads as a file.
    LeadsExport: Member, Some(Scope::LeadsExport);
    /// See which leads may be one person, and what was merged.
    DuplicatesRead: Member, Some(Scope::LeadsRead);
    /// Search for duplicates, merge, say what is not the same, undo.
    DuplicatesMerge: Member, Some(Scope::LeadsWrite);
    /// Have duplicates merged by themselves.
    DuplicatesManage: Admin, Some(Scope::LeadsWrite);
    /// See imports.
    ImportsRead: Member, Some(Scope::ImportsRead);
    /// Bring in a list, start, cancel.
    ImportsWrite: Member, Some(Scope::ImportsWrite);
    /// Choose which values about people's private lives are not taken from lists.
    ImportPolicyManage: Admin, None;
    /// See Do-Not-Call lists, screenings and calling rules, and check a number.
    DncRead: Member, Some(Scope::LeadsRead);
    /// Say under whose subscription lists are used, load them, take numbers off the company's own.
    DncManage: Admin, Some(Scope::DncManage);
    /// Read the organisation's own audit log.
    AuditRead: Admin, Some(Scope::AuditRead);
    /// See who belongs to the organisation.
    MembersRead: Member, None;
    /// See, make and revoke API keys.
    ApiKeysManage: Admin, None;
    /// See, retry and cancel background work.
    JobsManage: Admin, None;
    /// Choose how verdicts are judged, and which verification provider is asked with which key.
    VerifyManage: Admin, None;
}

/// Whether `role` may do `action`.
#[must_use]
pub fn allows(role: Role, action: Action) -> bool {
    role >= action.role_min()
}
