use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::frame::{self, FRAME_BYTES_MAX, Word};
use super::{Answer, InspectTask, Session, Worker, WorkerError, serve};
use crate::testing::cleaning;

const INSPECT: &[u8] = br#"{"text_bytes_max":1000000}"#;
const TASK: InspectTask = InspectTask { text_bytes_max: 1_000_000 };

/// A pipe whose other end is looked at later.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one thread").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a worker answers to these bytes, and whether it ended well.
fn served(asked: &[u8]) -> (Vec<(Word, Vec<u8>)>, bool) {
    let said = Said::default();
    let well = serve(&cleaning(), None, Cursor::new(asked.to_vec()), said.clone()).is_ok();
    let said = said.0.lock().expect("one thread");
    let mut said = said.as_slice();
    let mut answers = Vec::new();
    while let Some(answer) = frame::read(&mut said).expect("frames") {
        answers.push(answer);
    }
    (answers, well)
}

fn framed(questions: &[(Word, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (word, content) in questions {
        frame::write(&mut bytes, *word, content).expect("a frame");
    }
    bytes
}

#[test]
fn a_question_out_of_its_turn_ends_the_worker() {
    for questions in [
        &[(Word::Next, &b""[..])][..],
        &[(Word::Piece, b"Email\n")],
        &[(Word::Inspect, INSPECT), (Word::Inspect, INSPECT)],
        &[(Word::Inspect, INSPECT), (Word::Next, b"")],
        &[(Word::Rows, b"no task")],
        &[(Word::Inspect, b"no task")],
        &[(Word::Ready, b"")],
    ] {
        let (answers, well) = served(&framed(questions));
        assert!(!well, "{questions:?}");
        assert!(answers.len() <= questions.len(), "the last question has no answer: {answers:?}");
    }
}

#[test]
fn bytes_that_are_no_frame_end_the_worker() {
    let too_long = [&(FRAME_BYTES_MAX as u32 + 1).to_le_bytes()[..], &[Word::Piece as u8]].concat();
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0, 0, 0, 0, 99], &[9, 0, 0, 0, Word::Piece as u8, 1], &too_long] {
        assert!(!served(bytes).1, "{bytes:?}");
    }
    assert!(served(b"").1, "no question is none");
}

#[test]
fn after_a_refusal_nothing_more_is_answered() {
    let (answers, well) = served(&framed(&[(Word::Inspect, INSPECT), (Word::Piece, b"%PDF-1.7"), (Word::End, b"")]));
    let words: Vec<Word> = answers.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, [Word::Ready, Word::More, Word::More, Word::Refused]);
    assert!(well);
    let (_, well) =
        served(&framed(&[(Word::Inspect, INSPECT), (Word::Piece, b"%PDF-1.7"), (Word::End, b""), (Word::End, b"")]));
    assert!(!well);
}

#[test]
fn whoever_asked_may_go_in_the_middle_of_a_file() {
    for questions in [&[(Word::Inspect, INSPECT)][..], &[(Word::Inspect, INSPECT), (Word::Piece, b"\x1f\x8b\x08\0\0")]]
    {
        assert!(served(&framed(questions)).1, "{questions:?}");
    }
}

#[tokio::test]
async fn a_short_list_is_known_at_its_end() {
    let mut session = Session::start(&Worker::thread(cleaning())).await.expect("starts");
    assert!(matches!(session.inspect(&TASK).await, Ok(Answer::More)));
    assert!(matches!(session.piece(b"Email;Name\n1@example.com;Person 1\n").await, Ok(Answer::More)));
    let Ok(Answer::Seen(seen)) = session.end().await else { panic!("the list is seen") };
    let sniffed = seen.sniffed.expect("what it looks like");
    assert_eq!((sniffed.delimiter, seen.rows, seen.encoding.as_str()), (';', 1, "utf-8"));
    assert_eq!(sniffed.proposal.columns.len(), 2);
}

/// A program that is no worker: a shell script in a folder of its own.
async fn start_script(script: &str) -> Result<Session, WorkerError> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("plumb-worker-{}", plumb_base::ImportId::fresh()));
    std::fs::create_dir(&folder).expect("a folder");
    let path = folder.join("worker");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("may be run");
    let session = Session::start(&Worker::program(path)).await;
    std::fs::remove_dir_all(&folder).expect("goes");
    session
}

#[tokio::test]
async fn a_system_that_cannot_close_it_in_is_told_apart_from_a_worker_that_breaks() {
    let Err(WorkerError::Unavailable(why)) = start_script("echo 'no Landlock here' >&2; exit 78").await else {
        panic!("it is unavailable")
    };
    assert_eq!(why, "no Landlock here");
    for script in ["exit 3", "kill -9 $$", "echo ada@example.com >&2; exit 1", "echo nonsense", "true"] {
        let Err(WorkerError::BrokeOff(why)) = start_script(script).await else { panic!("{script}") };
        assert!(!why.contains("ada"), "what stood in the file is not repeated: {why}");
    }
    let missing = Session::start(&Worker::program(Path::new("/nowhere/plumb").to_owned())).await;
    assert!(matches!(missing, Err(WorkerError::BrokeOff(_))));
}

#[tokio::test]
async fn a_worker_that_proves_nothing_is_not_used() {
    // `{"closed":null}` in a frame: length, word, content.
    let script = r#"printf '\017\000\000\000\005{"closed":null}'; cat"#;
    let Err(WorkerError::BrokeOff(why)) = start_script(script).await else { panic!("it is not used") };
    assert!(why.contains("prove"), "{why}");
}
