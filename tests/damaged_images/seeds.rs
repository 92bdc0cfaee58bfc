//! The images that are damaged: programs of the tests, the examples and the benchmarks.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cozen::{CompilerOptions, Frontend, Tier};

use crate::worker::{Outcome, Worker};

/// An image, and what becomes of it as it is.
pub(crate) struct Seed {
    pub(crate) name: String,
    pub(crate) image: Vec<u8>,
    pub(crate) outcome: Outcome,
}

/// Folders with programs.
const FOLDERS: &[&str] = &[
    "tests/scheme/compiler",
    "tests/scheme/expander",
    "tests/scheme/library",
    "tests/scheme/machine",
    "tests/scheme/r7rs",
    "tests/places",
    "examples",
    "benches/programs",
];

/// How many programs of a folder a short campaign takes.
const SHORT: usize = 5;

/// How long a program may take as it is.
const TIME_MAX: Duration = Duration::from_millis(300);

/// The images of programs that end soon.
pub(crate) fn seeds(tier: Tier) -> Vec<Seed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_long = std::env::var_os("COZEN_CAMPAIGN").is_some();
    let folder = crate::target().join(format!("seeds-{}-{tier:?}", std::process::id()));
    let mut worker = Worker::new(folder);
    let mut found = Vec::new();
    for name in FOLDERS {
        let mut programs: Vec<PathBuf> = fs::read_dir(root.join(name))
            .expect("a folder of programs")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "scm"))
            .collect();
        programs.sort();
        let wanted = if is_long { programs.len() } else { SHORT };
        let seeds = programs
            .iter()
            .filter_map(|path| seed(&mut worker, path, tier));
        found.extend(seeds.take(wanted));
    }
    assert!(found.len() > FOLDERS.len());
    found
}

/// The image of a program, if it ends soon.
fn seed(worker: &mut Worker, path: &Path, tier: Tier) -> Option<Seed> {
    let options = CompilerOptions {
        tier,
        ..CompilerOptions::default()
    };
    let image = Frontend::standard(Vec::new(), options).compile_image(path);
    let image = image.ok()?.into_bytes();
    let start = Instant::now();
    let outcome = worker.run(&image);
    let is_quick = start.elapsed() < TIME_MAX;
    let name = path.display().to_string();
    match outcome {
        Outcome::Ran { .. } if is_quick => Some(Seed {
            name,
            image,
            outcome,
        }),
        Outcome::Ran { .. } | Outcome::RanOn => None,
        other => panic!("{name}: {other:?}"),
    }
}
