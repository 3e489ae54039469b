//! From nothing to the first page, and from a stopped installation to it.

use crate::figure::{figure, median, title};
use crate::running::Running;
use crate::workbench::Scratch;

const ROUNDS: usize = 5;

pub(crate) async fn run() -> anyhow::Result<()> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let scratch = Scratch::new("start")?;
        let dir = scratch.path().join("data");
        std::fs::create_dir(&dir)?;
        for times in [&mut cold, &mut warm] {
            let running = Running::start(&dir).await?;
            times.push(running.first_page.as_secs_f64());
            running.stop().await?;
        }
    }
    title(format_args!("start: process to first page, median of {ROUNDS}"));
    figure("empty data directory", format_args!("{:.2} s", median(&cold)), "≤ 5 s");
    figure("warm", format_args!("{:.2} s", median(&warm)), "≤ 2 s");
    Ok(())
}
