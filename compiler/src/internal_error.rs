//! Faults of the compiler itself: a panic becomes an error that says so.
//!
//! The panic leaves the unit behind that was being compiled: nobody else has it. The registry of
//! libraries outlives the panic. Whoever catches the fault puts the registry right.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{
    AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook,
};
use std::sync::{Once, OnceLock};

use syntax::Stop;

/// What the message of a fault begins with.
pub(crate) const INTERNAL: &str = "internal compiler error";

/// A broken invariant of the compiler.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{start} in {phase}: {message}: this is a fault of Cozen, not of the program; please report it with \
     the program",
    start = INTERNAL
)]
pub struct InternalError {
    /// The pass or phase that ran.
    pub phase: &'static str,
    /// What it said, and where in the compiler.
    pub message: String,
}

thread_local! {
    /// Whether a panic of this thread is caught here.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    /// What the last panic that is caught here said.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What `run` answers, or its panic as an error. `phase` says what ran then.
///
/// # Errors
///
/// [`InternalError`]: it panicked.
pub(crate) fn guard<T>(
    phase: impl Fn() -> &'static str,
    run: impl FnOnce() -> T,
) -> Result<T, InternalError> {
    install_hook();
    let was_guarded = IS_GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(run));
    IS_GUARDED.set(was_guarded);
    outcome.map_err(|panic| {
        if panic.is::<Stop>() {
            // The end of the compilation: see `checkpoint`.
            resume_unwind(panic);
        }
        InternalError {
            phase: phase(),
            message: LAST.take().unwrap_or_else(|| text(panic.as_ref())),
        }
    })
}

/// Panics that are caught here are kept, not printed, unless a backtrace is asked for; all others go to the
/// hook that was there before.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            let is_guarded = IS_GUARDED.try_with(Cell::get).unwrap_or(false);
            if is_guarded {
                // A thread that ends has no place for it.
                let _ = LAST.try_with(|last| last.replace(Some(describe(info))));
            }
            if !is_guarded || Backtrace::capture().status() == BacktraceStatus::Captured {
                before(info);
            }
        }));
    });
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let text = text(info.payload());
    match info.location() {
        Some(location) => format!("{text} ({}:{})", location.file(), location.line()),
        None => text,
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no text").to_owned()
}

/// The name of a variable by which tests plant a panic.
pub(crate) const PLANTED: &str = "planted-panic";

/// The phase in which a panic is planted.
static PLANTED_IN: OnceLock<String> = OnceLock::new();

/// Plants a panic in a phase, for units that have a variable [`PLANTED`], from here on: tests prove by it that a
/// panic hurts nothing else. Only debug builds heed it, and only the first call counts.
pub fn plant_panic(phase: String) {
    // A second call changes nothing, as said above.
    let _ = PLANTED_IN.set(phase);
}

/// Panics if [`plant_panic`] named the phase. Asked only where a variable is called [`PLANTED`].
pub(crate) fn plant(phase: &str) {
    let is_planted =
        cfg!(debug_assertions) && PLANTED_IN.get().is_some_and(|planted| planted == phase);
    assert!(!is_planted, "a planted fault");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_that_names_phase_and_place() {
        let caught = guard(|| "inline", || -> u8 { panic!("a broken invariant") });
        let error = caught.expect_err("it panicked");
        assert_eq!(error.phase, "inline");
        let start = format!("a broken invariant ({}:", file!());
        assert!(error.message.starts_with(&start), "{}", error.message);
        assert!(error.to_string().contains("a fault of Cozen"));
        assert_eq!(guard(|| "inline", || 1), Ok(1));
    }
}
