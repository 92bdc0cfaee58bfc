//! Guardians: a guardian tells when an object is reachable through nothing but guardians.
//!
//! The collector keeps registered objects beside the heap, by the number of their guardian. The
//! guardian's own object carries only its number (Dybvig, Bruggeman, Eby: Guardians in a
//! generation-based garbage collector, 1993).

use std::collections::VecDeque;

use crate::account::{Account, Charge};
use crate::object_model::GuardianNumber;

/// A registered object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registration {
    pub(crate) guardian: GuardianNumber,
    pub(crate) object: u64,
}

/// What one guardian has found.
#[derive(Debug, Default)]
pub(crate) struct Guardian {
    /// Objects found unreachable, oldest first.
    pub(crate) ready: VecDeque<u64>,
    /// A collection has seen the guardian's object alive since it was created.
    pub(crate) is_old: bool,
    /// The collection under way has reached the guardian's object.
    pub(crate) is_reached: bool,
}

/// All guardians of a heap.
#[derive(Debug, Default)]
pub(crate) struct Guardians {
    entries: Vec<Option<Guardian>>,
    free: Vec<GuardianNumber>,
    /// Registrations of objects that were young at the last look.
    pub(crate) young: Vec<Registration>,
    /// Registrations of objects that survived a collection.
    pub(crate) old: Vec<Registration>,
    /// For the registrations.
    charge: Option<Charge>,
}

impl Guardians {
    pub(crate) fn create(&mut self) -> GuardianNumber {
        if let Some(number) = self.free.pop() {
            self.entries[number.index()] = Some(Guardian::default());
            return number;
        }
        self.entries.push(Some(Guardian::default()));
        GuardianNumber::from_index(self.entries.len() - 1).expect("fewer than 2^32 guardians")
    }

    pub(crate) fn register(&mut self, guardian: GuardianNumber, object: u64) {
        assert!(
            self.get(guardian).is_some(),
            "{guardian:?} is not the number of a guardian"
        );
        self.young.push(Registration { guardian, object });
        self.count();
    }

    /// Charges the tables to `account` from now on.
    pub(crate) fn charge_to(&mut self, account: &Account) {
        self.charge = Some(account.charge(0, 0));
    }

    /// Brings the charge up to date.
    pub(crate) fn count(&mut self) {
        let registrations = self.young.capacity() + self.old.capacity();
        if let Some(charge) = &mut self.charge {
            charge.resize(registrations * size_of::<Registration>());
        }
    }

    pub(crate) fn next(&mut self, guardian: GuardianNumber) -> Option<u64> {
        self.get_mut(guardian)?.ready.pop_front()
    }

    pub(crate) fn get(&self, number: GuardianNumber) -> Option<&Guardian> {
        self.entries.get(number.index())?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: GuardianNumber) -> Option<&mut Guardian> {
        self.entries.get_mut(number.index())?.as_mut()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (GuardianNumber, &mut Guardian)> {
        self.entries
            .iter_mut()
            .enumerate()
            .filter_map(|(index, entry)| {
                Some((GuardianNumber::from_index(index)?, entry.as_mut()?))
            })
    }

    /// Every object that waits in the queue of some guardian.
    pub(crate) fn each_ready(&self, mut visit: impl FnMut(u64)) {
        for guardian in self.entries.iter().flatten() {
            guardian.ready.iter().copied().for_each(&mut visit);
        }
    }

    /// Gives the number free again.
    pub(crate) fn remove(&mut self, number: GuardianNumber) {
        self.entries[number.index()] = None;
        self.free.push(number);
    }
}
