//! How a compilation is stopped: its work asks a supervisor at checkpoints, and takes memory from an account.
//!
//! Passes go from a program to a program, and answer no errors. So a checkpoint whose supervisor wants an end unwinds
//! to [`supervised`], like a panic, but without the message of one. So does [`memory::take`](crate::memory::take)
//! where too little is left. What was being compiled is lost. The caller puts
//! the registry of libraries right, as after an error: see
//! [`forget_last_unit`](crate::expand::LibraryRegistry::forget_last_unit).
//!
//! The supervisor belongs to the thread that compiles, so that all phases reach it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use syntax::{Stop, Supervisor};

use crate::memory::{Memory, Spending};
use crate::unwind::end;

/// Small steps between two questions to the supervisor.
const STEPS: u32 = 1 << 10;

thread_local! {
    static SUPERVISOR: RefCell<Option<Rc<dyn Supervisor>>> = const { RefCell::new(None) };
    /// Steps since the last question.
    static STEPS_DONE: Cell<u32> = const { Cell::new(0) };
}

/// What `work` answers, unless `supervisor` ends it at a checkpoint, or it takes more than there is in `memory`.
///
/// # Errors
///
/// [`Stop`]: what the supervisor said; [`Stop::Full`] if memory is short.
pub fn supervised<T>(
    supervisor: Rc<dyn Supervisor>,
    memory: &mut Memory,
    work: impl FnOnce() -> T,
) -> Result<T, Stop> {
    let _spending = Spending::from(memory);
    let outer = SUPERVISOR.replace(Some(supervisor));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    SUPERVISOR.set(outer);
    outcome.map_err(|panic| match panic.downcast::<Stop>() {
        Ok(stop) => *stop,
        Err(panic) => resume_unwind(panic),
    })
}

/// Asks the supervisor, if there is one, and does not return if it wants an end.
pub fn checkpoint() {
    if let Err(stop) = OfThread.check() {
        end(stop);
    }
}

/// A checkpoint after so many small steps.
#[inline]
pub(crate) fn step() {
    let done = STEPS_DONE.get() + 1;
    if done < STEPS {
        STEPS_DONE.set(done);
    } else {
        STEPS_DONE.set(0);
        checkpoint();
    }
}

/// The supervisor of the thread; lets everything go on where there is none.
#[derive(Clone, Copy, Debug)]
pub struct OfThread;

impl Supervisor for OfThread {
    fn check(&self) -> Result<(), Stop> {
        let supervisor = SUPERVISOR.with_borrow(Option::clone);
        supervisor.map_or(Ok(()), |supervisor| supervisor.check())
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        let supervisor = SUPERVISOR.with_borrow(Option::clone);
        supervisor.map_or(Ok(()), |supervisor| supervisor.reserve(bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::compile::compile;
    use crate::expand::{LibraryRegistry, SourceText, expand_program};
    use crate::options::Options;

    /// Stops at the question after so many.
    #[derive(Debug)]
    struct After(Cell<u32>);

    impl Supervisor for After {
        fn check(&self) -> Result<(), Stop> {
            let left = self.0.get().checked_sub(1).ok_or(Stop::Interrupted)?;
            self.0.set(left);
            Ok(())
        }

        fn reserve(&self, _bytes: usize) -> Result<(), Stop> {
            Ok(())
        }
    }

    fn after(checks: u32) -> Rc<dyn Supervisor> {
        Rc::new(After(Cell::new(checks)))
    }

    fn unlimited() -> Memory {
        Memory::new(usize::MAX)
    }

    #[test]
    fn a_compilation_can_be_stopped_anywhere_and_done_again() {
        let mut registry = LibraryRegistry::default();
        let text = "(define-library (a) (export f) (import (cozen core)) (begin (define (f x) x)))\n\
                    (import (a)) (f 1)";
        let source = SourceText::new("a.scm", text);
        let mut stopped = 0;
        loop {
            let outcome = supervised(after(stopped), &mut unlimited(), || {
                let program = expand_program(&mut registry, &source);
                program.map(|program| compile(program, None, &Options::default()))
            });
            if outcome.is_ok() {
                break;
            }
            registry.forget_last_unit();
            stopped += 1;
        }
        assert!(stopped > 10, "every pass asks: {stopped}");
    }

    #[test]
    fn a_macro_that_does_not_end_is_stopped() {
        let mut registry = LibraryRegistry::default();
        let text = "(import (cozen core))\n\
                    (define-syntax f (syntax-rules () ((_ x ...) (begin (f x ... x ...) (f x ...)))))\n\
                    (f 1 2 3)";
        let source = SourceText::new("a.scm", text);
        let outcome = supervised(after(100), &mut unlimited(), || {
            expand_program(&mut registry, &source)
        });
        assert_eq!(outcome.err(), Some(Stop::Interrupted));
    }

    #[test]
    fn other_panics_go_on() {
        let caught = catch_unwind(|| supervised(after(1), &mut unlimited(), || panic!("another")));
        assert!(caught.is_err());
        checkpoint();
    }
}
