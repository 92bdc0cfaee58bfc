//! A campaign of damaged images. Whatever becomes of an image, the verifier refuses it, or it runs without breaking
//! anything: the process neither crashes nor panics nor hangs.
//!
//! The short campaign is part of the tests. For a long one, say how many images of each sort are to be damaged:
//!
//! ```text
//! COZEN_CAMPAIGN=100000 cargo test --release --test damaged_images -- --nocapture
//! ```
//!
//! `COZEN_CAMPAIGN_SEED` chooses other damage. Images that crash are kept in `target/damaged`.

#![expect(
    clippy::print_stdout,
    reason = "what became of the images, for `--nocapture`"
)]

mod child;
mod damage;
mod random;
mod seeds;
mod worker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use damage::{Hash, damage, is_whole};
use random::Random;
use seeds::{Seed, seeds};
use worker::{Outcome, Worker};

/// Set in processes that run images.
pub(crate) const CHILD: &str = "COZEN_CAMPAIGN_CHILD";

/// The test that such a process is asked for: it runs images, and damages none.
pub(crate) const TEST_OF_CHILD: &str = "damaged_images_of_bytecode_do_no_harm";

/// How many images of each sort the tests damage.
const SHORT: usize = 400;

/// How many programs with another answer are named.
const EXAMPLES_MAX: usize = 40;

/// What became of the images.
#[derive(Debug, Default)]
struct Summary {
    refused: usize,
    same: usize,
    different: usize,
    different_examples: Vec<String>,
    ran_on: usize,
    crashed: Vec<String>,
    hung: Vec<String>,
    /// How often each check refused an image.
    checks: BTreeMap<String, usize>,
}

impl Summary {
    fn add(&mut self, outcome: &Outcome, seed: &Seed, number: usize, image: &[u8]) {
        match outcome {
            Outcome::Refused(error) => {
                self.refused += 1;
                let problem = error.rsplit(": ").next().unwrap_or_default();
                let words: Vec<&str> = problem
                    .split_whitespace()
                    .filter(|word| !word.contains(|c: char| c.is_ascii_digit()))
                    .collect();
                *self.checks.entry(words.join(" ")).or_default() += 1;
            }
            Outcome::Ran { .. } if *outcome == seed.outcome => self.same += 1,
            Outcome::Ran { ended, .. } => {
                self.different += 1;
                if self.different_examples.len() < EXAMPLES_MAX {
                    let example = format!("{number} {}: {ended}", seed.name);
                    self.different_examples.push(example);
                }
            }
            Outcome::RanOn => self.ran_on += 1,
            Outcome::Crash(how) => {
                self.crashed.push(format!("{number} {}: {how}", seed.name));
                keep(image, number);
            }
            Outcome::Hang => {
                self.hung.push(format!("{number} {}", seed.name));
                keep(image, number);
            }
        }
    }
}

/// Keeps an image for people to look at.
fn keep(image: &[u8], number: usize) {
    let folder = target().join("damaged");
    std::fs::create_dir_all(&folder).expect("a folder for what crashed");
    std::fs::write(folder.join(format!("{number}.czo")), image).expect("the image is kept");
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}

fn number_of(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Damages images of these seeds, and runs them.
fn campaign(name: &str, seeds: &[Seed], hash: Hash) {
    let count = number_of("COZEN_CAMPAIGN", SHORT);
    let first_seed = number_of("COZEN_CAMPAIGN_SEED", 1) as u64;
    let next = AtomicUsize::new(0);
    let summary = Mutex::new(Summary::default());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for number in 0..workers {
            let folder = target().join(format!("campaign-{}-{name}-{number}", std::process::id()));
            let (next, summary) = (&next, &summary);
            scope.spawn(move || {
                let mut worker = Worker::new(folder);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    let mut random = Random::new(first_seed << 32 ^ number as u64);
                    let seed = random.choose(seeds);
                    let mut image = seed.image.clone();
                    damage(&mut random, &mut image, hash);
                    let outcome = worker.run(&image);
                    let mut summary = summary.lock().expect("no worker panics");
                    summary.add(&outcome, seed, number, &image);
                }
            });
        }
    });
    let summary = summary.into_inner().expect("no worker panics");
    println!(
        "{name}: {count} images; refused {}, same answer {}, different but valid {}, ran on {}, crashed {}, hung {}",
        summary.refused,
        summary.same,
        summary.different,
        summary.ran_on,
        summary.crashed.len(),
        summary.hung.len(),
    );
    let mut checks: Vec<(&String, &usize)> = summary.checks.iter().collect();
    checks.sort_by_key(|&(_, count)| std::cmp::Reverse(*count));
    for (check, count) in checks {
        println!("  {count:>6}  {check}");
    }
    if hash == Hash::AsItIs {
        println!("{:#?}", summary.different_examples);
    }
    let bad: Vec<&String> = summary.crashed.iter().chain(&summary.hung).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(
        summary.refused + summary.same + summary.different + summary.ran_on,
        count
    );
}

#[test]
fn damaged_images_of_bytecode_do_no_harm() {
    if std::env::var_os(CHILD).is_some() {
        // This process is one that a campaign has started.
        return child::serve();
    }
    let seeds = seeds(cozen::Tier::Bytecode);
    campaign("bytecode-as-it-is", &seeds, Hash::AsItIs);
    campaign("bytecode-repaired", &seeds, Hash::Repaired);
}

#[test]
fn damaged_images_with_native_code_do_no_harm() {
    let mut seeds = seeds(cozen::Tier::Native);
    // Some programs are folded until nothing is left that runs often.
    seeds.retain(|seed| cozen::has_native_code(&seed.image));
    assert!(seeds.len() > 10);
    campaign("native-as-it-is", &seeds, Hash::AsItIs);
    campaign("native-repaired", &seeds, Hash::Repaired);
}

#[test]
fn the_same_seed_does_the_same_damage() {
    let original = seeds(cozen::Tier::Bytecode)[0].image.clone();
    let damaged = |number| {
        let mut image = original.clone();
        damage(&mut Random::new(number), &mut image, Hash::Repaired);
        image
    };
    assert!((0..20).all(|number| damaged(number) == damaged(number)));
    // The hash is right again: what is whole otherwise passes the loader.
    assert!((0..200).any(|number| damaged(number) != original && is_whole(&damaged(number))));
}
