use std::io::Write as _;

use axum::body::Body;
use plumb_base::limits::RECORD_BYTES_MAX;
use plumb_table::Packing;
use plumb_table::pack::Packer;
use plumb_vault::{Context, Purpose};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::file::CHUNK_BYTES;
use super::{CHUNK_PLACE, chunk_row};
use crate::testing::{END, World, broken_off, hanging, head, id, in_pieces, people, upload_request};

const IMPORTS: &str = "select count(*) from import";
const CHUNKS: &str = "select count(*) from import_chunk";

#[tokio::test]
async fn each_bad_file_gets_its_own_words_and_leaves_nothing() {
    let world = World::new().await;
    let wide = format!("{}\n{}\n", vec!["c"; 5_000].join(","), vec!["1"; 5_000].join(","));
    let utf16: Vec<u8> = "Email,Name\na@example.com,Ada\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bad: [(&[u8], u16, &str, &str); 16] = [
        (b"", 422, "empty_file", "empty"),
        (b"\r\n\r\n", 422, "empty_file", "empty"),
        (
            b"PK\x03\x04....xl/workbook.xml",
            415,
            "not_csv",
            "an Excel workbook (.xlsx), not a CSV file. Open it and save",
        ),
        (b"\x1f\x8b\x08\0\0", 422, "packed_file_damaged", "damaged or breaks off"),
        (b"PAR1\x15\x04\x15", 415, "not_csv", "a Parquet file"),
        (b"%PDF-1.7\n", 415, "not_csv", "a PDF document"),
        (b"MZ\x90\0\x03\0\0\0", 415, "not_csv", "a program"),
        (b"\x89PNG\r\n\x1a\n\0\0", 415, "not_csv", "a PNG image"),
        (b"{\"email\": \"a@example.com\"}", 415, "not_csv", "a JSON document"),
        (b"Em\0ail,Name\na@example.com,Ada\n", 415, "nul_bytes", "NUL bytes"),
        (&utf16, 422, "utf16_without_mark", "UTF-16 without a byte order mark"),
        (b"Ada,a@example.com\nBob,b@example.com\n", 422, "no_header", "has an e-mail address in column 2"),
        (b"Person,\nName,Email\nAda,a@example.com\n", 422, "two_headers", "Rows 1 and 2"),
        (b"Email,Name\n", 422, "no_rows", "no rows below it"),
        (b"Dear all,\nhere is, as said, a list\nof people\nyours\n", 422, "not_a_table", "different numbers of cells"),
        (wide.as_bytes(), 422, "too_many_columns", "5000 columns; at most 512"),
    ];
    for (file, status, reason, words) in bad {
        let answer = world.upload(file).await;
        let shown = String::from_utf8_lossy(&file[..file.len().min(40)]).into_owned();
        assert_eq!(answer.status.as_u16(), status, "{shown}: {answer:?}");
        let problem = answer.json();
        assert_eq!(problem["reason"], reason, "{shown}");
        assert!(problem["detail"].as_str().expect("words").contains(words), "{shown}: {problem}");
        assert!(problem["request_id"].is_string());
    }
    assert_eq!(world.count(IMPORTS).await, 0, "judged before anything is stored");
}

#[tokio::test]
async fn odd_but_good_files_are_taken() {
    let world = World::new().await;
    let text = "Email;Name;Stadt\r\nzoe@example.com;Zoë;Köln\r\n";
    let utf16 =
        |unit: fn(u16) -> [u8; 2]| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect() };
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let mut mixed = text.as_bytes().to_vec();
    mixed.extend_from_slice(b"y@example.com;Zo\xeb;Bonn\r\n");
    for (file, encoding) in [
        (text.as_bytes().to_vec(), "utf-8"),
        (format!("\u{feff}{text}").into_bytes(), "utf-8"),
        (utf16(u16::to_le_bytes), "utf-16le"),
        (utf16(u16::to_be_bytes), "utf-16be"),
        (latin, "windows-1252"),
        (mixed, "mixed"),
    ] {
        let answer = world.upload(&file).await;
        assert_eq!(answer.status, 201, "{encoding}: {answer:?}");
        let import = answer.json();
        assert_eq!((&import["encoding"], &import["delimiter"]), (&json!(encoding), &json!(";")));
        assert_eq!(import["preview"][0], json!(["zoe@example.com", "Zoë", "Köln"]), "{encoding}");
        assert_eq!(import["columns"][2]["sample"][0], "Köln");
        assert_eq!(import["columns"][2]["proposal"]["field"], "city");
    }
}

