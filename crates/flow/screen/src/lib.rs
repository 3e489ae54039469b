//! Screening of telephone numbers against Do-Not-Call registries and calling rules.
