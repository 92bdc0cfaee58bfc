//! The tier that the environment chooses, for tests of both.

use std::env;

use abi::native::Tier;

use crate::error::Error;

/// Names the tier of everything that is compiled and loaded.
const TIER: &str = "COZEN_TIER";
/// Seeds the coin of the tier `mixed`.
const SEED: &str = "COZEN_TIER_SEED";

/// What `COZEN_TIER` and `COZEN_TIER_SEED` say; `None` if they say nothing.
///
/// # Errors
///
/// [`Error::Setup`]: one of them says something else.
pub fn tier_from_environment() -> Result<Option<Tier>, Error> {
    let Some(tier) = env::var_os(TIER) else {
        return Ok(None);
    };
    match tier.to_str() {
        Some("native") => Ok(Some(Tier::Native)),
        Some("bytecode") => Ok(Some(Tier::Bytecode)),
        Some("mixed") => Ok(Some(Tier::Mixed(seed()?))),
        _ => Err(Error::Setup(format!(
            "{TIER}: expected native, bytecode or mixed, found {}",
            tier.display()
        ))),
    }
}

fn seed() -> Result<u64, Error> {
    let Some(seed) = env::var_os(SEED) else {
        return Ok(0);
    };
    let number = seed.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| {
        Error::Setup(format!(
            "{SEED}: expected a number, found {}",
            seed.display()
        ))
    })
}