fn packed(bytes: &[u8], packing: Packing) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new(), packing).expect("packs");
    packer.write_all(bytes).expect("packs");
    packer.finish().expect("packs")
}

#[tokio::test]
async fn a_packed_list_is_read_like_any_other() {
    let world = World::new().await;
    let list = people(6_000);
    for packing in [Packing::Gzip, Packing::Zstd] {
        let file = packed(list.as_bytes(), packing);
        let answer = world.upload_to("/api/v1/imports?start=true", &file, &[]).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let import = answer.json();
        assert_eq!((&import["bytes"], &import["encoding"]), (&json!(file.len()), &json!("utf-8")));
        assert!(world.work(usize::MAX).await.is_empty());
        let import = world.import(id(&import)).await;
        assert_eq!(
            (&import["state"], &import["rows_read"], &import["bytes_read"]),
            (&json!("done"), &json!(6_000), &json!(file.len()))
        );
    }
    assert_eq!(world.count("select count(*) from lead").await, 4_800);
}

#[tokio::test]
async fn what_grows_beyond_reason_is_refused_before_it_goes_off() {
    // Lists of the same rows shrink a lot; so do bombs, without end.
    let limit = 4 * 1024 * 1024;
    let world = World::with(plumb_base::Clock::System, |source| source.upload_bytes_max(limit)).await;
    let long = [people(1).as_bytes(), &b"a@example.com,A,B,C\n".repeat(300_000)].concat();
    assert!(long.len() as u64 > limit);
    let answer = world.upload(&packed(&long, Packing::Zstd)).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["bytes_max"]), (413, &json!(limit)));

    let world = World::new().await;
    let row = [b"a@example.com,A,B,".as_slice(), &b"c".repeat(60_000), b"\n"].concat();
    let bomb = [people(1).as_bytes(), &row.repeat(500)].concat();
    for packing in [Packing::Gzip, Packing::Zstd] {
        let answer = world.upload(&packed(&bomb, packing)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!("bomb")), "{packing:?}");
    }
    assert_eq!(world.count(CHUNKS).await, 0);
    let program = packed(b"\x7fELF\x02\x01", Packing::Gzip);
    assert_eq!(world.upload(&program).await.json()["reason"], "not_csv", "what is inside is judged");
    let cut = packed(people(60_000).as_bytes(), Packing::Gzip);
    let answer = world.upload(&cut[..cut.len() - 100]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!("packed_file_damaged")));
}

#[tokio::test]
async fn what_was_asked_for_comes_with_the_draft() {
    let world = World::new().await;
    let file = people(3);
    let draft = world.upload(file.as_bytes()).await;
    assert_eq!(draft.headers["location"], draft.json()["links"]["self"].as_str().expect("a link"));
    let draft = draft.json();
    assert_eq!((&draft["state"], &draft["bytes"]), (&json!("draft"), &json!(file.len())));
    assert_eq!(draft["file_name"], "list.csv");
    assert_eq!(draft["mapping"]["width"], 4);
    assert_eq!(draft["mapping"]["columns"][0], json!({ "index": 0, "name": "Email", "field": "email" }));
    assert!(draft["mapping_errors"].is_null(), "sound");

    let fields = [("start", "true"), ("default_country", "de")];
    let queued = world.upload_to("/api/v1/imports", file.as_bytes(), &fields).await.json();
    assert_eq!((&queued["state"], &queued["default_country"]), (&json!("queued"), &json!("DE")));

    let mapping = r#"{"width":4,"columns":[{"index":1,"name":"Name","field":"company"}]}"#;
    let fields = [("start", "true"), ("mapping", mapping)];
    let unsound = world.upload_to("/api/v1/imports", file.as_bytes(), &fields).await.json();
    assert_eq!(unsound["state"], "draft", "not started without an address");
    assert_eq!(unsound["mapping_errors"], json!(["no column has an address"]));
    assert_eq!(unsound["mapping"]["columns"][1]["field"], "company");

    let wrong = world.upload_to("/api/v1/imports?default_country=Germany", file.as_bytes(), &[]).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
}

