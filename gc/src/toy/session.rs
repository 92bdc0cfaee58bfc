//! A safe surface over toy objects: values borrow from the session, and a collection borrows the
//! whole session mutably.

use crate::address::{Address, WORD_BYTES};
use crate::collect::{CollectReason, Outcome};
use crate::error::{HeapError, Sealed};
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
        self.value(ToyModel::integer(value))
    }

    /// A new pair.
    #[inline]
    pub fn pair<'m>(&'m self, first: Value<'m, 'id>, second: Value<'m, 'id>) -> Value<'m, 'id> {
        let address = self.mutator.allocate(2 * WORD_BYTES);
        for (index, word) in [first.word(), second.word()].into_iter().enumerate() {
            // SAFETY: fresh memory for two words.
            unsafe { address.offset_words(index).store_word(word) };
        }
        self.value(ToyModel::pair(address))
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
            [ToyModel::integer(i64::from(number.0))].into_iter(),
        )
    }

    /// A new closure over `values`, whose code is at `code`.
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
    pub fn pinned_vector(&self, length: usize) -> Value<'_, 'id> {
        let address = self.mutator.allocate_pinned(ToyModel::object_bytes(length));
        self.fill(
            address,
            Kind::Vector,
            std::iter::repeat_n(ToyModel::integer(0), length),
        )
    }

    /// Registers `object` with `guardian`.
    ///
    /// # Panics
    ///
    /// If `guardian` is none.
    pub fn guard(&self, guardian: Value<'_, 'id>, object: Value<'_, 'id>) {
        self.mutator
            .guardian_register(self.guardian_number(guardian), object.word());
    }

    /// The next object that only `guardian` reaches.
    ///
    /// # Panics
    ///
    /// If `guardian` is none.
    pub fn guarded(&self, guardian: Value<'_, 'id>) -> Option<Value<'_, 'id>> {
        let number = self.guardian_number(guardian);
        self.mutator
            .guardian_next(number)
            .map(|word| self.value(word))
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

    /// Field `index` of a pair or object.
    ///
    /// # Panics
    ///
    /// If there is no such field.
    pub fn field(&self, value: Value<'_, 'id>, index: usize) -> Value<'_, 'id> {
        let slot = self.slot(value, index);
        // SAFETY: `slot` checked that the object has the field.
        self.value(unsafe { slot.load() })
    }

    /// Replaces field `index` of a pair or object.
    ///
    /// # Errors
    ///
    /// [`Sealed`]: the object may not be changed.
    ///
    /// # Panics
    ///
    /// If there is no such field.
    pub fn set_field(
        &self,
        object: Value<'_, 'id>,
        index: usize,
        value: Value<'_, 'id>,
    ) -> Result<(), Sealed> {
        let slot = self.slot(object, index);
        self.mutator.barrier(slot, value.word())?;
        // SAFETY: `slot` checked that the object has the field.
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
    pub fn root(&self, number: usize) -> Value<'_, 'id> {
        self.value(self.mutator.state().roots.borrow()[number])
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

    const fn value(&self, word: u64) -> Value<'_, 'id> {
        // SAFETY: callers name values of this heap, and collecting takes `&mut self`.
        unsafe { Value::assume(word, self, self.brand) }
    }

    fn object(&self, kind: Kind, words: impl ExactSizeIterator<Item = u64>) -> Value<'_, 'id> {
        let address = self.mutator.allocate(ToyModel::object_bytes(words.len()));
        self.fill(address, kind, words)
    }

    fn fill(
        &self,
        address: Address,
        kind: Kind,
        words: impl ExactSizeIterator<Item = u64>,
    ) -> Value<'_, 'id> {
        // SAFETY: fresh memory for a header and the words.
        unsafe { address.store_word(ToyModel::header(kind, words.len())) };
        for (index, word) in words.enumerate() {
            // SAFETY: as above.
            unsafe { address.offset_words(index + 1).store_word(word) };
        }
        self.value(ToyModel::object(address))
    }

    fn slot(&self, value: Value<'_, 'id>, index: usize) -> Slot {
        assert!(index < self.length(value), "{value:?} has no field {index}");
        let object = ToyModel::reference(value.word()).expect("what has fields is an object");
        let first = usize::from(!ToyModel::is_pair(value.word()));
        Slot::new(object.offset_words(first + index))
    }

    fn guardian_number(&self, guardian: Value<'_, 'id>) -> crate::GuardianNumber {
        let number = self.as_integer(self.field(guardian, 0));
        let number = number.and_then(|number| u32::try_from(number).ok());
        crate::GuardianNumber(number.expect("a guardian holds its number"))
    }
}
