//! What the run was on: figures of two machines are not to be compared.

use std::{fs, thread};

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub cores: usize,
    pub processor: String,
    pub kernel: String,
}

impl Machine {
    pub fn this() -> Self {
        let cores = thread::available_parallelism().map_or(0, usize::from);
        let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|info| model(&info)).unwrap_or_else(|| "unknown".into());
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(|_| "unknown".into(), |kernel| kernel.trim().to_owned());
        Self { cores, processor, kernel }
    }
}

fn model(info: &str) -> Option<String> {
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Some: CPU @ 2 GHz\n").as_deref(), Some("Some: CPU @ 2 GHz"));
        assert!(Machine::this().cores > 0);
    }
}
