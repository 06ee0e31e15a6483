//! What the program takes of the machine, as Linux tells it, under the names that all programs have for it.

use std::fs;

use super::text::Text;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Process {
    pub(crate) cpu_seconds: f64,
    pub(crate) resident: u64,
    mapped: u64,
    threads: u64,
    open_files: u64,
    /// None: as many as one likes.
    most_files: Option<u64>,
}

/// Linux tells programs their time in hundredths of a second, whatever its own clock.
const TICKS_PER_SECOND: f64 = 100.0;

/// None where there is no `/proc`.
pub(crate) fn read() -> Option<Process> {
    let of = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).ok();
    let status = of("status")?;
    Some(Process {
        cpu_seconds: cpu_seconds(&of("stat")?)?,
        resident: kilobytes(&status, "VmRSS:")? * 1_024,
        mapped: kilobytes(&status, "VmSize:")? * 1_024,
        threads: line(&status, "Threads:")?.parse().ok()?,
        // Without the one that counts them.
        open_files: (fs::read_dir("/proc/self/fd").ok()?.count() as u64).saturating_sub(1),
        most_files: most_files(&of("limits")?),
    })
}

impl Process {
    pub(super) fn write(&self, text: &mut Text) {
        text.counter("process_cpu_seconds_total", "Processor time of the program, in its own code and in the system's.")
            .sample(&[], self.cpu_seconds);
        text.gauge("process_resident_memory_bytes", "Memory it has.").sample(&[], self.resident);
        text.gauge("process_virtual_memory_bytes", "Memory it could address.").sample(&[], self.mapped);
        text.gauge("process_threads", "Threads it runs.").sample(&[], self.threads);
        text.gauge("process_open_fds", "Files and connections it has open.").sample(&[], self.open_files);
        if let Some(most) = self.most_files {
            text.gauge("process_max_fds", "Files and connections it may have open.").sample(&[], most);
        }
    }
}

/// Of `/proc/self/stat`. The name of the program, which may have anything in it, ends with the last bracket.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut behind = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (own, system): (u64, u64) = (behind.next()?.parse().ok()?, behind.next()?.parse().ok()?);
    Some((own + system) as f64 / TICKS_PER_SECOND)
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    line(status, name)?.strip_suffix("kB")?.trim().parse().ok()
}

fn line<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

fn most_files(limits: &str) -> Option<u64> {
    line(limits, "Max open files")?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells_is_understood() {
        let stat = "4711 (vi) tri (ne) S 1 4711 4711 0 -1 4194560 20500 0 3 0 250 75 0 0 20 0 9 0 123456 900000000 30000 18446744073709551615";
        let status = "Name:\tvitrine\nVmSize:\t  878906 kB\nVmRSS:\t   12000 kB\nThreads:\t9\n";
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            1024                 524288               files     \n";

        assert_eq!(cpu_seconds(stat), Some(3.25));
        assert_eq!((kilobytes(status, "VmRSS:"), kilobytes(status, "VmSize:"), line(status, "Threads:")), (Some(12_000), Some(878_906), Some("9")));
        assert_eq!((most_files(limits), most_files("Max open files            unlimited            unlimited")), (Some(1_024), None));
        assert_eq!((cpu_seconds("nonsense"), cpu_seconds("1 (a) S 1 2"), kilobytes(status, "VmPeak:")), (None, None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_has_memory_and_files() {
        let process = read().unwrap();
        assert!(process.resident > 100_000 && process.mapped >= process.resident && process.threads > 0 && process.open_files > 2, "{process:?}");
    }
}
