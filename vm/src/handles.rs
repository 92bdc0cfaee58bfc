//! What comes out of runs: results, and handles that keep values across runs.

use gc::{CollectReason, Outcome, Scope};

use crate::ending::{Handle, HeapExhausted};
use crate::mutator::Mutator;
use crate::value::Value;

impl<'id> Mutator<'id> {
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

    /// Makes room for `bytes` in one object or many, which a host procedure or the embedder is about to
    /// allocate.
    ///
    /// # Errors
    ///
    /// [`HeapExhausted`]: the heap's limit refuses so many.
    ///
    /// # Panics
    ///
    /// If the machine is broken: see [`Self::is_broken`].
    pub fn make_room(&mut self, bytes: usize) -> Result<(), HeapExhausted> {
        self.assert_sound();
        while let Err(full) = self.heap().reserve(bytes) {
            let reason = CollectReason::Full { bytes: full.bytes };
            if let Outcome::Exhausted { needed_bytes } = self.collect_for(reason) {
                return Err(HeapExhausted { needed_bytes });
            }
        }
        Ok(())
    }

    /// Says that what is held outside the heap now does not count towards its limit: the library.
    pub fn exempt_charges(&self) {
        self.heap().exempt_charges();
    }

    /// How many bytes more the heap's limit allows to be held outside the heap.
    pub fn chargeable_bytes(&self) -> usize {
        self.heap().chargeable_bytes()
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
        let _outcome = self.collect_for(CollectReason::Forced(scope));
    }
}