#[tokio::test]
async fn a_file_of_many_pieces_is_kept_sealed_and_whole() {
    let world = World::new().await;
    let file = people(60_000);
    assert!(file.len() > 8 * CHUNK_BYTES, "more than are stored at once");
    let import = id(&world.upload(file.as_bytes()).await.json());
    let mut tx = world.tx().await;
    let sealed = crate::query::chunks(&mut tx, import, 0, 1_000).await.expect("reads");
    tx.done_reading().await.expect("ends");
    let mut whole = Vec::new();
    for (seq, sealed) in sealed.iter().enumerate() {
        assert!(!sealed.windows(11).any(|part| part == b"example.com"), "nothing can be read");
        let row = chunk_row(import, i32::try_from(seq).expect("few"));
        let context = Context { org: world.org, place: CHUNK_PLACE, row: &row };
        whole.extend(world.db.store().keys().open(Purpose::Personal, context, sealed).expect("opens in its place"));
    }
    assert_eq!(whole, file.as_bytes());
}

#[tokio::test]
async fn a_row_without_end_is_refused_in_the_middle() {
    let world = World::new().await;
    // A good beginning, then a quote that is never closed: refused long before its 50 MB are here.
    let mut pieces = vec![[head(&[]).as_bytes(), people(5_000).as_bytes(), b"x@example.com,\"open"].concat()];
    pieces.extend(std::iter::repeat_n(vec![b'x'; 64 * 1024], 2 * RECORD_BYTES_MAX / (64 * 1024)));
    let request = upload_request(world.org, "/api/v1/imports").body(hanging(pieces)).expect("a request");
    let answer = world.send(request).await;
    assert_eq!(answer.status, 422, "answered although the file has not ended");
    let problem = answer.json();
    assert_eq!((&problem["reason"], &problem["row"]), (&json!("row_too_long"), &json!(5_002)));
    let import = world.get("/api/v1/imports").await.json()["imports"][0].clone();
    assert_eq!(import["state"], "failed");
    let error = import["error"].as_str().expect("words");
    assert!(error.starts_with("Row 5002 goes on") && error.ends_with("Nothing was imported."), "{error}");
    assert_eq!(world.count(CHUNKS).await, 0);
}

#[tokio::test]
async fn a_single_line_of_fifty_megabytes() {
    let world = World::new().await;
    let mut pieces = vec![head(&[]).into_bytes()];
    pieces.extend(std::iter::repeat_n(vec![b'x'; 64 * 1024], 3 * RECORD_BYTES_MAX / (64 * 1024)));
    let request = upload_request(world.org, "/api/v1/imports").body(hanging(pieces)).expect("a request");
    let answer = world.send(request).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!("row_too_long")));
    assert_eq!(world.count(IMPORTS).await, 0);
}

#[tokio::test]
async fn an_upload_that_is_cut_leaves_nothing_usable() {
    let world = World::new().await;
    let pieces = vec![[head(&[]).as_bytes(), people(60_000).as_bytes()].concat()];
    let request = upload_request(world.org, "/api/v1/imports").body(broken_off(pieces)).expect("a request");
    let answer = world.send(request).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let imports = world.get("/api/v1/imports").await.json();
    assert_eq!(imports["imports"][0]["state"], "failed");
    assert!(imports["imports"][0]["error"].as_str().is_some_and(|error| error.ends_with("Nothing was imported.")));
    assert_eq!(world.count(CHUNKS).await, 0);
    let start = world
        .post(&format!("{}/start", imports["imports"][0]["links"]["self"].as_str().expect("a link")), &json!({}))
        .await;
    assert_eq!(start.status, 409, "nothing of it can be started");
}

