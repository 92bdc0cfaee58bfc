//! The arguments of a primitive: slots of the frame that called it.

use std::marker::PhantomData;
use std::ops::Index;

use gc::{Address, WORD_BYTES};

use crate::value::Value;

/// The arguments of a leaf primitive, by zero-based number.
///
/// They lie in slots, at descending addresses.
#[derive(Clone, Copy, Debug)]
pub struct Args<'m> {
    first: Address,
    count: usize,
    borrow: PhantomData<&'m [Value<'m>]>,
}

impl<'m> Args<'m> {
    /// The `count` arguments of which the first stands at `first`.
    ///
    /// # Safety
    ///
    /// The `count` words at `first` and below hold values as [`Value::from_word`] wants them, and
    /// nobody writes them during `'m`.
    #[inline(always)]
    pub(crate) const unsafe fn new(first: Address, count: usize) -> Self {
        Self {
            first,
            count,
            borrow: PhantomData,
        }
    }

    /// How many there are.
    #[inline(always)]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[inline(always)]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All arguments, in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Value<'m>> + ExactSizeIterator {
        (0..self.count).map(move |index| self[index])
    }
}

impl<'m> Index<usize> for Args<'m> {
    type Output = Value<'m>;

    #[inline(always)]
    fn index(&self, index: usize) -> &Value<'m> {
        assert!(index < self.count, "argument {index} of {}", self.count);
        let place = self.first.offset_bytes((index * WORD_BYTES).wrapping_neg());
        // SAFETY: whoever made `self` promised that a value stands there; `Value` is one word.
        unsafe { &*place.as_word_pointer().cast::<Value<'m>>() }
    }
}
