//! Statements put together from literal pieces, for listings with optional filters.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{Encode, Postgres, QueryBuilder, Type};

/// A statement whose text is made of literals only and whose values are all bound: nothing that came from
/// outside can become a part of its text.
pub struct Statement(QueryBuilder<Postgres>);

impl Statement {
    /// Begins with a literal.
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self(QueryBuilder::new(text))
    }

    /// Adds a literal.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.0.push(text);
        self
    }

    /// Adds a literal and, after it, a bound value.
    pub fn bind<T>(&mut self, text: &'static str, value: T) -> &mut Self
    where
        T: for<'q> Encode<'q, Postgres> + Type<Postgres> + Send + 'static,
    {
        self.0.push(text);
        self.0.push_bind(value);
        self
    }

    /// The finished statement.
    pub fn build(&mut self) -> Query<'_, Postgres, PgArguments> {
        self.0.build()
    }
}
