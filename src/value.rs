//! Values as embedders see them: tied to a borrow of the heap and to its brand.

use std::marker::PhantomData;

/// A Scheme value.
///
/// It borrows from the [`Scheme`](crate::Scheme) that it came from for `'m`: evaluating, calling and
/// collecting need that `Scheme` mutably, so that no value is ever stale. `'id` is the brand of its heap:
/// a value of another heap has another type.
#[derive(Clone, Copy, Debug)]
pub struct Value<'m, 'id> {
    inner: vm::Value<'m>,
    brand: PhantomData<fn(&'id ()) -> &'id ()>,
}

impl<'m> Value<'m, '_> {
    pub(crate) const fn new(inner: vm::Value<'m>) -> Self {
        Self {
            inner,
            brand: PhantomData,
        }
    }

    pub(crate) const fn inner(self) -> vm::Value<'m> {
        self.inner
    }

    /// Whether it counts as true: everything but `#f`.
    pub const fn is_true(self) -> bool {
        self.inner.is_true()
    }

    /// Whether it is the empty list.
    pub const fn is_null(self) -> bool {
        self.inner.is_null()
    }

    /// Whether it is what expressions without a useful value return.
    pub const fn is_unspecified(self) -> bool {
        self.inner.word() == vm::Value::UNSPECIFIED.word()
    }

    /// Whether it is a pair.
    pub const fn is_pair(self) -> bool {
        self.inner.is_pair()
    }

    /// Whether both are the same object, as `eq?` says.
    pub const fn is_same(self, other: Self) -> bool {
        self.inner.word() == other.inner.word()
    }
}
