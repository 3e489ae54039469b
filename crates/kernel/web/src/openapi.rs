//! The OpenAPI 3.1 document, written from the register: what is not declared is not in it, and what is
//! declared cannot be missing.

use http::StatusCode;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::doc::{Doc, SchemaOf};
use crate::problem::PROBLEM_JSON;
use crate::route::{Access, Route};

/// The document of all routes that are no pages. The same routes give the same bytes, in whatever order
/// they come.
pub(crate) fn document(routes: &[Route]) -> Value {
    let mut documented: Vec<(&Route, &Doc)> =
        routes.iter().filter(|route| !route.page).filter_map(|route| Some((route, route.doc.as_ref()?))).collect();
    documented.sort_by_key(|(route, _)| (route.path, route.method.as_str().to_owned()));

    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator();
    let mut paths = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for (route, doc) in documented {
        tags.extend(doc.tag);
        let item = paths.entry(plain(route.path)).or_insert_with(|| json!({}));
        if let Value::Object(item) = item {
            item.insert(route.method.as_str().to_ascii_lowercase(), operation(route, doc, &mut generator));
        }
    }
    tags.sort_unstable();
    tags.dedup();
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Problem".into(), problem_schema());
    sort(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Plumbline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Leads, from a list to a verified, provable record. Errors are problem details (RFC 9457); every answer carries its id in X-Request-Id.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags.iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "apiKey": { "type": "http", "scheme": "bearer", "description": "An API key of the organisation. It does what its scopes name, and no more than its maker may." },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-plumb_s", "description": "A signed-in session. A request that changes something sends the session's token in X-Csrf-Token." },
            },
            "responses": {
                "Problem": {
                    "description": "What went wrong, to what, and what to do about it.",
                    "content": { PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/Problem" } } },
                },
            },
        },
    })
}

fn operation(route: &Route, doc: &Doc, generator: &mut SchemaGenerator) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".into(), json!(operation_id(route)));
    operation.insert("summary".into(), json!(doc.summary));
    let public = match route.access {
        Access::Public { reason, .. } => Some(format!("Public: {reason}")),
        Access::SignedIn | Access::Org(_) => None,
    };
    let description: Vec<String> = doc.description.map(str::to_owned).into_iter().chain(public).collect();
    if !description.is_empty() {
        operation.insert("description".into(), json!(description.join("\n\n")));
    }
    if let Some(tag) = doc.tag {
        operation.insert("tags".into(), json!([tag]));
    }
    let mut parameters = path_parameters(route.path, doc.path, generator);
    parameters.extend(doc.query.map(|query| query_parameters(query, generator)).unwrap_or_default());
    if !parameters.is_empty() {
        operation.insert("parameters".into(), Value::Array(parameters));
    }
    if let Some((media_type, schema)) = doc.body {
        let content = content(media_type, schema, generator);
        operation.insert("requestBody".into(), json!({ "required": true, "content": content }));
    }
    operation.insert("responses".into(), responses(route, doc, generator));
    operation.insert("security".into(), security(route.access));
    Value::Object(operation)
}

/// The path without axum's catch-all star, which OpenAPI does not know.
fn plain(path: &str) -> String {
    path.replace("{*", "{")
}

/// `GET /api/v1/leads/{lead}` is `get_leads_by_lead`.
fn operation_id(route: &Route) -> String {
    let mut id = route.method.as_str().to_ascii_lowercase();
    let path = route.path.strip_prefix("/api/v1").unwrap_or(route.path);
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        if let Some(name) = parameter(segment) {
            id.push_str("_by_");
            id.push_str(name);
        } else {
            id.push('_');
            id.extend(segment.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
        }
    }
    id
}

/// The name of a path's parameter, when the segment is one.
pub(crate) fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}').map(|name| name.trim_start_matches('*'))
}

fn path_parameters(path: &str, types: Option<SchemaOf>, generator: &mut SchemaGenerator) -> Vec<Value> {
    let types = types.map(|schema| schema(generator));
    let property = |name: &str| types.as_ref()?.get("properties")?.get(name).cloned();
    path.split('/')
        .filter_map(parameter)
        .map(|name| {
            let schema = property(name).unwrap_or_else(|| json!({ "type": "string" }));
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

fn query_parameters(query: SchemaOf, generator: &mut SchemaGenerator) -> Vec<Value> {
    let schema = query(generator);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort_unstable();
    names
        .into_iter()
        .map(|name| {
            let mut schema = properties[name].clone();
            let mut parameter = json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()) });
            // The description belongs to the parameter; in the schema it would say the same again.
            if let Some(description) = schema.as_object_mut().and_then(|schema| schema.remove("description")) {
                parameter["description"] = description;
            }
            parameter["schema"] = schema;
            parameter
        })
        .collect()
}

fn content(media_type: &str, schema: Option<SchemaOf>, generator: &mut SchemaGenerator) -> Value {
    let schema = schema.map_or_else(|| json!({}), |schema| json!({ "schema": Schema::to_value(schema(generator)) }));
    json!({ media_type: schema })
}

fn responses(route: &Route, doc: &Doc, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for reply in &doc.responses {
        let mut response = json!({ "description": reply.status.canonical_reason().unwrap_or("Answer") });
        if !reply.media_type.is_empty() {
            response["content"] = content(reply.media_type, reply.schema, generator);
        }
        responses.insert(reply.status.as_str().to_owned(), response);
    }
    for status in refusals(route, doc) {
        responses
            .entry(status.as_str().to_owned())
            .or_insert_with(|| json!({ "$ref": "#/components/responses/Problem" }));
    }
    sort(&mut responses);
    responses.insert("default".into(), json!({ "$ref": "#/components/responses/Problem" }));
    Value::Object(responses)
}

/// The statuses with which the shell itself may refuse a call of this route.
fn refusals(route: &Route, doc: &Doc) -> Vec<StatusCode> {
    let mut statuses = vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
    match route.access {
        Access::Public { limit, .. } if limit.emit.is_zero() => {}
        Access::Public { .. } => statuses.push(StatusCode::TOO_MANY_REQUESTS),
        Access::SignedIn | Access::Org(_) => statuses.extend([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]),
    }
    if route.path.contains('{') {
        statuses.push(StatusCode::NOT_FOUND);
    }
    if doc.query.is_some() {
        statuses.push(StatusCode::BAD_REQUEST);
    }
    if doc.body.is_some() {
        statuses.extend([
            StatusCode::BAD_REQUEST,
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ]);
    }
    statuses
}

fn security(access: Access) -> Value {
    match access {
        Access::Public { .. } => json!([]),
        Access::SignedIn => json!([{ "session": [] }]),
        Access::Org(action) => {
            let role = action.role_min().as_str();
            match action.scope() {
                Some(scope) => json!([{ "session": [role] }, { "apiKey": [scope.as_str()] }]),
                None => json!([{ "session": [role] }]),
            }
        }
    }
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "required": ["type", "title", "status", "detail", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri", "description": "The kind of problem: urn:plumb:problem:<slug>." },
            "title": { "type": "string", "description": "The kind in words; the same for each problem of the kind." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What happened, to what, and what to do next." },
            "request_id": { "type": "string", "format": "uuid", "description": "Names the request in the server's log." },
        },
        "additionalProperties": true,
    })
}

/// Sorts by name: whether a map keeps its order depends on what else is built along.
fn sort(map: &mut Map<String, Value>) {
    let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    map.extend(entries);
}

#[cfg(test)]
mod tests;
