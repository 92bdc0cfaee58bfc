//! How a run is left: by its end, or for a continuation of an outer run.

use std::cell::Cell;

use abi::tag;
use gc::Address;

use crate::chunk::Link;
use crate::ending::VmError;
use crate::interpreter::Machine;
use crate::live::Live;
use crate::mutator::Mutator;

impl Mutator<'_> {
    /// The machine in the first frame of the current base, as it leaves the base.
    pub(crate) fn machine_at_top(&mut self) -> Machine {
        let top = self.state_mut().stack.current().top;
        let stub = Address::from_word(self.state().stubs.exit_base());
        // SAFETY: a base's first frame returns through the word at its top; the stub that leaves the base
        // is always there, and uses slot 0 at most.
        unsafe { Machine::at(stub, top.address()) }
    }

    /// The machine in the first frame of the current base, to which no frame of the base returns any more.
    pub(crate) fn abandon_frames(&mut self) -> Machine {
        let exit = self.state().stubs.exit_base();
        let base = self.state_mut().stack.current();
        base.link = Link::NONE;
        base.barrier = None;
        // SAFETY: the first frame of a base is on the stack, and a base may always be left.
        unsafe { base.top.set_return_word(exit) };
        self.state().note_barrier();
        self.machine_at_top()
    }

    /// Ends the current run: the machine is to go on at [`Self::exit_machine`].
    pub(crate) fn end_run(&self, error: VmError) {
        *self.state().ending.borrow_mut() = Some(error);
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
}
