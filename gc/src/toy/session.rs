//! A safe surface over toy objects: values borrow from the session, and a collection borrows the
//! whole session mutably.
//!
//! All promises to the collector are made here. They hold whatever the session is asked for. Every
//! [`Value`] comes from the session. The numbers of guardians, the flags of tables and code addresses
//! can be read but not replaced. After a collection that panicked, the session gives no root out.

use crate::address::{Address, WORD_BYTES};
use crate::collect::{CollectReason, Outcome};
use crate::error::{HeapError, Sealed};
use crate::handle::Handle;
use crate::mutator::Mutator;
use crate::object_model::{ObjectModel, Scope};
use crate::options::HeapOptions;
use crate::slot::Slot;
use crate::toy::model::{Kind, ToyModel, ToyState};
use crate::value::{Brand, Value};

/// A heap of toy objects, told from all others by its brand.
#[derive(Debug)]
pub struct Session<'id> {
    mutator: Mutator<ToyModel>,
    brand: Brand<'id>,
}

/// Makes a heap and runs `body` with it.
///
/// # Errors
///
/// [`HeapError`]: no address space.
pub fn enter<R>(
    options: &HeapOptions,
    body: impl for<'id> FnOnce(&mut Session<'id>) -> R,
) -> Result<R, HeapError> {
    let mutator = Mutator::new(options, |_| ToyState::default())?;
    Ok(body(&mut Session {
        mutator,
        brand: Brand::default(),
    }))
}

impl<'id> Session<'id> {
    /// The mutator behind the session.
    pub const fn mutator(&self) -> &Mutator<ToyModel> {
        &self.mutator
    }

    /// The integer `value`, of which 61 bits count.
    pub const fn integer(&self, value: i64) -> Value<'_, 'id> {
        // SAFETY: integers refer to nothing.
        unsafe { self.value(ToyModel::integer(value)) }
    }

