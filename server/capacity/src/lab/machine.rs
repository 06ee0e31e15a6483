//! What something ran on: figures of two machines are not to be compared.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Those that the program may use.
    pub cores: usize,
    pub processor: String,
    pub memory_mb: u64,
    pub kernel: String,
    pub os: String,
}

/// What Linux tells of itself, as text; empty where a file cannot be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a> {
    /// `/proc/cpuinfo`
    pub cpuinfo: &'a str,
    /// `/proc/meminfo`
    pub meminfo: &'a str,
    /// `/proc/sys/kernel/osrelease`
    pub kernel: &'a str,
    /// `/etc/os-release`
    pub os_release: &'a str,
    /// `std::thread::available_parallelism`, which knows what a container may use; none counts the processors.
    pub cores: Option<usize>,
}

/// The kernel keeps some memory to itself, another one a little more.
const SAME_MEMORY: f64 = 0.03;
const UNKNOWN: &str = "unknown";

impl Machine {
    /// What is not told is `unknown`, or 0 of memory; a machine has one core at least.
    pub fn of(texts: &Texts<'_>) -> Self {
        let counted = texts.cpuinfo.lines().filter(|line| key(line) == Some("processor")).count();
        Self {
            cores: texts.cores.unwrap_or(counted).max(1),
            processor: named(processor(texts.cpuinfo)),
            memory_mb: memory_mb(texts.meminfo).unwrap_or(0),
            kernel: named(Some(texts.kernel.to_owned())),
            os: named(os(texts.os_release)),
        }
    }

    /// What tells it from others in a name: eight digits, the same for memory that differs by less than a gigabyte.
    pub fn fingerprint(&self) -> String {
        let told = format!("{} {} {} {} {}", self.cores, self.processor, (self.memory_mb + 512) / 1_024, self.kernel, self.os);
        // FNV-1a of 32 bits, by Fowler, Noll and Vo.
        let sum = told.bytes().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{sum:08x}")
    }

    /// Whether it is the same, as far as it can be told.
    pub fn is_like(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// What differs, a sentence each.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let (mine, others) = (self.memory_mb as f64, other.memory_mb as f64);
        let memory = (mine - others).abs() <= SAME_MEMORY * mine.max(others);
        let each = [
            ("number of cores", self.cores.to_string(), other.cores.to_string(), self.cores == other.cores),
            ("processor", self.processor.clone(), other.processor.clone(), self.processor == other.processor),
            ("memory", format!("{} MB", self.memory_mb), format!("{} MB", other.memory_mb), memory),
            ("kernel", self.kernel.clone(), other.kernel.clone(), self.kernel == other.kernel),
            ("operating system", self.os.clone(), other.os.clone(), self.os == other.os),
        ];
        each.into_iter().filter(|(.., same)| !same).map(|(what, mine, others, _)| format!("The {what} differs: {mine} and {others}.")).collect()
    }
}

/// Names may hold anything: one line of them is kept, and not all of a long one.
fn named(text: Option<String>) -> String {
    let text: String = text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().filter(|c| !c.is_control()).take(super::LONGEST).collect();
    if text.is_empty() { UNKNOWN.to_owned() } else { text }
}

/// The model's name; of processors without one, as those of Arm, their numbers.
fn processor(cpuinfo: &str) -> Option<String> {
    let value = |name: &str| cpuinfo.lines().find(|line| key(line) == Some(name))?.split_once(':').map(|(_, value)| value.trim());
    let some = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let by_number = || Some(format!("implementer {}, part {}", value("CPU implementer")?, value("CPU part")?));
    some(value("model name")).or_else(|| some(value("cpu model"))).or_else(|| some(value("Hardware"))).or_else(by_number)
}

fn key(line: &str) -> Option<&str> {
    line.split_once(':').map(|(key, _)| key.trim())
}

fn memory_mb(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes / 1_024)
}

/// `PRETTY_NAME`, without what the shell needs around it.
fn os(os_release: &str) -> Option<String> {
    let line = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXTS: Texts<'_> = Texts {
        cpuinfo: "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC:  7\nflags\t: a b\n\nprocessor\t: 1\nmodel name\t: AMD EPYC:  7\n",
        meminfo: "MemTotal:        8121344 kB\nMemFree:  1 kB\n",
        kernel: "6.18.44\n",
        os_release: "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n",
        cores: None,
    };

    #[test]
    fn a_machine_is_read_from_what_linux_tells() {
        let machine = Machine::of(&TEXTS);

        assert_eq!((machine.cores, machine.processor.as_str(), machine.memory_mb), (2, "AMD EPYC: 7", 7_931));
        assert_eq!((machine.kernel.as_str(), machine.os.as_str()), ("6.18.44", "Debian GNU/Linux 13 (trixie)"));
        assert_eq!(Machine::of(&Texts { cores: Some(1), ..TEXTS }).cores, 1);
    }

    #[test]
    fn processors_without_a_name_have_numbers() {
        let arm = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";

        assert_eq!(Machine::of(&Texts { cpuinfo: arm, ..TEXTS }).processor, "implementer 0x41, part 0xd0c");
    }

    #[test]
    fn a_machine_has_a_fingerprint_that_some_megabytes_do_not_change() {
        let this = Machine::of(&TEXTS);

        assert_eq!(this.fingerprint(), Machine { memory_mb: 7_900, ..this.clone() }.fingerprint());
        assert_ne!(this.fingerprint(), Machine { cores: 4, ..this.clone() }.fingerprint());
        assert_eq!(this.fingerprint().len(), 8);
    }

    #[test]
    fn what_is_not_told_is_unknown() {
        let machine = Machine::of(&Texts::default());

        assert_eq!((machine.cores, machine.processor.as_str(), machine.memory_mb, machine.os.as_str()), (1, UNKNOWN, 0, UNKNOWN));
    }

    #[test]
    fn a_little_memory_is_no_other_machine_and_anything_else_is() {
        let this = Machine::of(&TEXTS);

        assert!(this.is_like(&Machine { memory_mb: 7_900, ..this.clone() }));
        for other in [
            Machine { memory_mb: 4_000, ..this.clone() },
            Machine { cores: 4, ..this.clone() },
            Machine { kernel: "7.0".into(), ..this.clone() },
            Machine { os: "Alpine".into(), ..this.clone() },
            Machine { processor: "Other".into(), ..this.clone() },
        ] {
            assert_eq!(this.differences(&other).len(), 1, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn any_texts_make_a_machine_that_can_be_written(cpuinfo in "(processor|model name|CPU part)?[ \t]*:?.{0,300}", meminfo in "(MemTotal:)?.{0,30}(kB)?", os in "(PRETTY_NAME=)?.{0,300}") {
            let machine = Machine::of(&Texts { cpuinfo: &cpuinfo, meminfo: &meminfo, kernel: &meminfo, os_release: &os, cores: None });

            prop_assert!(machine.cores > 0 && [machine.processor, machine.kernel, machine.os].iter().all(|text| super::super::named("", text).is_ok()));
        }
    }
}
