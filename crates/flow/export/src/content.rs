//! The file of an export, on its way out.

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, Stream};
use http::{HeaderValue, StatusCode, header};
use plumb_base::OrgId;
use plumb_store::access::Action;
use plumb_store::{Actor, Store, audit};
use plumb_vault::{Context, Purpose};
use plumb_web::{Caller, IntoResponse as _, Path, Problem, Response, State};
use uuid::Uuid;

use crate::domain::Format;
use crate::http::ExportPath;
use crate::job::{PLACE, piece_row};
use crate::model::State as ExportState;
use crate::query;

/// Answers the file. That it was taken, by whom, is in the log before the first byte leaves.
pub(crate) async fn download(
    State(store): State<Store>,
    caller: Caller,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Response, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, export, false).await?.ok_or_else(Problem::not_found)?;
    match (row.state(), row.content_until) {
        (ExportState::Done, Some(_)) => {}
        (ExportState::Done, None) => return Err(gone()),
        (state, _) => {
            let words = format!("The export is {}, so there is no file to be had.", state.as_str());
            return Err(Problem::conflict(words).extend("state", state.as_str()));
        }
    }
    if let Some(since) = row.started_at
        && plumb_lead::opted_out_since(&mut tx, since).await?
    {
        return Err(outdated());
    }
    let entry = audit::Entry::of("export.downloaded").on("export", export).with("bytes", row.bytes);
    tx.commit(entry).await?;

    let end = match row.format() {
        Format::Csv => "csv",
        Format::Parquet => "parquet",
    };
    let disposition = format!("attachment; filename=\"leads-{export}.{end}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(row.format().media_type())),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(disposition).map_err(|_| Problem::internal())?),
        (header::CONTENT_LENGTH, HeaderValue::from(row.bytes)),
    ];
    let pieces = Pieces { store, org: caller.org, actor: caller.actor, export, next: 0, count: row.pieces };
    Ok((headers, Body::from_stream(pieces.into_stream())).into_response())
}

fn gone() -> Problem {
    Problem::new(StatusCode::GONE, "export-gone", "The file is gone")
        .detail("Files are removed 30 days after their export ended. Ask for the export again.")
}

fn outdated() -> Problem {
    Problem::new(StatusCode::CONFLICT, "export-outdated", "Somebody has opted out since").detail(
        "Since this file was written, somebody among this organisation's leads asked not to be contacted, and may be in it. \
         Ask for the export again: the new file is without them.",
    )
}

struct Pieces {
    store: Store,
    org: OrgId,
    actor: Actor,
    export: Uuid,
    next: i32,
    count: i32,
}

impl Pieces {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        stream::try_unfold(self, |mut pieces| async move {
            if pieces.next >= pieces.count {
                return Ok(None);
            }
            let piece = pieces.piece().await.map_err(std::io::Error::other)?;
            pieces.next += 1;
            Ok(Some((piece, pieces)))
        })
    }

    /// The next piece, if whoever takes the file still may: a key that is revoked on the way ends the download.
    async fn piece(&self) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
        let mut tx = self.store.org(self.org, self.actor).await?;
        if !plumb_identity::still_may(&mut tx, self.actor, Action::LeadsExport).await? {
            return Err("whoever takes the file may not any more".into());
        }
        let sealed = query::piece(&mut tx, self.export, self.next).await?.ok_or("the file was removed")?;
        tx.done_reading().await?;
        let row = piece_row(self.export, self.next);
        let context = Context { org: self.org, place: PLACE, row: &row };
        let open = self.store.keys().open(Purpose::Personal, context, &sealed).map_err(|error| error.to_string())?;
        Ok(Bytes::copy_from_slice(&open))
    }
}
