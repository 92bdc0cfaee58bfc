//! Values that borrow from the heap they live in, so that none is ever stale.

use std::marker::PhantomData;

/// Tells one heap from another at compile time: invariant in `'id`. Anybody may make one; what it brands
/// is made by [`Value::assume`] only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brand<'id>(PhantomData<fn(&'id ()) -> &'id ()>);

/// A value of the heap branded `'id`, valid while that heap is borrowed for `'m`.
///
/// It can only be made from a shared borrow of the mutator, and a collection needs a unique one.
#[derive(Clone, Copy, Debug)]
pub struct Value<'m, 'id> {
    word: u64,
    borrow: PhantomData<(&'m (), Brand<'id>)>,
}

impl<'m, 'id> Value<'m, 'id> {
    /// The value `word` of the heap that `owner` stands for.
    ///
    /// # Safety
    ///
    /// `word` is a value of the heap with this brand, no other heap has that brand, only a unique borrow
    /// of `owner` can collect the heap, and no collection of it was cut short
    /// ([`Mutator::is_broken`](crate::Mutator::is_broken)).
    #[inline(always)]
    pub const unsafe fn assume<Owner: ?Sized>(
        word: u64,
        _owner: &'m Owner,
        _brand: Brand<'id>,
    ) -> Self {
        Self {
            word,
            borrow: PhantomData,
        }
    }

    /// The word. It goes stale with the borrow.
    #[inline(always)]
    pub const fn word(self) -> u64 {
        self.word
    }
}
