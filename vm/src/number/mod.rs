//! Numbers: the tower outside the heap, and how its numbers lie in the heap.
//!
//! [`tower::Number`] computes on copies; [`heap`] decodes operands and encodes results; [`generic`]
//! holds the operations that instructions fall back to.

mod complex;
pub(crate) mod exact;
pub(crate) mod generic;
pub(crate) mod heap;
mod inexact_complex;
pub(crate) mod power;
pub(crate) mod real;
pub(crate) mod root;
pub(crate) mod small;
pub(crate) mod small_ratio;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod tower;
pub(crate) mod transcendental;

use syntax::Stop;

pub(crate) use generic::{
    add, bit_and, bit_or, bit_xor, compare, divide, equal, modulo, multiply, quotient, remainder,
    shift, subtract,
};

/// Why an operation on numbers has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// An operand of the wrong type.
    WrongType {
        /// Which, from 1.
        argument: u8,
        /// What it should have been.
        expected: &'static str,
    },
    /// The divisor is zero.
    DivisionByZero,
    /// The work was interrupted, or memory is short.
    Stopped(Stop),
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

/// Operand `argument` is no `expected`.
pub(crate) const fn expected(argument: u8, expected: &'static str) -> Problem {
    Problem::WrongType { argument, expected }
}
