//! Which records are about the same person.
