//! Runs: from Rust into Scheme and back.

use std::cell::Cell;

use abi::tag;
use gc::{CollectReason, Scope};

use crate::chunk::Continuation;
use crate::ending::{Handle, VmError};
use crate::frame::slot_address;
use crate::interpreter::{Machine, enter, resume, resume_with_value};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::return_word::CodeTier;
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
            return Err(self.uncaught("the stack has no room for another run"));
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

    /// Whether a panic has cut a run, or a collection, of this machine short. Then nothing runs any more,
    /// and no value is handed out: what was under way is half done.
    pub const fn is_broken(&self) -> bool {
        self.state().is_broken || self.heap().is_broken()
    }

    /// Panics if the machine is broken.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        assert!(
            !self.is_broken(),
            "a panic has cut a run of this machine short: it cannot be used any more"
        );
    }

    /// The machine in the first frame of the current base, as it leaves the base.
    fn machine_at_top(&mut self) -> Machine {
        let top = self.state_mut().stack.current().top;
        let stub = gc::Address::from_word(self.state().stubs.exit_base());
        // SAFETY: a base's first frame returns through the word at its top; the stub that leaves the base
        // is always there, and uses slot 0 at most.
        unsafe { Machine::at(stub, top.address()) }
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

    /// What the last run returned, or the last host procedure gave.
    ///
    /// # Panics
    ///
    /// If the machine is broken: see [`Self::is_broken`].
    pub fn result(&self) -> Value<'_> {
        self.assert_sound();
        // SAFETY: the register is a root, and so up to date.
        unsafe { Value::from_word(self.state().result.get()) }
    }

    /// Sets what [`Self::result`] is: for host procedures.
    pub fn set_result(&mut self, make: impl for<'m> FnOnce(&'m Mutator<'id>) -> Value<'m>) {
        let word = make(self).word();
        self.state().result.set(word);
    }

    /// Keeps a value across runs.
    pub fn root(&self, value: Value<'_>) -> Handle {
        let rooted = self.keep(value);
        Handle {
            rooted,
            owner: std::sync::Arc::clone(&self.state().owner),
        }
    }

    /// The value of a handle.
    ///
    /// # Panics
    ///
    /// If the handle is one of another heap: see [`Self::owns`]. If the machine is broken.
    pub fn rooted(&self, handle: &Handle) -> Value<'_> {
        assert!(self.owns(handle), "the handle belongs to another heap");
        self.assert_sound();
        // SAFETY: handles of this heap are roots, and so up to date.
        unsafe { Value::from_word(handle.rooted.get()) }
    }

    /// Whether a handle is one of this heap.
    pub fn owns(&self, handle: &Handle) -> bool {
        std::sync::Arc::ptr_eq(&handle.owner, &self.state().owner)
    }

    /// Collects everything that is garbage.
    ///
    /// # Panics
    ///
    /// If the machine is broken: see [`Self::is_broken`]. What does not fit the heap's maximum is found out
    /// by the next allocation.
    pub fn collect_now(&mut self) {
        self.collect_scope(Scope::Full);
    }

    pub(crate) fn collect_scope(&mut self, scope: Scope) {
        self.assert_sound();
        // Whether the heap is exhausted, the next request for memory will tell.
        let _outcome = self.heap_mut().collect(CollectReason::Forced(scope));
    }

    /// Ends the current run: the machine is to go on at [`Self::exit_machine`].
    pub(crate) fn end_run(&self, error: VmError) {
        *self.state().ending.borrow_mut() = Some(error);
    }

    /// Ends the current run for lack of anybody who could handle it.
    pub(crate) fn fail(&self, message: &str) {
        self.end_run(self.uncaught(message));
    }

    /// What nobody can handle: a text.
    fn uncaught(&self, message: &str) -> VmError {
        VmError::Uncaught {
            object: self.root(self.string(message)),
            places: Vec::new(),
        }
    }

    /// The machine that leaves the current base.
    pub(crate) fn exit_machine(&mut self) -> Machine {
        self.exit_base_with(Live::UNSPECIFIED)
    }

    /// The machine that leaves the current base with a value.
    pub(crate) fn exit_base_with(&mut self, value: Live) -> Machine {
        let machine = self.machine_at_top();
        // SAFETY: the first frame of a base has a slot 0, which nothing else is in as the base ends.
        unsafe { machine.set_slot(0, value) };
        machine
    }

    /// Remembers where an escape leads.
    pub(crate) fn set_escape(&self, continuation: Live, values: Live) {
        let [target, list] = &self.state().escape;
        target.set(continuation.bits());
        list.set(values.bits());
    }

    /// The continuation and the values that an escape leads to; forgets them.
    pub(crate) fn take_escape(&self) -> (Live, Live) {
        let take = |register: &Cell<u64>| {
            // SAFETY: the register is a root, and so up to date.
            unsafe { Live::new(register.replace(tag::FALSE)) }
        };
        let [target, list] = &self.state().escape;
        (take(target), take(list))
    }

    /// Resumes the continuation, one of the current base, with the values in a list.
    pub(crate) fn resume_with_list(&mut self, continuation: Continuation, list: Live) -> Machine {
        self.prepare_resumption(continuation);
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let list = unsafe { list.value() };
        let words = self.elements(list).map(Live::of).collect::<Vec<_>>();
        resume(self, &words)
    }

    /// Resumes the continuation, one of the current base, with one value.
    #[inline]
    pub(crate) fn resume_with_one(&mut self, continuation: Continuation, value: Live) -> Machine {
        let tier = self.prepare_resumption(continuation);
        resume_with_value(self, tier, value)
    }

    #[inline]
    fn prepare_resumption(&mut self, continuation: Continuation) -> CodeTier {
        if self.state().stack.in_headroom {
            self.set_in_headroom(false);
        }
        self.set_continuation(continuation)
    }
}
