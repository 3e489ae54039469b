//! Passwords: what is accepted, and how it is kept (claim 77).

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

/// Fewest characters of a password.
pub(crate) const CHARACTERS_MIN: usize = 12;
/// Most characters of a password. Nothing is cut off.
pub(crate) const CHARACTERS_MAX: usize = 256;

/// argon2id with 19 MiB, two passes, one lane: the least that OWASP's password storage cheat sheet names.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many passwords may wait for a free core before the next one is sent away.
const QUEUE_MAX: usize = 64;

/// A hash in the same parameters of a password that nobody has: it is verified against when there is no
/// account or no password, so that the answer takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$cGx1bWIgbm9ib2R5IHY$\
                       bm8gcGFzc3dvcmQgaGFzaGVzIHRvIHRoZXNlIGJ5dGU";

/// Words that make a password no harder to guess. Those of the product, the person and the organisation come
/// on top.
const WORDS: &[&str] = &[
    "0987654321",
    "1234567890",
    "123456789",
    "1q2w3e4r5t",
    "abcdefghijkl",
    "abcdefgh",
    "abc123",
    "adminadmin",
    "administrator",
    "asdfghjkl",
    "baseball",
    "changeme",
    "default",
    "dragon",
    "football",
    "geheim",
    "iloveyou",
    "letmein",
    "login",
    "master",
    "monkey",
    "motdepasse",
    "pass1234",
    "passphrase",
    "passw0rd",
    "passwort",
    "password",
    "plumbline",
    "princess",
    "qazwsxedc",
    "qwertyuiop",
    "qwertzuiop",
    "qwerty",
    "secret",
    "shadow",
    "sommer",
    "spring",
    "summer",
    "sunshine",
    "superman",
    "trustno1",
    "welcome",
    "willkommen",
    "winter",
];

/// Why a password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Fewer than 12 characters.
    #[error("the password needs at least {CHARACTERS_MIN} characters")]
    TooShort,
    /// More than 256 characters.
    #[error("the password may have at most {CHARACTERS_MAX} characters")]
    TooLong,
    /// Little is left of it without common words, names of the account, and repetition.
    #[error("the password is too easy to guess: it is mostly a common word, a name of this account or a repetition")]
    Guessable,
}

/// The password could not be hashed or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many are waiting.
    #[error("too many passwords are being checked at once")]
    Busy,
    /// The hash failed, for want of memory say.
    #[error("the password could not be hashed")]
    Failed,
}

/// Accepts or refuses a new password. `context` holds the names of the account: its address, the person, the
/// organisation.
pub(crate) fn check(password: &str, context: &[&str]) -> Result<(), PasswordRefused> {
    let folded: String = password.nfkc().flat_map(char::to_lowercase).collect();
    let characters = password.chars().count();
    if characters < CHARACTERS_MIN {
        return Err(PasswordRefused::TooShort);
    }
    if characters > CHARACTERS_MAX {
        return Err(PasswordRefused::TooLong);
    }
    let names = context.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase);
    let mut words: Vec<String> = names.filter(|word| word.chars().count() >= 4).collect();
    words.extend(WORDS.iter().map(|&word| word.to_owned()));
    // The longest first, so that a word within a word does not leave pieces behind.
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(folded, |rest, word| rest.replace(word.as_str(), ""));
    let mut distinct: Vec<char> = rest.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if rest.chars().count() < 8 || distinct.len() < 5 {
        return Err(PasswordRefused::Guessable);
    }
    Ok(())
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It is another password, or there is none.
    Differs,
    /// It is the password.
    Matches {
        /// A hash in today's parameters, when the kept one has others.
        rehashed: Option<String>,
    },
}

/// Hashes and compares passwords on threads of their own: as many at once as there are cores, and a bounded
/// queue before them. Without these bounds, signing in would be a way to take the server down.
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Hasher {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with(cores, QUEUE_MAX)
    }

    fn with(running: usize, waiting: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(running)), admitted: Arc::new(Semaphore::new(running + waiting)) }
    }

    /// The PHC string to keep.
    pub(crate) async fn hash(&self, password: String) -> Result<String, HashError> {
        self.run(move || hash(&password)).await
    }

    /// Compares with a kept PHC string. Without one it takes as long and never matches.
    pub(crate) async fn compare(&self, password: String, kept: Option<String>) -> Result<Compared, HashError> {
        self.run(move || compare(&password, kept.as_deref())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| HashError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| HashError::Failed)?;
        // The permits go along: a caller that goes away does not end the work.
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop((running, admitted));
            result
        })
        .await
        .map_err(|_| HashError::Failed)?
    }
}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The same password typed on two keyboards may come in two encodings.
fn bytes(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

fn hash(password: &str) -> Result<String, HashError> {
    let salt = plumb_base::random::bytes::<16>();
    let hash: PasswordHash =
        argon2()?.hash_password_with_salt(&bytes(password), &salt).map_err(|_| HashError::Failed)?;
    Ok(hash.to_string())
}

fn compare(password: &str, kept: Option<&str>) -> Result<Compared, HashError> {
    // Longer than any that was accepted: compared all the same, so that it takes as long.
    let too_long = password.chars().count() > CHARACTERS_MAX;
    let presented = if too_long { Vec::new() } else { bytes(password) };
    let parsed = PasswordHash::new(kept.unwrap_or(NOBODYS)).map_err(|_| HashError::Failed)?;
    let matches = argon2()?.verify_password(&presented, &parsed).is_ok();
    let Some(kept) = kept.filter(|_| matches && !too_long) else { return Ok(Compared::Differs) };
    let rehashed = if is_current(kept) { None } else { Some(hash(password)?) };
    Ok(Compared::Matches { rehashed })
}

fn is_current(phc: &str) -> bool {
    phc.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

#[cfg(test)]
mod tests;
