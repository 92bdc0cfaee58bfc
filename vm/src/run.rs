//! Runs: from Rust into Scheme and back.

use abi::tag;

use crate::ending::VmError;
use crate::frame::slot_address;
use crate::interpreter::{Machine, enter};
use crate::interrupts::INTERRUPT_BIT;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::value::Value;

/// A run under way. If a panic unwinds it, its base is taken off the stack, and the machine is broken: the
/// frames of the run are gone, and its primitive may have stopped anywhere.
struct Run<'a, 'id> {
    mutator: &'a mut Mutator<'id>,
    /// How many bases there were before.
    outer_bases: usize,
    is_done: bool,
}

impl Drop for Run<'_, '_> {
    fn drop(&mut self) {
        if !self.is_done {
            let outer_bases = self.outer_bases;
            let state = self.mutator.state_mut();
            state.stack.bases.truncate(outer_bases);
            state.is_broken = true;
        }
    }
}

impl<'id> Mutator<'id> {
    /// Whether a run is under way: whoever asks is called by a host procedure.
    pub fn is_running(&self) -> bool {
        !self.state().stack.bases.is_empty()
    }

    /// Forgets an interrupt that no run has heeded.
    pub fn forget_interrupt(&self) {
        self.heap().take_interrupts(INTERRUPT_BIT);
    }

    /// Calls a procedure; [`Self::result`] is what it returns, the first if there are several.
    ///
    /// `operands` answers the procedure and its arguments.
    ///
    /// # Errors
    ///
    /// [`VmError`]: the run ended otherwise.
    pub fn apply(
        &mut self,
        operands: impl for<'m> FnOnce(&'m Mutator<'id>) -> (Value<'m>, Vec<Value<'m>>),
    ) -> Result<(), VmError> {
        if self.is_broken() {
            return Err(VmError::Broken);
        }
        let words = {
            let (procedure, arguments) = operands(self);
            let words = std::iter::once(procedure).chain(arguments).map(Live::of);
            words.collect::<Vec<_>>()
        };
        let saved = [self.winders(), self.handlers(), self.parameters()].map(Live::of);
        let exit = self.state().stubs.exit_base();
        let stack = &mut self.state_mut().stack;
        let outer_bases = stack.bases.len();
        if stack.push_base(saved, exit, words.len()).is_none() {
            return Err(VmError::Failed {
                message: "the stack has no room for another run".to_owned(),
                places: Vec::new(),
            });
        }
        let mut run = Run {
            mutator: self,
            outer_bases,
            is_done: false,
        };
        let end = run.mutator.run_base(&words);
        run.is_done = true;
        drop(run);
        self.finish_run(end)
    }

    /// Runs the base that was just pushed, from a call of the first word with the others; where it ends.
    fn run_base(&mut self, words: &[Live]) -> Machine {
        self.note_base();
        let machine = self.machine_at_top();
        for (index, &word) in words.iter().enumerate() {
            let place = slot_address(machine.fp_address(), index);
            // SAFETY: a slot of the first frame: `push_base` has checked that there is room for all words.
            unsafe { place.store_word(word.bits()) };
        }
        // SAFETY: the slots were just filled: the procedure, and the arguments.
        let entered = unsafe { enter(self, machine, words.len() - 1) };
        crate::native::run(self, entered)
    }

    /// Tells native code which base runs.
    fn note_base(&self) {
        let base = self.state().stack.bases.last();
        let serial = base.map_or(0, |base| base.serial as i64);
        let serial = tag::fixnum(serial).expect("fewer than 2^60 bases");
        self.state().native.base_serial.set(serial);
        self.state().note_barrier();
    }

    fn finish_run(&mut self, end: Machine) -> Result<(), VmError> {
        // SAFETY: a base ends with its value in slot 0 of its first frame.
        let result = unsafe { end.slot(0) };
        self.state().result.set(result.bits());
        if self.state().stack.in_headroom {
            self.set_in_headroom(false);
        }
        let base = self
            .state_mut()
            .stack
            .bases
            .pop()
            .expect("every run has a base");
        self.note_base();
        let ending = self.state().ending.borrow_mut().take();
        if matches!(ending, Some(VmError::Interrupted { .. })) {
            let caller = self.state().stack.bases.last().map(|base| base.serial);
            self.state_mut().interrupted_base = caller;
        }
        match ending {
            None => Ok(()),
            // What the program set before it escaped stays.
            Some(VmError::Escape) => Err(VmError::Escape),
            Some(error) => {
                let [winders, handlers, parameters] = base.saved;
                self.state().native.winders.set(winders);
                self.state().native.handlers.set(handlers);
                self.state().native.parameters.set(parameters);
                Err(error)
            }
        }
    }
}
