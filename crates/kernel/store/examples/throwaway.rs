//! Runs a command with `DATABASE_URL` set to a throwaway, migrated database, and ends with its exit code:
//! `cargo run -p plumb-store --features testing --example throwaway -- cargo check`.

use std::process::{Command, ExitCode};

use plumb_store::testing::Db;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else { return ExitCode::from(2) };
    let db = Db::new().await;
    let status = Command::new(program).args(arguments).env("DATABASE_URL", db.admin_url()).status();
    match status.map(|status| status.code()) {
        Ok(Some(code)) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        _ => ExitCode::FAILURE,
    }
}
