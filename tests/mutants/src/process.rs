//! Runs a process with limits on its time and memory.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A loop that fills memory must not fill all: kilobytes of data. `cozen` finds room in these.
const DATA_KILOBYTES_MAX: u64 = 4_000_000;
/// No process runs longer, not even one that lost its parent.
const PROCESSOR_SECONDS_MAX: u64 = 300;

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its exit status, or none for a signal; and what it printed.
    Ended(Option<i32>, Vec<u8>),
    TimedOut,
}

/// What to run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Job<'a> {
    pub command: Vec<&'a str>,
    pub environment: Vec<(&'a str, String)>,
    pub directory: &'a str,
    /// Whether standard output is of interest.
    pub keeps_output: bool,
}

impl Job<'_> {
    /// Runs it; `scratch` is a file for what is printed.
    pub(crate) fn run(&self, limit: Duration, scratch: &Path) -> std::io::Result<Outcome> {
        let script = format!(
            "ulimit -d {DATA_KILOBYTES_MAX}; ulimit -t {PROCESSOR_SECONDS_MAX}; ulimit -c 0; \
             exec \"$0\" \"$@\""
        );
        let output = if self.keeps_output {
            Stdio::from(File::create(scratch)?)
        } else {
            Stdio::null()
        };
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .args(&self.command)
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .env("INSTA_UPDATE", "no")
            .env("RUST_BACKTRACE", "0")
            .current_dir(self.directory)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = child.try_wait()? {
                let printed = if self.keeps_output {
                    std::fs::read(scratch)?
                } else {
                    Vec::new()
                };
                return Ok(Outcome::Ended(status.code(), printed));
            }
            if start.elapsed() > limit {
                // With the processes that it started.
                let group = format!("-{}", child.id());
                Command::new("kill")
                    .args(["-KILL", "--", &group])
                    .status()?;
                child.wait()?;
                return Ok(Outcome::TimedOut);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}
