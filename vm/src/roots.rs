//! The roots of a mutator.

use std::cell::Cell;

use gc::{Scope, Slot, Visitor};

use crate::frame_walk::{Extent, trace_base};
use crate::mutator::State;
use crate::return_barrier::renew_barrier;

impl State {
    /// The words that are roots by themselves.
    fn registers(&self) -> [&Cell<u64>; 8] {
        let [continuation, values] = &self.escape;
        [
            &self.native.winders,
            &self.native.handlers,
            &self.native.parameters,
            &self.standard_ports,
            &self.record_type_type,
            &self.result,
            continuation,
            values,
        ]
    }

    /// Shows `visitor` every root, and renews the barriers of the stack.
    pub(crate) fn trace<V: Visitor>(&mut self, scope: Scope, visitor: &mut V) {
        for register in self.registers().into_iter().chain(self.native.roots()) {
            let mut word = register.get();
            visitor.slot(Slot::of(&mut word));
            register.set(word);
        }
        let externals = self.externals.get_mut().words_mut();
        for word in externals.chain(&mut self.host_arguments) {
            visitor.slot(Slot::of(word));
        }
        // Symbols are never young.
        if scope == Scope::Full {
            self.symbols.trace_bound(visitor);
        }
        let extent = match scope {
            Scope::Minor => Extent::Barrier,
            Scope::Full => Extent::Base,
        };
        for base in &mut self.stack.bases {
            // SAFETY: the collector writes the chunk's new address there.
            visitor.slot(Slot::of(unsafe { base.link.root_mut() }));
            for word in &mut base.saved {
                visitor.slot(Slot::of(word));
            }
            trace_base(base, self.stubs, extent, visitor);
            renew_barrier(base, self.stubs);
        }
        self.note_barrier();
        if scope == Scope::Full {
            self.stack.discard_unused();
        }
    }

    /// Shows `visit` every word that is a root outside the frames. After a collection the objects of weak roots
    /// are there, too.
    pub(crate) fn each_root_word(&self, mut visit: impl FnMut(u64)) {
        self.registers()
            .iter()
            .for_each(|register| visit(register.get()));
        self.native.roots().for_each(|word| visit(word.get()));
        self.externals.borrow().words().for_each(&mut visit);
        self.host_arguments.iter().for_each(|&word| visit(word));
        self.symbols.each_word(&mut visit);
        self.host_procedures.borrow().words().for_each(&mut visit);
        self.environments.borrow().words().for_each(&mut visit);
        self.open_files.borrow().words().for_each(&mut visit);
        for base in &self.stack.bases {
            visit(base.link.root());
            base.saved.iter().for_each(|&word| visit(word));
        }
    }
}
