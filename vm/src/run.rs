//! Runs: from Rust into Scheme and back.

use abi::tag;
use gc::{CollectReason, Scope, WORD_BYTES};

use crate::hooks::{Handle, HostError};
use crate::interpreter::{Machine, enter, resume, resume_with_value};
use crate::mutator::Mutator;
use crate::place::Place;
use crate::stubs::CodeTier;
use crate::value::Value;

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum VmError {
    /// Nothing handled what was raised.
    #[error("nothing handled what was raised")]
    Uncaught {
        /// What was raised; a string if there is no library to make a condition.
        object: Handle,
        /// Where, innermost first.
        places: Vec<Place>,
    },
    /// The program asked for its end, with this status.
    #[error("the program exited with status {0}")]
    Exit(i32),
    /// A continuation of an outer run was invoked: to be passed on at once.
    #[error("a continuation of an outer run was invoked")]
    Escape,
}

impl From<VmError> for HostError {
    fn from(error: VmError) -> Self {
        match error {
            VmError::Uncaught { object, .. } => Self::Raise(object),
            VmError::Exit(status) => Self::Exit(status),
            VmError::Escape => Self::Escape,
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
        let words = {
            let (procedure, arguments) = operands(self);
            let words = std::iter::once(procedure).chain(arguments).map(Value::word);
            words.collect::<Vec<_>>()
        };
        let stubs = self.state().stubs;
        let registers = [
            &self.state().native.winders,
            &self.state().native.handlers,
            &self.state().native.parameters,
        ];
        let saved = registers.map(std::cell::Cell::get);
        self.state_mut().stack.push_base(saved);
        self.note_base();
        let top = self.state_mut().stack.current().top;
        let machine = Machine::at(gc::Address::from_word(stubs.exit_base()), top);
        let needed_bytes = (words.len() + 1) * WORD_BYTES;
        let entered = if top.raw().saturating_sub(needed_bytes) < self.heap().stack_limit() {
            self.fail("the stack has no room for another run");
            self.exit_machine()
        } else {
            // SAFETY: the top word of a base; the stack has room for it.
            unsafe { top.store_word(stubs.exit_base()) };
            for (index, &word) in words.iter().enumerate() {
                let place = top.offset_bytes(((index + 1) * WORD_BYTES).wrapping_neg());
                // SAFETY: a word below the top; the stack has room for it.
                unsafe { place.store_word(word) };
            }
            enter(self, machine, words.len() - 1)
        };
        let end = crate::native::run(self, entered);
        self.finish_run(end)
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
        self.state().result.set(end.slot(0));
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
    pub fn result(&self) -> Value<'_> {
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
        let rooted = self.heap().handles().handle(value.word());
        Handle {
            rooted,
            owner: std::sync::Arc::clone(&self.state().owner),
        }
    }

    /// The value of a handle.
    ///
    /// # Panics
    ///
    /// If the handle is one of another heap: see [`Self::owns`].
    pub fn rooted(&self, handle: &Handle) -> Value<'_> {
        assert!(self.owns(handle), "the handle belongs to another heap");
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
    /// Never: what does not fit the heap's maximum is found out by the next allocation.
    pub fn collect_now(&mut self) {
        self.collect_scope(Scope::Full);
    }

    pub(crate) fn collect_scope(&mut self, scope: Scope) {
        // Whether the heap is exhausted, the next request for memory will tell.
        let _outcome = self.heap_mut().collect(CollectReason::Forced(scope));
    }

    /// Ends the current run: the machine is to go on at [`Self::exit_machine`].
    pub(crate) fn end_run(&self, error: VmError) {
        *self.state().ending.borrow_mut() = Some(error);
    }

    /// Ends the current run for lack of anybody who could handle it.
    pub(crate) fn fail(&self, message: &str) {
        let object = self.root(self.string(message));
        self.end_run(VmError::Uncaught {
            object,
            places: Vec::new(),
        });
    }

    /// The machine that leaves the current base.
    pub(crate) fn exit_machine(&mut self) -> Machine {
        self.exit_base_with(tag::UNSPECIFIED)
    }

    /// The machine that leaves the current base with a value.
    pub(crate) fn exit_base_with(&mut self, value: u64) -> Machine {
        let top = self.state_mut().stack.current().top;
        let stub = gc::Address::from_word(self.state().stubs.exit_base());
        let machine = Machine::at(stub, top);
        machine.set_slot(0, value);
        machine
    }

    /// Remembers where an escape leads.
    pub(crate) fn set_escape(&self, continuation: u64, values: u64) {
        let [target, list] = &self.state().escape;
        target.set(continuation);
        list.set(values);
    }

    /// The continuation and the values that an escape leads to; forgets them.
    pub(crate) fn take_escape(&self) -> (u64, u64) {
        let [target, list] = &self.state().escape;
        (target.replace(tag::FALSE), list.replace(tag::FALSE))
    }

    /// Resumes the continuation, one of the current base, with the values in a list.
    pub(crate) fn resume_with_list(&mut self, continuation: u64, list: u64) -> Machine {
        self.prepare_resumption(continuation);
        // SAFETY: callers have just read the word from a slot or a register.
        let list = unsafe { Value::from_word(list) };
        let words = self.elements(list).map(Value::word).collect::<Vec<_>>();
        resume(self, &words)
    }

    /// Resumes the continuation, one of the current base, with one value.
    #[inline]
    pub(crate) fn resume_with_one(&mut self, continuation: u64, value: u64) -> Machine {
        let tier = self.prepare_resumption(continuation);
        resume_with_value(self, tier, value)
    }

    #[inline]
    fn prepare_resumption(&mut self, continuation: u64) -> CodeTier {
        if self.state().stack.in_headroom {
            self.set_in_headroom(false);
        }
        self.set_continuation(continuation)
    }
}
