//! Files for the company's own list, and of what the Reassigned Numbers Database answered.

use std::fs::File;
use std::time::Duration;

use chrono::NaiveDate;
use plumb_base::UserId;
use plumb_store::audit;
use plumb_store::job::{JobContext, JobError};
use tokio::sync::mpsc;

use super::load::{Outcome, sentence};
use crate::bits::Progress;
use crate::company::{self, NumberAnswer, Reason};
use crate::model::FileKind;
use crate::query::LoadEffect;
use crate::reader::{self, Counts, Form, ReadError};

/// Entries of one transaction.
const BATCH: usize = 1_000;

enum Batch {
    Numbers(Vec<String>),
    Answers(Vec<NumberAnswer>),
}

/// Loads the file, a batch at a time. What was loaded before an interruption is loaded again, and changes nothing then.
pub(super) async fn load(
    kind: FileKind,
    obtained_on: NaiveDate,
    by: Option<UserId>,
    form: Form,
    mut file: File,
    cx: &JobContext,
) -> Result<Outcome, JobError> {
    let (send, mut batches) = mpsc::channel::<Batch>(1);
    let reading = tokio::task::spawn_blocking(move || read(kind, &form, &mut file, &send));
    let keys = cx.store().keys();
    let mut effect = LoadEffect::default();
    while let Some(batch) = batches.recv().await {
        if cx.cancelled().is_cancelled() {
            return Ok(Outcome::Later(Duration::ZERO));
        }
        let mut tx = cx.org_tx().await?;
        let entries = match &batch {
            Batch::Numbers(numbers) => {
                let new = company::add(&mut tx, keys, numbers, Reason::List, obtained_on, by).await?;
                effect.added += new;
                effect.without_effect += numbers.len() as u64 - new;
                numbers.len()
            }
            Batch::Answers(answers) => {
                effect.added += company::keep_answers(&mut tx, keys, answers, obtained_on).await?;
                answers.len()
            }
        };
        cx.checkpoint(tx, audit::Entry::of("dnc.batch").with("entries", entries)).await?;
    }
    match reading.await.map_err(|error| JobError::Retry(format!("reading broke off: {error}")))? {
        Ok(counts) => {
            (effect.entries, effect.malformed) = (counts.entries, counts.malformed);
            effect.numbers = counts.entries - counts.malformed;
            Ok(Outcome::Done(effect))
        }
        Err(ReadError::Io(error)) => Err(JobError::Retry(error.to_string())),
        Err(ReadError::Stopped) => Ok(Outcome::Later(Duration::ZERO)),
        Err(error) => {
            let kept = effect.added + effect.without_effect > 0;
            let words = error.to_string();
            let refused = if kept { format!("{words} What was read before stays.") } else { sentence(&words) };
            Ok(Outcome::Refused(refused))
        }
    }
}

fn read(kind: FileKind, form: &Form, file: &mut File, send: &mpsc::Sender<Batch>) -> Result<Counts, ReadError> {
    // Whoever waited for batches has gone when one cannot be sent: the work was stopped.
    let stopped = || std::io::Error::new(std::io::ErrorKind::ConnectionAborted, "stopped");
    let progress = Progress::default();
    if kind == FileKind::Reassigned {
        let mut answers = Vec::new();
        let counts = reader::read_answers(file, &progress, &mut |number, since, answer| {
            answers.push(NumberAnswer { number: number.e164(), since, answer });
            if answers.len() < BATCH {
                return Ok(());
            }
            send.blocking_send(Batch::Answers(std::mem::take(&mut answers))).map_err(|_| stopped())
        })?;
        if !answers.is_empty() {
            send.blocking_send(Batch::Answers(answers)).map_err(|_| stopped())?;
        }
        return Ok(counts);
    }
    let mut numbers = Vec::new();
    let counts = reader::read(file, form, false, &progress, &mut |number, _| {
        numbers.push(number.e164());
        if numbers.len() < BATCH {
            return Ok(());
        }
        send.blocking_send(Batch::Numbers(std::mem::take(&mut numbers))).map_err(|_| stopped())
    })?;
    if !numbers.is_empty() {
        send.blocking_send(Batch::Numbers(numbers)).map_err(|_| stopped())?;
    }
    Ok(counts)
}
