//! The error file: what did not become a lead, and why, to be corrected and imported again.

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, Stream};
use http::{HeaderValue, header};
use plumb_base::csv::guard;
use plumb_base::{ImportId, OrgId};
use plumb_store::{Actor, StoreError, audit};
use plumb_table::write::push_cells;
use plumb_web::{Caller, IntoResponse as _, Path, Problem, Response, State};

use crate::Source;
use crate::http::{ImportPath, names};
use crate::query::{self, Reject};
use crate::reason::explain;

/// Rows that are read at once.
const PIECE_ROWS: i64 = 1_000;

pub(crate) async fn download(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
) -> Result<Response, Problem> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, import).await?.ok_or_else(Problem::not_found)?;
    tx.commit(audit::Entry::of("import.rejects_downloaded").on("import", import.0)).await?;
    let file = Pieces { source, org: caller.org, actor: caller.actor, import, names: names(&row), after: None };
    let disposition = format!("attachment; filename=\"rejects-{import}.csv\"");
    let disposition = HeaderValue::try_from(disposition).map_err(|_| Problem::internal())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(file.into_stream())).into_response())
}

struct Pieces {
    source: Source,
    org: OrgId,
    actor: Actor,
    import: ImportId,
    names: Vec<String>,
    /// The last row that was written; none before the header.
    after: Option<i64>,
}

impl Pieces {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        stream::try_unfold(Some(self), |pieces| async move {
            let Some(mut pieces) = pieces else { return Ok(None) };
            let (piece, more) = pieces.next().await.map_err(std::io::Error::other)?;
            Ok(Some((piece, more.then_some(pieces))))
        })
    }

    async fn next(&mut self) -> Result<(Bytes, bool), StoreError> {
        let mut out = Vec::new();
        if self.after.is_none() {
            let names: Vec<_> = self.names.iter().map(|name| guard(name)).collect();
            let names = names.iter().map(AsRef::as_ref);
            push_cells(&mut out, ["row", "reason", "explanation"].into_iter().chain(names), b',');
            out.push(b'\n');
        }
        let mut tx = self.source.store.org(self.org, self.actor).await?;
        let mut rejects = query::rejects(&mut tx, self.import, self.after.unwrap_or(0), PIECE_ROWS).await?;
        let rows = rejects.iter_mut().filter_map(|reject| reject.raw.as_mut());
        plumb_lead::withhold_opted_out(&mut tx, rows, &self.source.store.keys().suppression()).await?;
        tx.done_reading().await?;
        for reject in &rejects {
            push_cells(&mut out, self.record(reject).iter().map(String::as_str), b',');
            out.push(b'\n');
        }
        self.after = Some(rejects.last().map_or(i64::MAX, |reject| reject.row_no));
        let more = rejects.len() as i64 == PIECE_ROWS;
        Ok((out.into(), more))
    }

    /// As many cells as the header, or more where the row itself had more.
    fn record(&self, reject: &Reject) -> Vec<String> {
        let words = match reject.detail.as_str() {
            "" => explain(&self.source.cleaning, &reject.reason),
            detail => detail.to_owned(),
        };
        let mut cells: Vec<String> =
            reject.raw.as_ref().and_then(serde_json::Value::as_array).map_or_else(Vec::new, |raw| {
                raw.iter().map(|cell| guard(cell.as_str().unwrap_or_default()).into_owned()).collect()
            });
        cells.resize(cells.len().max(self.names.len()), String::new());
        let mut record = vec![reject.row_no.to_string(), reject.reason.clone(), words];
        record.append(&mut cells);
        record
    }
}
