//! What the kernel says of a process: its time on the processors and its memory. (`/proc`: Linux only.)

use std::fs;
use std::time::Duration;

use crate::error::BenchError;

/// What Linux counts a process's time in, for programs, on every processor that Bellhop runs on: hundredths of a second.
const USER_HZ: u32 = 100;

/// A process that is looked at from outside.
pub(crate) struct ProcessStat {
    pid: i32,
}

/// How much a process has used up to now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Time on the processors, in the program and in the kernel.
    pub(crate) cpu: Duration,
    /// Resident memory, in KiB.
    pub(crate) resident: u64,
    /// The most resident memory that it ever had, in KiB.
    pub(crate) peak: u64,
}

impl ProcessStat {
    pub(crate) const fn of(pid: i32) -> Self {
        Self { pid }
    }

    /// Asks the kernel.
    pub(crate) fn usage(&self) -> Result<Usage, BenchError> {
        let read = |file: &str| {
            let path = format!("/proc/{}/{file}", self.pid);
            fs::read_to_string(&path).map_err(BenchError::io(format!("reading {path}")))
        };
        let (stat, status) = (read("stat")?, read("status")?);
        parse(&stat, &status)
            .ok_or_else(|| BenchError::Wrong(format!("/proc/{} is not as it should be", self.pid)))
    }
}

fn parse(stat: &str, status: &str) -> Option<Usage> {
    // The name, in brackets, may hold anything; what follows begins with field 3 of proc(5).
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks: u32 = [11, 12].iter().map(|at| fields.get(*at)?.parse::<u32>().ok()).sum::<Option<u32>>()?;
    let kibibytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().split(' ').next()?.parse().ok()
    };
    Some(Usage {
        cpu: Duration::from_secs(ticks.into()) / USER_HZ,
        resident: kibibytes("VmRSS")?,
        peak: kibibytes("VmHWM")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_understood() {
        let stat = "7 (a) name) S 1 7 7 0 -1 4194560 900 0 0 0 250 150 0 0 20 0 5 0 100 1000 200";
        let status = "Name:\tx\nVmPeak:\t  9000 kB\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        let usage = parse(stat, status).unwrap();
        assert_eq!(usage, Usage { cpu: Duration::from_secs(4), resident: 1_024, peak: 2_048 });
    }

    #[test]
    fn what_is_missing_is_not_taken_for_nothing() {
        assert_eq!(parse("7 (a) S 1", "VmRSS: 1 kB"), None);
    }
}