#[tokio::test]
async fn a_request_that_is_thrown_away_is_cleared_away() {
    let world = World::new().await;
    let pieces = vec![[head(&[]).as_bytes(), people(60_000).as_bytes()].concat()];
    let request = upload_request(world.org, "/api/v1/imports").body(hanging(pieces)).expect("a request");
    let answering = tokio::spawn(world.router.clone().oneshot(request));
    eventually(&world, |imports, chunks| imports[0]["state"] == "uploading" && chunks > 0).await;
    answering.abort();
    eventually(&world, |imports, chunks| imports[0]["state"] == "failed" && chunks == 0).await;
}

async fn eventually(world: &World, holds: impl Fn(&Value, i64) -> bool) {
    let look = async {
        while !holds(&world.get("/api/v1/imports").await.json()["imports"], world.count(CHUNKS).await) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), look).await.expect("in time");
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_by_its_announced_length_and_by_count() {
    let limit = 300 * 1024;
    let world = World::with(plumb_base::Clock::System, |source| source.upload_bytes_max(limit)).await;
    let file = people(60_000);
    let whole = [head(&[]).as_bytes(), file.as_bytes(), END].concat();
    let announced = upload_request(world.org, "/api/v1/imports").header("content-length", whole.len());
    // The body would never end: nothing of it is read.
    let mut announced = announced.body(hanging(vec![])).expect("a request");
    announced.headers_mut().remove("transfer-encoding");
    assert_eq!(world.send(announced).await.status, 413);
    assert_eq!(world.count(IMPORTS).await, 0);

    let counted = upload_request(world.org, "/api/v1/imports").body(in_pieces(&whole)).expect("a request");
    let answer = world.send(counted).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["bytes_max"]), (413, &json!(limit)));
    assert_eq!(world.count(CHUNKS).await, 0);
}

#[tokio::test]
async fn forms_without_a_file_or_with_two() {
    let world = World::new().await;
    let none = upload_request(world.org, "/api/v1/imports").body(Body::from("--BOUNDARY--\r\n")).expect("a request");
    let answer = world.send(none).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    let part = [head(&[]).as_bytes(), people(3).as_bytes()].concat();
    let two = [&part[..], b"\r\n", &part[..], END].concat();
    let two = upload_request(world.org, "/api/v1/imports").body(Body::from(two)).expect("a request");
    let answer = world.send(two).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    assert_eq!(world.count("select count(*) from import where state <> 'failed'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_still_sending_reads_why_it_was_refused() {
    let world = World::new().await;
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    let stop = tokio_util::sync::CancellationToken::new();
    let listener = plumb_web::Listener { socket, tls: None, limits: plumb_web::ConnectionLimits::default() };
    let serving = tokio::spawn(plumb_web::serve(listener, world.router.clone(), stop.clone()));
    let org = world.org;
    let answer = tokio::task::spawn_blocking(move || send_workbook(address, org)).await.expect("a thread");
    assert!(answer.starts_with("HTTP/1.1 415"), "{answer}");
    assert!(answer.contains("save the sheet as CSV"), "{answer}");
    stop.cancel();
    serving.await.expect("a task").expect("serves");
}

/// Sends a workbook of 20 MB without looking at what the server says meanwhile, as browsers do.
#[expect(clippy::disallowed_methods, reason = "the client of a test on loopback")]
fn send_workbook(address: std::net::SocketAddr, org: plumb_base::OrgId) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("sets");
    let workbook = [b"PK\x03\x04 xl/workbook.xml".to_vec(), vec![7; 20_000_000]].concat();
    let body = [head(&[]).as_bytes(), &workbook, END].concat();
    let user = plumb_base::UserId::fresh();
    let request = format!(
        "POST /api/v1/imports HTTP/1.1\r\nHost: localhost\r\nCookie: {org}/{user}\r\nX-Csrf-Token: {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=BOUNDARY\r\nContent-Length: {}\r\n\r\n",
        crate::testing::TOKEN,
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sends the head");
    stream.write_all(&body).expect("sends the body to its end");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("reads the answer");
    answer
}
