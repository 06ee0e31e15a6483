//! Processor time and memory of processes, as Linux tells them under /proc.

use std::{collections::HashMap, fs, time::Duration};

/// Linux tells times in hundredths of a second, whatever its own clock is.
const TICK: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    parent: u32,
    /// Of the process itself, and of its children that have ended.
    ticks: u64,
}

/// The processor time of a process and of everything it has started, ended or not; none when it is gone or is not to be seen.
pub(super) fn of_tree(process: u32) -> Option<Duration> {
    let stats = all();
    stats.contains_key(&process).then(|| ticks(process, &stats)).map(time)
}

/// The processor time of this program.
pub(super) fn own() -> Option<Duration> {
    let stat = parse(&fs::read_to_string("/proc/self/stat").ok()?)?;
    Some(time(stat.ticks))
}

pub(super) fn resident_megabytes(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1_024.0)
}

fn time(ticks: u64) -> Duration {
    TICK.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX))
}

fn ticks(process: u32, stats: &HashMap<u32, Stat>) -> u64 {
    let own = stats.get(&process).map_or(0, |stat| stat.ticks);
    let children = stats.iter().filter(|(child, stat)| stat.parent == process && **child != process);
    own + children.map(|(child, _)| ticks(*child, stats)).sum::<u64>()
}

fn all() -> HashMap<u32, Stat> {
    let Ok(folders) = fs::read_dir("/proc") else { return HashMap::new() };
    let one = |name: String| {
        let process = name.parse().ok()?;
        Some((process, parse(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)?))
    };
    folders.filter_map(|folder| folder.ok()?.file_name().into_string().ok()).filter_map(one).collect()
}

/// A line as `proc(5)` has it. The name, in brackets, may hold anything.
fn parse(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line.get(line.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat { parent: u32::try_from(number(1)?).ok()?, ticks: number(11)? + number(12)? + number(13)? + number(14)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_process_is_read_whatever_its_name_is() {
        let line = "77 (a b) c) S 42 77 77 0 -1 4194304 100 0 0 0 30 12 5 3 20 0 4 0 100 1000 10";
        assert_eq!(parse(line), Some(Stat { parent: 42, ticks: 50 }));
        assert_eq!(parse("77 (a) S 42"), None);
        assert_eq!(time(50), Duration::from_millis(500));
    }

    #[test]
    fn a_tree_is_everything_that_a_process_has_started() {
        let stat = |parent, ticks| Stat { parent, ticks };
        let stats = HashMap::from([(1, stat(0, 1_000)), (10, stat(1, 5)), (11, stat(10, 7)), (12, stat(11, 20)), (20, stat(1, 100))]);
        assert_eq!(ticks(10, &stats), 32);
    }

    #[test]
    fn this_program_takes_time_and_memory() {
        let own = own();
        assert!(own.is_some() && of_tree(std::process::id()) >= own);
        assert!(resident_megabytes(std::process::id()).unwrap() > 0.1);
        assert_eq!(of_tree(u32::MAX), None);
    }
}
