//! What the kernel counted of a process: processor time, memory.

use std::fs;

/// What a process and, where it has them, its children used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) cpu_seconds: f64,
}

impl Used {
    pub(crate) fn since(self, before: Self) -> f64 {
        self.cpu_seconds - before.cpu_seconds
    }
}

/// Processor time of one process, its threads included.
pub(crate) fn of(pid: u32) -> Used {
    Used { cpu_seconds: stat(pid).map_or(0.0, |stat| seconds(stat.own)) }
}

/// Processor time of the processes that this one has started and that have ended.
pub(crate) fn reaped() -> Used {
    Used { cpu_seconds: stat(std::process::id()).map_or(0.0, |stat| seconds(stat.reaped)) }
}

/// Processor time of a Postgres server: its main process, the backends that run and those that it has reaped.
pub(crate) fn of_server(postmaster: u32) -> Used {
    let main = stat(postmaster).map_or(0.0, |stat| seconds(stat.own + stat.reaped));
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let children = pids.filter_map(stat).filter(|stat| stat.parent == postmaster).map(|stat| seconds(stat.own));
    Used { cpu_seconds: main + children.sum::<f64>() }
}

/// The most memory that a process ever held, in MB.
pub(crate) fn peak_mb(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}

struct Stat {
    parent: u32,
    own: u64,
    reaped: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// proc(5): the name is in parentheses and may hold any character; fields 4 and 14 to 17.
fn parse(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let reaped = ticks(13)? + ticks(14)?;
    Some(Stat { parent: fields.get(1)?.parse().ok()?, own: ticks(11)? + ticks(12)?, reaped })
}

/// proc(5) counts in hundredths of a second, whatever the kernel ticks in.
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / 100.0
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_may_hold_anything() {
        let text = "42 (a) b 9) S 7 42 42 0 -1 4194304 1 2 3 4 100 20 30 4 20 0 1 0 5 6 7";
        let stat = super::parse(text).unwrap();
        assert_eq!((stat.parent, stat.own, stat.reaped), (7, 120, 34));
    }
}
