//! Whether the environment wants the optimizer's claims checked, for tests of all code that is
//! compiled.

use std::env;

use crate::error::Error;

/// Checks the claims of all that is compiled.
const CHECK_FACTS: &str = "COZEN_CHECK_FACTS";

/// Whether `COZEN_CHECK_FACTS` is `1`.
///
/// # Errors
///
/// [`Error::Setup`]: it is neither that nor `0`.
pub fn check_facts_from_environment() -> Result<bool, Error> {
    let Some(wanted) = env::var_os(CHECK_FACTS) else {
        return Ok(false);
    };
    match wanted.to_str() {
        Some("1") => Ok(true),
        Some("0") => Ok(false),
        _ => Err(Error::Setup(format!(
            "{CHECK_FACTS}: expected 0 or 1, found {}",
            wanted.display()
        ))),
    }
}
