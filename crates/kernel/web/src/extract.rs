//! Reading a request into types, with a [`Problem`] for what does not fit.

use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::csrf::{CSRF_FIELD, media_type_is};
use crate::problem::Problem;

/// A body or an answer in JSON.
///
/// Reading: 415 without `Content-Type: application/json`, 400 for what is no JSON, 422 for JSON of another shape.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let body = body.map_err(|error| unread(&error))?;
        if escapes_nul(&body) {
            return Err(nul());
        }
        match axum::Json::from_request(Request::from_parts(parts, axum::body::Body::from(body)), state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => Err(Problem::invalid(format!("{}.", error.body_text()))),
            Err(JsonRejection::JsonSyntaxError(error)) => Err(Problem::bad_request(format!("{}.", error.body_text()))),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(media_type("application/json")),
            Err(JsonRejection::BytesRejection(error)) => Err(unread(&error)),
            Err(_) => Err(Problem::bad_request("The body could not be read. Send it as JSON.")),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The query's parameters. 400 for what does not fit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if form_pairs(parts.uri.query().unwrap_or_default().as_bytes()).iter().any(holds_nul) {
            return Err(nul());
        }
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error: QueryRejection| Problem::bad_request(format!("{}.", error.body_text())))
    }
}

/// The path's parameters. An id that is none of ours in form is as absent as one that is not there: 404.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|error: PathRejection| {
                if let PathRejection::FailedToDeserializePathParams(ref cause) = error
                    && cause.status().is_server_error()
                {
                    tracing::error!(%error, "a handler's path parameters do not fit its route");
                    return Problem::internal();
                }
                Problem::not_found()
            })
    }
}

/// A form of a page (`application/x-www-form-urlencoded`), without the token field: the access layer has
/// checked it. 422 for what does not fit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !media_type_is(request.headers(), FORM) {
            return Err(media_type(FORM));
        }
        let body = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        let fields: Vec<_> = form_pairs(&body).into_iter().filter(|(name, _)| name != CSRF_FIELD).collect();
        if fields.iter().any(holds_nul) {
            return Err(nul());
        }
        // Written out again without the token, so that a type may refuse fields that it does not know.
        let mut rest = Request::new(axum::body::Body::from(encode(&fields)));
        *rest.method_mut() = http::Method::POST;
        rest.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(FORM));
        match axum::Form::from_request(rest, state).await {
            Ok(axum::Form(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::invalid(format!("{}.", error.body_text()))),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The names and values of an urlencoded form, in order.
pub(crate) fn form_pairs(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// Postgres holds no NUL in text, so none is let in: it would come back as an error of ours.
fn nul() -> Problem {
    Problem::bad_request("The request has a NUL character in it. Leave it out.")
}

fn holds_nul((name, value): &(String, String)) -> bool {
    name.contains('\0') || value.contains('\0')
}

/// Whether a JSON text has the escape of NUL (as it is, NUL is no JSON), and not an escaped backslash before it.
fn escapes_nul(json: &[u8]) -> bool {
    let is_escape = |at: usize| json[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0;
    json.windows(6).enumerate().any(|(at, piece)| piece == b"\\u0000" && is_escape(at))
}

fn encode(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// An upload or form of `multipart/form-data`, read field by field as it comes. Its errors turn into a
/// [`Problem`] with `?`.
#[derive(Debug)]
pub struct Multipart(pub axum::extract::Multipart);

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        axum::extract::Multipart::from_request(request, state)
            .await
            .map(Self)
            .map_err(|_: MultipartRejection| media_type("multipart/form-data"))
    }
}

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Self {
        match error.status() {
            _ if is_over_limit(&error) => cut_off(),
            status if status.is_server_error() => {
                tracing::warn!("an upload broke off");
                Self::bad_request("The upload broke off before its end. Send it again.")
            }
            _ => Self::bad_request("The upload is not readable as multipart/form-data. Send it again."),
        }
    }
}

/// The whole body, as it is.
#[derive(Clone, Debug)]
pub struct Body(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Bytes::from_request(request, state).await.map(Self).map_err(|error| unread(&error))
    }
}

pub(crate) fn unread(error: &BytesRejection) -> Problem {
    if is_over_limit(error) {
        return cut_off();
    }
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body-incomplete", "The body did not arrive")
        .detail("The body broke off or came too slowly. Nothing was changed. Send the request again.")
        .header(header::CONNECTION, http::HeaderValue::from_static("close"))
}

/// Whether a body ended because it was larger than its route allows. The limit's error lies under as many
/// layers as there are around the body, so all of them are looked through.
fn is_over_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}

fn cut_off() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Request too large")
        .detail("The body is larger than this address takes. Send less at once.")
}

fn media_type(wanted: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Another media type is needed")
        .detail(format!("This address takes {wanted}. Set Content-Type accordingly."))
        .extend("media_type", wanted)
}

#[cfg(test)]
mod tests;
