//! Conversions between Rust types and Scheme values.

use vm::Mutator;

use crate::error::Error;

/// Conversions look at values without a brand: only this crate writes them.
mod sealed {
    /// A type that is converted here.
    pub trait Sealed {}

    macro_rules! sealed {
        ($($name:ty),*) => { $( impl Sealed for $name {} )* };
    }

    sealed! { i8, i16, i32, i64, u8, u16, u32, u64, usize, f64, bool, char, str, String, () }

    impl Sealed for &str {}
    impl<T: Sealed> Sealed for Option<T> {}
    impl<T: Sealed> Sealed for [T] {}
    impl<T: Sealed> Sealed for Vec<T> {}
}

/// A Rust type that can be made from a Scheme value.
pub trait FromScheme: Sized + sealed::Sealed {
    /// What the value should have been, for messages.
    const EXPECTED: &'static str;

    /// The conversion; `None` if the value is of another type or out of range.
    #[doc(hidden)]
    fn from_value(mutator: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self>;
}

/// A Rust type that can be made into a Scheme value.
pub trait IntoScheme: sealed::Sealed {
    /// No less than the value takes in the heap.
    #[doc(hidden)]
    fn heap_bytes(&self) -> usize {
        NUMBER_BYTES
    }

    /// The value, allocated in the mutator's heap.
    #[doc(hidden)]
    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m>;
}

/// What a number of 64 bits, or a flonum, takes at most.
const NUMBER_BYTES: usize = 16;
/// What a pair takes.
const PAIR_BYTES: usize = 16;
/// What a string takes at most beside its characters, each of which takes at most four bytes.
const STRING_BYTES: usize = 64;

/// Converts, or says what was expected and what was found.
pub(crate) fn convert<T: FromScheme>(
    mutator: &Mutator<'_>,
    value: vm::Value<'_>,
) -> Result<T, Error> {
    T::from_value(mutator, value).ok_or_else(|| Error::Conversion {
        expected: T::EXPECTED,
        found: mutator.abridged(value),
    })
}

/// What an integer of 64 bits takes: nothing, if it is a fixnum.
fn integer_bytes(value: i128) -> usize {
    let is_small = value.unsigned_abs() < 1 << 60;
    if is_small { 0 } else { NUMBER_BYTES }
}

macro_rules! integers {
    ($( $int:ty, $expected:literal; )*) => { $(
        impl FromScheme for $int {
            const EXPECTED: &'static str = $expected;

            fn from_value(_: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
                vm::integer_of(value)?.try_into().ok()
            }
        }

        impl IntoScheme for $int {
            fn heap_bytes(&self) -> usize {
                integer_bytes(i128::from(*self))
            }

            fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
                mutator.integer(i128::from(*self))
            }
        }
    )* };
}

integers! {
    i8, "an exact integer of 8 bits";
    i16, "an exact integer of 16 bits";
    i32, "an exact integer of 32 bits";
    i64, "an exact integer of 64 bits";
    u8, "an exact integer from 0 to 255";
    u16, "an exact integer from 0 to 65535";
    u32, "an exact integer from 0 to 2^32-1";
    u64, "an exact integer from 0 to 2^64-1";
}

impl FromScheme for usize {
    const EXPECTED: &'static str = u64::EXPECTED;

    fn from_value(_: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        vm::integer_of(value)?.try_into().ok()
    }
}

impl IntoScheme for usize {
    fn heap_bytes(&self) -> usize {
        (*self as u64).heap_bytes()
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        (*self as u64).to_value(mutator)
    }
}

impl FromScheme for f64 {
    const EXPECTED: &'static str = "a real number";

    fn from_value(mutator: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        mutator.real(value)
    }
}

impl IntoScheme for f64 {
    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        mutator.flonum(*self)
    }
}

impl FromScheme for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_value(_: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        value.as_boolean()
    }
}

impl IntoScheme for bool {
    fn heap_bytes(&self) -> usize {
        0
    }

    fn to_value<'m>(&self, _: &'m Mutator<'_>) -> vm::Value<'m> {
        vm::Value::boolean(*self)
    }
}

impl FromScheme for char {
    const EXPECTED: &'static str = "a character";

    fn from_value(_: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        value.as_char()
    }
}

impl IntoScheme for char {
    fn heap_bytes(&self) -> usize {
        0
    }

    fn to_value<'m>(&self, _: &'m Mutator<'_>) -> vm::Value<'m> {
        vm::Value::character(*self)
    }
}

impl FromScheme for String {
    const EXPECTED: &'static str = "a string";

    fn from_value(mutator: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        mutator.text(value)
    }
}

impl IntoScheme for String {
    fn heap_bytes(&self) -> usize {
        self.as_str().heap_bytes()
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        self.as_str().to_value(mutator)
    }
}

impl IntoScheme for str {
    fn heap_bytes(&self) -> usize {
        let character_bytes = if self.is_ascii() { 1 } else { 4 };
        STRING_BYTES + self.chars().count().saturating_mul(character_bytes)
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        mutator.string(self)
    }
}

impl IntoScheme for &str {
    fn heap_bytes(&self) -> usize {
        (**self).heap_bytes()
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        mutator.string(self)
    }
}

/// Any value will do; it is not looked at.
impl FromScheme for () {
    const EXPECTED: &'static str = "any value";

    fn from_value(_: &Mutator<'_>, _: vm::Value<'_>) -> Option<Self> {
        Some(())
    }
}

impl IntoScheme for () {
    fn heap_bytes(&self) -> usize {
        0
    }

    fn to_value<'m>(&self, _: &'m Mutator<'_>) -> vm::Value<'m> {
        vm::Value::UNSPECIFIED
    }
}

/// `#f` is `None`.
impl<T: FromScheme> FromScheme for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_value(mutator: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        if value.is_true() {
            T::from_value(mutator, value).map(Some)
        } else {
            Some(None)
        }
    }
}

impl<T: IntoScheme> IntoScheme for Option<T> {
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, IntoScheme::heap_bytes)
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        self.as_ref()
            .map_or(vm::Value::FALSE, |value| value.to_value(mutator))
    }
}

/// A proper list.
impl<T: FromScheme> FromScheme for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn from_value(mutator: &Mutator<'_>, value: vm::Value<'_>) -> Option<Self> {
        let mut elements = Self::with_capacity(mutator.list_length(value)?);
        for element in mutator.elements(value) {
            elements.push(T::from_value(mutator, element)?);
        }
        Some(elements)
    }
}

impl<T: IntoScheme> IntoScheme for [T] {
    fn heap_bytes(&self) -> usize {
        let elements = self.iter().map(|element| element.heap_bytes() + PAIR_BYTES);
        elements.fold(0, usize::saturating_add)
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        let mut list = vm::Value::NULL;
        for element in self.iter().rev() {
            list = mutator.cons(element.to_value(mutator), list);
        }
        list
    }
}

impl<T: IntoScheme> IntoScheme for Vec<T> {
    fn heap_bytes(&self) -> usize {
        self.as_slice().heap_bytes()
    }

    fn to_value<'m>(&self, mutator: &'m Mutator<'_>) -> vm::Value<'m> {
        self.as_slice().to_value(mutator)
    }
}
