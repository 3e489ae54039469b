//! Figures on their way to a reader.

use std::fmt::Display;
use std::io::Write as _;
use std::time::Duration;

use crate::workbench::Scratch;

/// Says under which conditions the figures are taken.
pub(crate) async fn conditions() -> anyhow::Result<()> {
    let processors = std::thread::available_parallelism()?;
    let server = Scratch::new("conditions")?;
    let config = plumb::config::Config { data_dir: Some(server.path().to_owned()), ..plumb::config::Config::default() };
    let database = plumb::database::open(&config, plumb_base::Clock::System).await?;
    let version = database.store.server_version().await?;
    database.close().await?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    say(format_args!("{processors} processors (load {load} before), PostgreSQL {version} on a Unix socket, fsync on"));
    Ok(())
}

/// Names a group of figures.
pub(crate) fn title(text: impl Display) {
    say(format_args!("\n{text}"));
}

/// One figure beside its target.
pub(crate) fn figure(name: impl Display, measured: impl Display, target: &str) {
    let target = if target.is_empty() { String::new() } else { format!("(target {target})") };
    say(format_args!("  {:<58} {:>22}  {target}", name.to_string(), measured.to_string()));
}

/// A line of text on standard output.
pub(crate) fn say(text: impl Display) {
    // A reader that went away is no reason to stop measuring.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The middle of some numbers; the mean of the two middle ones of an even number of them.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let downwards: Vec<f64> = numbers.iter().map(|number| -number).collect();
    f64::midpoint(percentile(numbers, 0.5), -percentile(&downwards, 0.5))
}

/// The number that a share of the others does not pass.
pub(crate) fn percentile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share).ceil().max(1.0) as usize - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::{median, percentile};

    #[test]
    fn the_middle_of_even_and_odd() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn percentiles_are_numbers_of_the_list() {
        let numbers: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((percentile(&numbers, 0.95) - 95.0).abs() < 1e-9);
        assert!((percentile(&numbers, 1.0) - 100.0).abs() < 1e-9);
        assert!((percentile(&[7.0], 0.05) - 7.0).abs() < 1e-9);
    }
}
