//! The server's side: one worker, asked one question at a time.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use plumb_jail::{Closed, EXIT_NOT_CLOSED};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::frame::{self, HEAD_BYTES, Word};
use super::message::{Batch, InspectTask, Ready, RowsTask, Seen, Sniffed};
use super::{FILE_WORKER, NOT_CLOSED, Start, Worker, WorkerError};
use crate::domain::refusal::RefusedFile;

/// Longest wait for an answer. No piece or batch takes a second.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);
/// Most of what a worker says in its trouble that is listened to, in bytes.
const LAST_WORDS_BYTES: u64 = 4 * 1024;

/// A worker that reads one file. It ends with this.
pub(crate) struct Session {
    input: Box<dyn AsyncWrite + Send + Sync + Unpin>,
    output: Box<dyn AsyncRead + Send + Sync + Unpin>,
    child: Option<Child>,
    closed: Option<Closed>,
}

/// What a worker said.
pub(crate) enum Answer {
    /// It wants more of the file.
    More,
    Sniffed(Sniffed),
    Seen(Seen),
    Batch(Batch),
    Refused(RefusedFile),
    /// The stored list cannot be read on.
    Wrong(String),
}

impl Session {
    /// Starts a worker and waits until it has proven how it is closed in.
    pub(crate) async fn start(worker: &Worker) -> Result<Self, WorkerError> {
        let mut session = match &worker.0 {
            Start::Program { path, closed } => {
                let mut command = Command::new(path);
                command.arg(FILE_WORKER).args((!closed).then_some(NOT_CLOSED));
                // Whatever it inherits, it could tell to whoever takes it over.
                command.env_clear().current_dir("/").kill_on_drop(true);
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                let mut child = command.spawn().map_err(|error| broke_off(format!("it does not start: {error}")))?;
                let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
                    return Err(broke_off("it has no pipes"));
                };
                Self { input: Box::new(input), output: Box::new(output), child: Some(child), closed: None }
            }
            #[cfg(test)]
            Start::Thread(cleaning) => Self::in_thread(cleaning.clone()),
        };
        let (word, content) = session.answer().await?;
        let ready: Ready = match word {
            Word::Ready => Self::understood(&content)?,
            _ => return Err(broke_off("its first word makes no sense")),
        };
        if let Start::Program { closed: true, .. } = worker.0
            && ready.closed.is_none()
        {
            return Err(broke_off("it did not prove that it is closed in"));
        }
        session.closed = ready.closed;
        Ok(session)
    }

    /// The evidence that it is closed in.
    pub(crate) fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    /// Has it look at a list.
    pub(crate) async fn inspect(&mut self, task: &InspectTask) -> Result<Answer, WorkerError> {
        let task = encoded(task)?;
        self.ask(Word::Inspect, &task).await
    }

    /// Has it read the rows of a list.
    pub(crate) async fn rows(&mut self, task: &RowsTask) -> Result<Answer, WorkerError> {
        let task = encoded(task)?;
        self.ask(Word::Rows, &task).await
    }

    /// Hands it the next bytes of the file.
    pub(crate) async fn piece(&mut self, bytes: &[u8]) -> Result<Answer, WorkerError> {
        self.ask(Word::Piece, bytes).await
    }

    /// Tells it that the file has ended.
    pub(crate) async fn end(&mut self) -> Result<Answer, WorkerError> {
        self.ask(Word::End, &[]).await
    }

    /// Takes the rows that it handed out, and asks for the next ones.
    pub(crate) async fn next(&mut self) -> Result<Answer, WorkerError> {
        self.ask(Word::Next, &[]).await
    }

    async fn ask(&mut self, word: Word, content: &[u8]) -> Result<Answer, WorkerError> {
        let head = frame::head(word, content.len()).map_err(broke_off)?;
        let asking = async {
            self.input.write_all(&head).await?;
            self.input.write_all(content).await?;
            self.input.flush().await
        };
        let asked = tokio::time::timeout(ANSWER_WITHIN, asking).await;
        if !matches!(asked, Ok(Ok(()))) {
            return Err(self.ended().await);
        }
        let (word, content) = self.answer().await?;
        Ok(match word {
            Word::More => Answer::More,
            Word::Sniffed => Answer::Sniffed(Self::understood(&content)?),
            Word::Seen => Answer::Seen(Self::understood(&content)?),
            Word::Refused => Answer::Refused(Self::understood(&content)?),
            Word::Wrong => Answer::Wrong(Self::understood(&content)?),
            Word::Batch => {
                // The one answer that is long enough to keep others waiting.
                let batch = tokio::task::spawn_blocking(move || serde_json::from_slice(&content)).await;
                let batch: Batch = batch.map_err(broke_off)?.map_err(|_| broke_off(NO_SENSE))?;
                Answer::Batch(batch)
            }
            _ => return Err(broke_off(NO_SENSE)),
        })
    }

    async fn answer(&mut self) -> Result<(Word, Vec<u8>), WorkerError> {
        let reading = async {
            let mut head = [0; HEAD_BYTES];
            self.output.read_exact(&mut head).await?;
            let (word, bytes) = frame::announced(head)?;
            // Grows with what comes, not with what was announced.
            let mut content = Vec::new();
            (&mut self.output).take(bytes as u64).read_to_end(&mut content).await?;
            if content.len() < bytes {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            Ok::<_, std::io::Error>((word, content))
        };
        match tokio::time::timeout(ANSWER_WITHIN, reading).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => Err(broke_off(NO_SENSE)),
            Ok(Err(_)) => Err(self.ended().await),
            Err(_) => Err(broke_off(format!("it was silent for {} seconds", ANSWER_WITHIN.as_secs()))),
        }
    }

    fn understood<T: DeserializeOwned>(content: &[u8]) -> Result<T, WorkerError> {
        serde_json::from_slice(content).map_err(|_| broke_off(NO_SENSE))
    }

    /// Why it went.
    async fn ended(&mut self) -> WorkerError {
        let Some(mut child) = self.child.take() else { return broke_off("it ended") };
        let mut words = Vec::new();
        let ending = async {
            if let Some(errors) = child.stderr.take() {
                let _ = errors.take(LAST_WORDS_BYTES).read_to_end(&mut words).await;
            }
            child.wait().await
        };
        let status = tokio::time::timeout(Duration::from_secs(5), ending).await;
        let Ok(Ok(status)) = status else { return broke_off("it closed its pipes and went on") };
        if status.code() == Some(i32::from(EXIT_NOT_CLOSED)) {
            return WorkerError::Unavailable(String::from_utf8_lossy(&words).trim().to_owned());
        }
        // Its words may hold what stood in the file, so they are not repeated.
        broke_off(how(status))
    }

    /// A worker in a thread, which is not closed in.
    #[cfg(test)]
    fn in_thread(cleaning: crate::Cleaning) -> Self {
        let (ours, its) = tokio::net::UnixStream::pair().expect("a pair of sockets");
        let its = its.into_std().expect("a socket");
        its.set_nonblocking(false).expect("a socket that blocks");
        std::thread::spawn(move || {
            let input = its.try_clone().expect("a second handle");
            // A test that throws its session away ends the pipe in the middle of a word.
            let _ = super::serve(&cleaning, None, input, its);
        });
        let (output, input) = ours.into_split();
        Self { input: Box::new(input), output: Box::new(output), child: None, closed: None }
    }
}

const NO_SENSE: &str = "what it said makes no sense";

fn broke_off(why: impl std::fmt::Display) -> WorkerError {
    WorkerError::BrokeOff(why.to_string())
}

fn encoded(content: &impl Serialize) -> Result<Vec<u8>, WorkerError> {
    serde_json::to_vec(content).map_err(broke_off)
}

#[cfg(unix)]
fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match status.signal() {
        // SIGXCPU and SIGKILL: its limits of time and memory, or somebody's kill.
        Some(signal) => format!("signal {signal} ended it"),
        None => format!("it ended with code {}", status.code().unwrap_or(-1)),
    }
}

#[cfg(not(unix))]
fn how(status: ExitStatus) -> String {
    format!("it ended with {status}")
}
