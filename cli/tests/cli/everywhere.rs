//! What a failing program says: the same at every level, in bytecode, in native code, where a coin chooses each
//! procedure's tier, and where native code is linked while the program runs.

use std::path::Path;
use std::process::Command;

use super::err;

const LEVELS: [&str; 3] = ["-O0", "-O1", "-O2"];
/// The tier, and the seed of the coin.
const TIERS: [(&str, &str); 5] = [
    ("bytecode", "0"),
    ("native", "0"),
    ("mixed", "1"),
    ("mixed", "2"),
    ("late", "1"),
];

/// Standard error of a program in `folder`, which fails everywhere in the same way.
pub(super) fn message_everywhere(folder: &Path, program: &str) -> String {
    let mut first: Option<String> = None;
    for level in LEVELS {
        for tier in TIERS {
            let found = message(folder, program, level, tier);
            let first = first.get_or_insert_with(|| found.clone());
            assert_eq!(found, *first, "{program}, {level}, {tier:?}");
        }
    }
    first.expect("there are levels and tiers")
}

fn message(folder: &Path, program: &str, level: &str, (tier, seed): (&str, &str)) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args([level, program])
        .env("COZEN_TIER", tier)
        .env("COZEN_TIER_SEED", seed)
        .current_dir(folder)
        .output()
        .expect("cozen starts");
    assert_eq!(output.status.code(), Some(1), "{program}: {}", err(&output));
    err(&output)
}
