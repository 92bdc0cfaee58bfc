//! Runtimes for tests of the library, in the tier that the environment chooses, as the command line does.

#[path = "../../cli/src/environment.rs"]
mod environment;

use cozen::{Runtime, RuntimeBuilder};

/// As [`Runtime::builder`], with what `COZEN_TIER` and `COZEN_CHECK_FACTS` say.
pub(crate) fn runtime_builder() -> RuntimeBuilder {
    let check_facts = environment::check_facts().expect("the variable says 0 or 1");
    let jit = environment::jit().expect("the variable that seeds is a number");
    let builder = Runtime::builder()
        .check_facts(check_facts)
        .jit(jit.unwrap_or_default());
    match environment::tier().expect("the variable names a tier") {
        Some(tier) => builder.tier(tier),
        None => builder,
    }
}
