//! From a primitive's number to its function: an expansion of the table in `abi`.

use std::ops::RangeInclusive;

use abi::for_each_primitive;
use abi::primitive::{MANY, Primitive};

use crate::arguments::Args;
use crate::ending::HostError;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::primitive::{functions, host};
use crate::value::Value;

/// A leaf primitive. The interpreter has checked the number of arguments.
pub type Leaf = for<'m> fn(&'m Mutator<'_>, Args<'m>) -> Result<Value<'m>, Raise<'m>>;

/// A host primitive: reads [`Mutator::argument`], calls [`Mutator::set_result`].
pub(crate) type Host = fn(&mut Mutator<'_>) -> Result<(), HostError>;

/// What a primitive number stands for.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// Done by instructions of its own.
    Inline,
    /// Called by `leaf` instructions.
    Leaf {
        function: Leaf,
        arity: RangeInclusive<usize>,
    },
    /// Called by `call_host`.
    Host {
        function: Host,
        arity: RangeInclusive<usize>,
    },
}

const fn arity(min: u16, max: u16) -> RangeInclusive<usize> {
    min as usize..=if max == MANY {
        usize::MAX
    } else {
        max as usize
    }
}

macro_rules! define_entry {
    (Inline $function:ident $min:tt $max:tt) => {
        Entry::Inline
    };
    (Leaf $function:ident $min:tt $max:tt) => {
        Entry::Leaf {
            function: functions::$function,
            arity: arity($min, $max),
        }
    };
    (Host $function:ident $min:tt $max:tt) => {
        Entry::Host {
            function: host::$function,
            arity: arity($min, $max),
        }
    };
}

macro_rules! define_entries {
    ($( $class:ident $function:ident $variant:ident $name:literal ($min:tt, $max:tt)
        $effect:ident $result:ident $operands:ident $raises:ident $native:ident; )*) => {
        static ENTRIES: [Entry; Primitive::ALL.len()] =
            [$( define_entry!($class $function $min $max) ),*];
    };
}
for_each_primitive!(define_entries);

/// What primitive `number` stands for.
#[inline(always)]
pub(crate) fn entry(number: u16) -> Option<&'static Entry> {
    ENTRIES.get(usize::from(number))
}
