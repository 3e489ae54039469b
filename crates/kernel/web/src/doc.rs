//! What a route takes and gives, for the OpenAPI document.

use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};

pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a route takes and gives. Types are described by their `JsonSchema`.
#[derive(Clone, Debug)]
pub struct Doc {
    pub(crate) summary: &'static str,
    pub(crate) description: Option<&'static str>,
    pub(crate) tag: Option<&'static str>,
    pub(crate) query: Option<SchemaOf>,
    pub(crate) path: Option<SchemaOf>,
    pub(crate) body: Option<(&'static str, Option<SchemaOf>)>,
    pub(crate) responses: Vec<Reply>,
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) media_type: &'static str,
    pub(crate) schema: Option<SchemaOf>,
}

impl Doc {
    /// Starts with what the operation does, in a few words.
    #[must_use]
    pub const fn new(summary: &'static str) -> Self {
        Self { summary, description: None, tag: None, query: None, path: None, body: None, responses: Vec::new() }
    }

    /// Says more, in Markdown.
    #[must_use]
    pub const fn description(mut self, text: &'static str) -> Self {
        self.description = Some(text);
        self
    }

    /// Puts the operation into a group.
    #[must_use]
    pub const fn tag(mut self, tag: &'static str) -> Self {
        self.tag = Some(tag);
        self
    }

    /// The query's parameters: the fields of `T`.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(T::json_schema);
        self
    }

    /// The types of the path's parameters: the fields of `T`. Text when nothing is said.
    #[must_use]
    pub fn path<T: JsonSchema>(mut self) -> Self {
        self.path = Some(T::json_schema);
        self
    }

    /// A body in JSON.
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(("application/json", Some(SchemaGenerator::subschema_for::<T>)));
        self
    }

    /// A body of `multipart/form-data`, such as an upload.
    #[must_use]
    pub fn multipart<T: JsonSchema>(mut self) -> Self {
        self.body = Some(("multipart/form-data", Some(SchemaGenerator::subschema_for::<T>)));
        self
    }

    /// A body of any other media type, without a schema.
    #[must_use]
    pub const fn body_of(mut self, media_type: &'static str) -> Self {
        self.body = Some((media_type, None));
        self
    }

    /// An answer in JSON with `status`, such as 200.
    ///
    /// # Panics
    /// When `status` is no HTTP status; it is a literal in the declaration.
    #[must_use]
    pub fn responds<T: JsonSchema>(self, status: u16) -> Self {
        self.reply(status, "application/json", Some(SchemaGenerator::subschema_for::<T>))
    }

    /// An answer with `status` of another media type, such as `text/csv` or `text/event-stream`.
    ///
    /// # Panics
    /// When `status` is no HTTP status.
    #[must_use]
    pub fn responds_with(self, status: u16, media_type: &'static str) -> Self {
        self.reply(status, media_type, None)
    }

    /// An answer with `status` and no body, such as 204.
    ///
    /// # Panics
    /// When `status` is no HTTP status.
    #[must_use]
    pub fn responds_empty(self, status: u16) -> Self {
        self.reply(status, "", None)
    }

    fn reply(mut self, status: u16, media_type: &'static str, schema: Option<SchemaOf>) -> Self {
        #[expect(clippy::expect_used, reason = "a literal in a declaration, read when the register is built")]
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        self.responses.push(Reply { status, media_type, schema });
        self
    }
}
