//! Procedures of the embedder, which Scheme procedures call by tickets.
//!
//! A ticket is a box with the number of an embedder's procedure. The Scheme procedure that calls it holds the
//! ticket. Once a collection finds the ticket gone, nothing can call the embedder's procedure any more, and it
//! is dropped.

use std::cell::RefCell;
use std::rc::Rc;

use gc::{Charge, Scope};

/// A procedure of the embedder, as the machine keeps it.
pub(crate) type HostProcedure<C> = Rc<RefCell<C>>;

/// The procedures of the embedder, each a `C`, by number.
pub(crate) struct HostProcedures<C> {
    entries: Vec<Option<Entry<C>>>,
    free: Vec<usize>,
    /// The numbers whose tickets were young at the last look.
    young: Vec<usize>,
    gone: Vec<HostProcedure<C>>,
}

struct Entry<C> {
    /// The ticket's word, which keeps nothing.
    ticket: u64,
    procedure: HostProcedure<C>,
    /// For the closure itself. What it holds beside is not known.
    _charge: Charge,
}

impl<C> Default for HostProcedures<C> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            young: Vec::new(),
            gone: Vec::new(),
        }
    }
}

impl<C> HostProcedures<C> {
    /// The number of the next procedure that is added.
    pub(crate) fn next_number(&self) -> usize {
        self.free.last().copied().unwrap_or(self.entries.len())
    }

    /// Adds a procedure, with the word of its ticket: a young object.
    pub(crate) fn add(&mut self, procedure: C, ticket: u64, charge: Charge) {
        let number = self.next_number();
        let entry = Some(Entry {
            ticket,
            procedure: Rc::new(RefCell::new(procedure)),
            _charge: charge,
        });
        if self.free.pop().is_some() {
            self.entries[number] = entry;
        } else {
            self.entries.push(entry);
        }
        self.young.push(number);
    }

    /// The procedure with this number, if that is its ticket.
    pub(crate) fn get(&self, number: usize, ticket: u64) -> Option<HostProcedure<C>> {
        let entry = self.entries.get(number)?.as_ref()?;
        (entry.ticket == ticket).then(|| Rc::clone(&entry.procedure))
    }

    /// Brings tickets up to date, and sets procedures aside whose tickets are gone.
    pub(crate) fn settle(&mut self, scope: Scope, survivor: &mut dyn FnMut(u64) -> Option<u64>) {
        let young = std::mem::take(&mut self.young);
        let numbers = match scope {
            Scope::Minor => young,
            Scope::Full => (0..self.entries.len()).collect(),
        };
        for number in numbers {
            let Some(entry) = &mut self.entries[number] else {
                continue;
            };
            if let Some(moved) = survivor(entry.ticket) {
                entry.ticket = moved;
            } else {
                let entry = self.entries[number].take();
                self.gone.extend(entry.map(|entry| entry.procedure));
                self.free.push(number);
            }
        }
    }

    /// The procedures that were set aside.
    pub(crate) fn take_gone(&mut self) -> Vec<HostProcedure<C>> {
        std::mem::take(&mut self.gone)
    }

    /// The words of all tickets.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().flatten().map(|entry| entry.ticket)
    }
}
