//! The ways in which a program is run, and their results.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, process, thread};

use crate::number;
use crate::program::Program;
use crate::shapes::Sort;

pub(crate) struct Mode {
    pub(crate) name: &'static str,
    options: &'static [&'static str],
    tier: &'static str,
    moves: bool,
    checks_facts: bool,
}

const fn mode(name: &'static str, options: &'static [&'static str], tier: &'static str) -> Mode {
    Mode {
        name,
        options,
        tier,
        moves: false,
        checks_facts: false,
    }
}

pub(crate) const MODES: &[Mode] = &[
    mode("-O0", &["-O0"], "bytecode"),
    mode("-O1", &["-O1"], "bytecode"),
    mode("-O2", &["-O2"], "bytecode"),
    mode("-O0 --native", &["-O0", "--native"], "native"),
    mode("-O2 --native", &["-O2", "--native"], "native"),
    Mode {
        checks_facts: true,
        ..mode("-O2 --native --check-facts", &["-O2", "--native"], "native")
    },
    mode("-O0 mixed", &["-O0"], "mixed"),
    mode("-O2 mixed", &["-O2"], "mixed"),
    mode("-O0 late", &["-O0"], "late"),
    mode("-O2 late", &["-O2"], "late"),
    Mode {
        moves: true,
        ..mode("-O2 --zeal=3", &["-O2", "--zeal=3"], "bytecode")
    },
    Mode {
        moves: true,
        ..mode("-O2 late --zeal=3", &["-O2", "--zeal=3"], "late")
    },
    Mode {
        moves: true,
        ..mode(
            "-O0 --native --zeal=3",
            &["-O0", "--native", "--zeal=3"],
            "native",
        )
    },
    Mode {
        moves: true,
        ..mode(
            "-O2 --native --zeal=3",
            &["-O2", "--native", "--zeal=3"],
            "native",
        )
    },
];

/// Another Scheme, for programs whose meaning both share.
pub(crate) const GUILE: &Mode = &mode("guile", &["--no-auto-compile", "-s"], "guile");

/// Whether Guile is wanted, and there.
pub(crate) fn has_guile() -> bool {
    static HAS_GUILE: OnceLock<bool> = OnceLock::new();
    *HAS_GUILE.get_or_init(|| {
        let mut command = Command::new("guile");
        command.arg("--version").stdout(Stdio::null());
        env::var_os("COZEN_RANDOM_GUILE").is_some() && command.status().is_ok()
    })
}

/// Of how many programs one is run while everything moves.
fn zeal_every() -> u64 {
    static ZEAL_EVERY: OnceLock<u64> = OnceLock::new();
    *ZEAL_EVERY.get_or_init(|| number("COZEN_RANDOM_ZEAL_EVERY").unwrap_or(1))
}

/// A program that runs longer does not end.
const SECONDS_MAX: u64 = 60;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) text: String,
    /// How it ended: `exit status: 0` when all is well.
    pub(crate) end: String,
    pub(crate) errors: String,
}

impl Outcome {
    pub(crate) fn is_well(&self) -> bool {
        self.end == "exit status: 0"
    }
}

/// The command that is tested. Tests start in their package's folder; a relative path is one from
/// the workspace's.
fn command() -> PathBuf {
    let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    env::var_os("COZEN_COMMAND").map_or_else(
        || env!("CARGO_BIN_EXE_cozen").into(),
        |path| workspace.join(path),
    )
}

impl Mode {
    /// Whether the program of the seed is run in this mode: where tiers are mixed or change,
    /// and where everything moves, programs take turns.
    pub(crate) fn fits(&self, program: &Program, seed: u64) -> bool {
        if self.is_guile() {
            return program.sort == Sort::Shared && has_guile();
        }
        let turn = seed.is_multiple_of(2) == (self.options[0] == "-O0" || self.tier == "native");
        match (self.tier, self.moves) {
            (_, true) => turn && !program.is_large && (seed / 2).is_multiple_of(zeal_every()),
            ("mixed" | "late", _) => turn,
            _ => true,
        }
    }

    pub(crate) fn is_guile(&self) -> bool {
        self.name == GUILE.name
    }

    /// What the program in `file` prints; `seed` decides tiers where a coin does.
    pub(crate) fn run(&self, file: &Path, seed: u64) -> Outcome {
        let (text_file, errors_file) = (file.with_extension("out"), file.with_extension("err"));
        let create = |path: &Path| File::create(path).expect("a writable temporary directory");
        let mut command = if self.is_guile() {
            Command::new("guile")
        } else {
            Command::new(command())
        };
        if self.checks_facts {
            command.env("COZEN_CHECK_FACTS", "1");
        }
        let mut child = command
            .args(self.options)
            .arg(file)
            .env("LC_ALL", "C.UTF-8")
            .env("COZEN_TIER", self.tier)
            .env("COZEN_TIER_SEED", seed.to_string())
            .stdin(Stdio::null())
            .stdout(create(&text_file))
            .stderr(create(&errors_file))
            .spawn()
            .expect("cozen starts");
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        let end = loop {
            if let Some(status) = child.try_wait().expect("a child of ours") {
                break status.to_string();
            }
            if start.elapsed() > Duration::from_secs(SECONDS_MAX) {
                child.kill().expect("a child of ours");
                child.wait().expect("a child of ours");
                break "no end".to_owned();
            }
            thread::sleep(pause);
            pause = (pause * 5 / 4).min(Duration::from_millis(20));
        };
        let read = |path: &Path| {
            let bytes = fs::read(path).expect("it was just written");
            fs::remove_file(path).expect("it was just written");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Outcome {
            text: read(&text_file),
            end,
            errors: read(&errors_file),
        }
    }
}

/// A file for the program of a seed.
pub(crate) fn file_of(seed: u64) -> PathBuf {
    env::temp_dir().join(format!("cozen-random-{}-{seed}.scm", process::id()))
}
