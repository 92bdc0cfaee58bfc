//! What the environment chooses where nobody else does: for tests of everything that is compiled and loaded.

use std::env;
use std::ffi::OsStr;

use cozen::{Error, Jit, Tier};

/// Names the tier of everything that is compiled and loaded.
const TIER: &str = "COZEN_TIER";
/// Seeds the coin of the tiers `mixed` and `late`.
const SEED: &str = "COZEN_TIER_SEED";
/// Checks the claims of all that is compiled.
const CHECK_FACTS: &str = "COZEN_CHECK_FACTS";

/// What `COZEN_TIER` and `COZEN_TIER_SEED` say; `None` if they say nothing.
///
/// # Errors
///
/// [`Error::Setup`]: one of them says something else.
pub(crate) fn tier() -> Result<Option<Tier>, Error> {
    let Some(tier) = env::var_os(TIER) else {
        return Ok(None);
    };
    match tier.to_str() {
        Some("native") => Ok(Some(Tier::Native)),
        Some("bytecode" | "late") => Ok(Some(Tier::Bytecode)),
        Some("mixed") => Ok(Some(Tier::Mixed(seed()?))),
        _ => Err(refused(TIER, "native, bytecode, mixed or late", &tier)),
    }
}

/// Whether `COZEN_TIER` is `late`: programs begin as bytecode, and native code is linked to them while they run.
///
/// # Errors
///
/// [`Error::Setup`]: `COZEN_TIER_SEED` is no number.
pub(crate) fn jit() -> Result<Option<Jit>, Error> {
    if env::var_os(TIER).is_some_and(|tier| tier == "late") {
        return Ok(Some(Jit::Gradual(seed()?)));
    }
    Ok(None)
}

fn seed() -> Result<u64, Error> {
    let Some(seed) = env::var_os(SEED) else {
        return Ok(0);
    };
    let number = seed.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| refused(SEED, "a number", &seed))
}

/// Whether `COZEN_CHECK_FACTS` is `1`.
///
/// # Errors
///
/// [`Error::Setup`]: it is neither that nor `0`.
pub(crate) fn check_facts() -> Result<bool, Error> {
    let Some(wanted) = env::var_os(CHECK_FACTS) else {
        return Ok(false);
    };
    match wanted.to_str() {
        Some("1") => Ok(true),
        Some("0") => Ok(false),
        _ => Err(refused(CHECK_FACTS, "0 or 1", &wanted)),
    }
}

fn refused(variable: &str, expected: &str, found: &OsStr) -> Error {
    let found = found.display();
    Error::Setup(format!("{variable}: expected {expected}, found {found}"))
}
