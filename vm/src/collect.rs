//! Collections as the machine runs them: what they found gone is given back afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind};

use abi::condition::ConditionKind;
use gc::{CollectReason, Outcome, Scope};

use crate::error::{Condition, Irritant};
use crate::mutator::{Mutator, State};
use crate::object::bytevector::read_bytes;
use crate::object::port::PortObject;
use crate::port::flag;
use crate::value::Value;

impl Mutator<'_> {
    /// Collects for `reason`: see [`gc::Mutator::collect`].
    pub(crate) fn collect_for(&mut self, reason: CollectReason) -> Outcome {
        let outcome = self.heap_mut().collect(reason);
        self.give_back();
        outcome
    }

    /// Collects if that is due: see [`gc::Mutator::collect_if_due`].
    pub(crate) fn collect_if_due(&mut self) -> Outcome {
        let outcome = self.heap_mut().collect_if_due();
        self.give_back();
        outcome
    }

    /// Closes the files of ports that are gone, and drops procedures of the embedder that are.
    fn give_back(&mut self) {
        let state = self.state_mut();
        state.open_files.get_mut().close_abandoned();
        for procedure in state.host_procedures.get_mut().take_gone() {
            // A panic of the closure's destructor was told of when it began. It is none of the program that
            // happens to run now.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(procedure)));
        }
    }
}

impl State {
    /// Brings weak words up to date, and forgets those of objects that are gone.
    pub(crate) fn settle_weak_roots(
        &mut self,
        scope: Scope,
        survivor: &mut dyn FnMut(u64) -> Option<u64>,
    ) {
        // Symbols are never young.
        if scope == Scope::Full {
            self.symbols.retain(|word| survivor(word).is_some());
        }
        self.host_procedures.get_mut().settle(scope, survivor);
        self.settle_environments(scope, survivor);
        self.open_files
            .get_mut()
            .settle(scope, survivor, waiting_output);
    }
}

impl State {
    /// Lets the compiler forget the environments whose objects are gone. What it keeps is less then, before the
    /// collection finds out whether the heap is exhausted.
    fn settle_environments(&mut self, scope: Scope, survivor: &mut dyn FnMut(u64) -> Option<u64>) {
        let gone = self.environments.get_mut().settle(scope, survivor);
        // The compiler is lent out only to what cannot collect.
        let Some(frontend) = self.frontend.as_mut().filter(|_| !gone.is_empty()) else {
            return;
        };
        for environment in gone {
            frontend.forget_environment(environment);
        }
        if let Some(charge) = &mut self.frontend_charge {
            charge.resize(frontend.retained_bytes());
        }
    }
}

/// A copy of the output that waits in a port that a collection has found gone.
fn waiting_output(port: u64) -> Vec<u8> {
    // SAFETY: the port is intact until the weak roots are settled. So is its buffer: only the port of a file
    // refers to that, so it is gone, too.
    let port = PortObject::of(unsafe { Value::from_word(port) });
    let port = port.expect("open files are noted with their ports");
    if port.has(flag::OUTPUT) {
        read_bytes(port.waiting())
    } else {
        Vec::new()
    }
}

/// The condition of a request of `bytes` that the heap's limit refuses.
pub(crate) fn heap_exhausted(m: &Mutator<'_>, bytes: usize) -> Condition<'static> {
    let numbers = [bytes, m.state().heap_bytes_max];
    let irritants = numbers.map(|bytes| Irritant::Integer(bytes as i64));
    Condition::new(ConditionKind::HeapExhausted, irritants)
}
