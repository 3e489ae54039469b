//! Where the time of a job goes, by the counters that a server shows its operator.

use std::collections::BTreeMap;

use plumb_web::admin::Metrics;

use crate::figure::{say, title};

/// Prints how often each part was measured, and how long it took on average.
pub(super) fn show(metrics: &Metrics) {
    title("parts of the jobs, on average");
    let text = metrics.render();
    let mut parts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for line in text.lines() {
        let Some((series, Ok(value))) = line.rsplit_once(' ').map(|(series, value)| (series, value.parse::<f64>()))
        else {
            continue;
        };
        let (name, labels) =
            series.split_once('{').map_or((series, ""), |(name, labels)| (name, labels.trim_end_matches('}')));
        if let Some(name) = name.strip_suffix("_seconds_sum") {
            parts.entry(format!("{name} {labels}")).or_default().0 = value;
        } else if let Some(name) = name.strip_suffix("_seconds_count") {
            parts.entry(format!("{name} {labels}")).or_default().1 = value;
        }
    }
    for (part, (seconds, times)) in parts {
        say(format_args!("  {part:<64} {times:>8} × {:>9.2} ms", seconds / times.max(1.0) * 1e3));
    }
}