    /// A new pair.
    #[inline]
    pub fn pair<'m>(&'m self, first: Value<'m, 'id>, second: Value<'m, 'id>) -> Value<'m, 'id> {
        let address = self.mutator.allocate(2 * WORD_BYTES);
        for (index, word) in [first.word(), second.word()].into_iter().enumerate() {
            // SAFETY: fresh memory for two words.
            unsafe { address.offset_words(index).store_word(word) };
        }
        // SAFETY: both words of the pair were just written.
        unsafe { self.value(ToyModel::pair(address)) }
    }

    /// A new vector.
    pub fn vector<'m>(&'m self, values: &[Value<'m, 'id>]) -> Value<'m, 'id> {
        self.object(Kind::Vector, values.iter().map(|value| value.word()))
    }

    /// A new pair of a weak and a strong reference.
    pub fn weak_pair<'m>(&'m self, weak: Value<'m, 'id>, strong: Value<'m, 'id>) -> Value<'m, 'id> {
        self.object(Kind::Weak, [weak.word(), strong.word()].into_iter())
    }

    /// A new ephemeron.
    pub fn ephemeron<'m>(&'m self, key: Value<'m, 'id>, value: Value<'m, 'id>) -> Value<'m, 'id> {
        self.object(Kind::Ephemeron, [key.word(), value.word()].into_iter())
    }

    /// A new table that hashes the addresses of `keys`.
    pub fn table<'m>(&'m self, keys: &[Value<'m, 'id>]) -> Value<'m, 'id> {
        let words = keys.iter().map(|key| key.word());
        let flag = [ToyModel::integer(0)];
        self.object(
            Kind::Table,
            flag.into_iter()
                .chain(words)
                .collect::<Vec<_>>()
                .into_iter(),
        )
    }

    /// A new guardian.
    pub fn guardian(&self) -> Value<'_, 'id> {
        let number = self.mutator.guardian_create();
        self.object(
            Kind::Guardian,
            [ToyModel::integer(number.index() as i64)].into_iter(),
        )
    }

    /// A new closure over `values`, whose code is at `code`: it keeps the image that lies there, if one
    /// does. Nothing ever jumps there.
    pub fn closure<'m>(&'m self, code: Address, values: &[Value<'m, 'id>]) -> Value<'m, 'id> {
        let words = values.iter().map(|value| value.word());
        self.object(
            Kind::Closure,
            [code.word()]
                .into_iter()
                .chain(words)
                .collect::<Vec<_>>()
                .into_iter(),
        )
    }

    /// A new pinned vector of `length` zeroes.
    ///
    /// # Panics
    ///
    /// If there is no room: see [`Mutator::reserve`].
    pub fn pinned_vector(&self, length: usize) -> Value<'_, 'id> {
        let zeroes = std::iter::repeat_n(ToyModel::integer(0), length);
        // SAFETY: `fill` initialises the object at once, with integers.
        let address = unsafe { self.mutator.allocate_pinned(ToyModel::object_bytes(length)) };
        // SAFETY: fresh memory, of the size that an object with these words has.
        unsafe { self.fill(address, Kind::Vector, zeroes) }
    }

    /// Registers `object` with `guardian`.
    ///
    /// # Panics
    ///
    /// If `guardian` is none.
    pub fn guard(&self, guardian: Value<'_, 'id>, object: Value<'_, 'id>) {
        let number = self.guardian_number(guardian);
        // SAFETY: the value is of this heap, says its brand, and up to date, says its borrow.
        unsafe { self.mutator.guardian_register(number, object.word()) };
    }

    /// The next object that only `guardian` reaches.
    ///
    /// # Panics
    ///
    /// If `guardian` is none.
    pub fn guarded(&self, guardian: Value<'_, 'id>) -> Option<Value<'_, 'id>> {
        let number = self.guardian_number(guardian);
        let found = self.mutator.guardian_next(number);
        // SAFETY: what a guardian gives is up to date.
        found.map(|word| unsafe { self.root_value(word) })
    }

    /// Says that `table` hashes the address of `key`, which was stored into it.
    ///
    /// # Panics
    ///
    /// If `table` is none.
    pub fn note_hashed_key(&self, table: Value<'_, 'id>, key: Value<'_, 'id>) {
        let address = self.object_of_kind(table, Kind::Table);
        // SAFETY: a table of this heap, as was just checked.
        unsafe { self.mutator.note_hashed_key(address, key.word()) };
    }

    /// The integer, if `value` is one.
    #[expect(
        clippy::unused_self,
        reason = "values are read through the session they borrow from"
    )]
    pub const fn as_integer(&self, value: Value<'_, 'id>) -> Option<i64> {
        ToyModel::as_integer(value.word())
    }

    /// How many fields a pair or object has; none for integers.
    #[expect(
        clippy::unused_self,
        reason = "values are read through the session they borrow from"
    )]
    pub fn length(&self, value: Value<'_, 'id>) -> usize {
        let Some(object) = ToyModel::reference(value.word()) else {
            return 0;
        };
        // SAFETY: values refer to initialised objects.
        unsafe { ToyModel::kind(object) }.map_or(2, |(_, words)| words)
    }

    /// Field `index` of a pair or object. Field 0 of a guardian is its number, that of a table 1 after
    /// keys may have moved.
    ///
    /// # Panics
    ///
    /// If there is no such field, or it is the code address of a closure.
    pub fn field(&self, value: Value<'_, 'id>, index: usize) -> Value<'_, 'id> {
        let slot = self.slot(value, index, Access::Read);
        // SAFETY: `slot` checked that the object has a value there.
        unsafe { self.value(slot.load()) }
    }

    /// Replaces field `index` of a pair or object.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the object may not be changed.
    ///
    /// # Panics
    ///
    /// If there is no such field, or it is the number of a guardian or the code address of a closure, or
    /// the flag of a table would become something but an integer.
    pub fn set_field(
        &self,
        object: Value<'_, 'id>,
        index: usize,
        value: Value<'_, 'id>,
    ) -> Result<(), Sealed> {
        let slot = self.slot(object, index, Access::Write(value));
        // SAFETY: `slot` checked that the object, one of this heap, has the field.
        unsafe { self.mutator.barrier(slot, value.word())? };
        // SAFETY: `slot` checked that the object has the field; the barrier was called.
        unsafe { slot.store(value.word()) };
        Ok(())
    }

    /// Makes `value` a root; returns its number.
    pub fn push_root(&self, value: Value<'_, 'id>) -> usize {
        let mut roots = self.mutator.state().roots.borrow_mut();
        roots.push(value.word());
        roots.len() - 1
    }

    /// Replaces root `number`.
    pub fn set_root(&self, number: usize, value: Value<'_, 'id>) {
        self.mutator.state().roots.borrow_mut()[number] = value.word();
    }

    /// Root `number`.
    ///
    /// # Panics
    ///
    /// If there is no such root, or a panic has cut a collection short.
    pub fn root(&self, number: usize) -> Value<'_, 'id> {
        let word = self.mutator.state().roots.borrow()[number];
        // SAFETY: the collector keeps roots up to date.
        unsafe { self.root_value(word) }
    }

    /// Keeps `value` as long as the returned handle lives.
    pub fn handle(&self, value: Value<'_, 'id>) -> Handle {
        // SAFETY: the value is of this heap, says its brand, and up to date, says its borrow.
        unsafe { self.mutator.handles().handle(value.word()) }
    }

    /// Forgets the roots from `number` on.
    pub fn truncate_roots(&self, number: usize) {
        self.mutator.state().roots.borrow_mut().truncate(number);
    }

    /// A poll: collects if that is due.
    #[inline]
    pub fn poll(&mut self) -> Outcome {
        if self.mutator.poll_requested() {
            self.mutator.collect_if_due()
        } else {
            Outcome::Done
        }
    }

    /// Collects now.
    pub fn collect(&mut self, scope: Scope) -> Outcome {
        self.mutator.collect(CollectReason::Forced(scope))
    }

    /// Collects because [`Mutator::reserve`] was refused `bytes`.
    pub fn collect_for(&mut self, bytes: usize) -> Outcome {
        self.mutator.collect(CollectReason::Full { bytes })
    }

    /// The value `word`.
    ///
    /// # Safety
    ///
    /// `word` is a value of this heap, at its present address.
    const unsafe fn value(&self, word: u64) -> Value<'_, 'id> {
        // SAFETY: a value, by the contract of this function; `enter` chose the brand for this heap alone,
        // and collecting takes `&mut self`.
        unsafe { Value::assume(word, self, self.brand) }
    }

    /// The value `word`, which the collector was to keep up to date.
    ///
    /// # Safety
    ///
    /// As for [`Self::value`], unless a panic has cut a collection short.
    ///
    /// # Panics
    ///
    /// If one has. All values were borrowed from before it then, so that none is left.
    unsafe fn root_value(&self, word: u64) -> Value<'_, 'id> {
        assert!(!self.mutator.is_broken(), "a collection panicked");
        // SAFETY: a value, by the contract of this function, as no collection was cut short.
        unsafe { self.value(word) }
    }

    fn object(&self, kind: Kind, words: impl ExactSizeIterator<Item = u64>) -> Value<'_, 'id> {
        let address = self.mutator.allocate(ToyModel::object_bytes(words.len()));
        // SAFETY: fresh memory, of the size that an object with these words has.
        unsafe { self.fill(address, kind, words) }
    }

    /// Initialises an object; `words` are values, but for the first of a closure.
    ///
    /// # Safety
    ///
    /// At `address` is fresh memory of [`ToyModel::object_bytes`] for so many words.
    unsafe fn fill(
        &self,
        address: Address,
        kind: Kind,
        words: impl ExactSizeIterator<Item = u64>,
    ) -> Value<'_, 'id> {
        let length = words.len();
        // SAFETY: the first word of the memory, which has room for a header and the words.
        unsafe { address.store_word(ToyModel::header(kind, length)) };
        for (index, word) in words.take(length).enumerate() {
            // SAFETY: one of so many words after the header.
            unsafe { address.offset_words(index + 1).store_word(word) };
        }
        // SAFETY: the header and all words were just written.
        unsafe { self.value(ToyModel::object(address)) }
    }

    /// The kind of an object, and where it is; `None` for pairs and integers.
    #[expect(
        clippy::unused_self,
        reason = "values are read through the session they borrow from"
    )]
    fn object_kind(&self, value: Value<'_, 'id>) -> Option<(Kind, Address)> {
        let object = ToyModel::reference(value.word())?;
        // SAFETY: the value refers to an initialised object of this heap, says its brand.
        let (kind, _) = unsafe { ToyModel::kind(object) }?;
        Some((kind, object))
    }

    fn object_of_kind(&self, value: Value<'_, 'id>, kind: Kind) -> Address {
        let found = self.object_kind(value).filter(|&(found, _)| found == kind);
        found
            .unwrap_or_else(|| panic!("{value:?} is no {kind:?}"))
            .1
    }

    fn slot(&self, value: Value<'_, 'id>, index: usize, access: Access<'_, 'id>) -> Slot {
        assert!(index < self.length(value), "{value:?} has no field {index}");
        let is_fit = match (self.object_kind(value), access) {
            (Some((Kind::Closure, _)), _) | (Some((Kind::Guardian, _)), Access::Write(_)) => {
                index > 0
            }
            (Some((Kind::Table, _)), Access::Write(value)) => {
                index > 0 || self.as_integer(value).is_some()
            }
            _ => true,
        };
        assert!(is_fit, "field {index} of {value:?} is not for values");
        let object = ToyModel::reference(value.word()).expect("what has fields is an object");
        let first = usize::from(!ToyModel::is_pair(value.word()));
        // SAFETY: the object has this many initialised words, and a value in this one.
        unsafe { Slot::new(object.offset_words(first + index)) }
    }

    fn guardian_number(&self, guardian: Value<'_, 'id>) -> crate::GuardianNumber {
        let object = self.object_of_kind(guardian, Kind::Guardian);
        // SAFETY: word 1 of a guardian is its number.
        let number = ToyModel::as_integer(unsafe { object.offset_words(1).load_word() });
        let number = number.and_then(|number| usize::try_from(number).ok());
        let number = number.and_then(crate::GuardianNumber::from_index);
        number.expect("a guardian holds its number")
    }
}

/// What a field is wanted for.
#[derive(Clone, Copy)]
enum Access<'m, 'id> {
    Read,
    /// To store this value.
    Write(Value<'m, 'id>),
}
