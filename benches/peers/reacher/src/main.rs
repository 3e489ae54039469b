//! The peer: `check-if-email-exists` on a list of addresses, its answers as lines of JSON.
//!
//! It resolves through the system's configuration, so whoever measures with it gives it a network of its own.
//!
//! `reacher-peer FILE SMTP_PORT CONCURRENCY TIMEOUT_MS TRIES`

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use check_if_email_exists::smtp::verif_method::{
    EverythingElseVerifMethod, GmailVerifMethod, HotmailB2BVerifMethod, HotmailB2CVerifMethod, MimecastVerifMethod,
    ProofpointVerifMethod, VerifMethod, VerifMethodSmtpConfig, YahooVerifMethod,
};
use check_if_email_exists::{CheckEmailInputBuilder, check_email};
use futures::StreamExt as _;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [file, port, concurrency, timeout_ms, tries] = given.as_slice() else {
        return Err("usage: reacher-peer FILE SMTP_PORT CONCURRENCY TIMEOUT_MS TRIES".into());
    };
    let smtp = VerifMethodSmtpConfig {
        from_email: "postmaster@probe.example".to_owned(),
        hello_name: "probe.example".to_owned(),
        smtp_port: port.parse()?,
        smtp_timeout: Some(Duration::from_millis(timeout_ms.parse()?)),
        retries: tries.parse()?,
        proxy: None,
    };
    // Every operator is asked over SMTP: its browser-driven methods have nobody to talk to here.
    let method = VerifMethod {
        proxies: HashMap::new(),
        gmail: GmailVerifMethod::Smtp(smtp.clone()),
        hotmailb2b: HotmailB2BVerifMethod::Smtp(smtp.clone()),
        hotmailb2c: HotmailB2CVerifMethod::Smtp(smtp.clone()),
        mimecast: MimecastVerifMethod::Smtp(smtp.clone()),
        proofpoint: ProofpointVerifMethod::Smtp(smtp.clone()),
        yahoo: YahooVerifMethod::Smtp(smtp.clone()),
        everything_else: EverythingElseVerifMethod::Smtp(smtp),
    };
    let text = std::fs::read_to_string(file)?;
    let began = Instant::now();
    let asked = futures::stream::iter(text.lines().map(str::to_owned)).map(|address| {
        let input = CheckEmailInputBuilder::default().to_email(address).verif_method(method.clone()).build();
        tokio::spawn(async move {
            match input {
                Ok(input) => serde_json::to_value(check_email(&input).await).unwrap_or_default(),
                Err(error) => json!({ "error": error.to_string() }),
            }
        })
    });
    let mut answers = asked.buffer_unordered(concurrency.parse()?);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    while let Some(answer) = answers.next().await {
        let answer = answer?;
        let line = json!({
            "address": answer["input"],
            "reachable": answer["is_reachable"],
            "catch_all": answer["smtp"]["is_catch_all"],
            "full": answer["smtp"]["has_full_inbox"],
        });
        writeln!(out, "{line}")?;
        out.flush()?; // whoever stops us keeps what was found
    }
    let spent = json!({ "seconds": began.elapsed().as_secs_f64() });
    writeln!(out, "{spent}")?;
    Ok(())
}
