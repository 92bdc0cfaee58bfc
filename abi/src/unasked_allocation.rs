//! Which primitives allocate without asking for a collection.
//!
//! The compiler places polls behind calls by this rule, so that what is allocated between two polls is bounded. The
//! verifier of images counts by the same rule.

use crate::primitive::{Effect, Primitive, PrimitiveClass, ResultType};

impl Primitive {
    /// Whether the primitive may allocate without asking for a collection. (Arithmetic asks.)
    #[must_use]
    pub fn allocates_unasked(self) -> bool {
        if self == Self::Capture {
            return true;
        }
        match self.effect() {
            Effect::Allocate => true,
            Effect::Total | Effect::Write | Effect::Control => false,
            Effect::Partial | Effect::Read => {
                self.class() == PrimitiveClass::Leaf && self.result().may_be_new()
            }
        }
    }
}

impl ResultType {
    /// Whether a primitive that makes no mutable object may make one for such a result.
    const fn may_be_new(self) -> bool {
        match self {
            Self::Any
            | Self::Boolean
            | Self::Byte
            | Self::CodePoint
            | Self::Length
            | Self::Natural
            | Self::Fixnum
            | Self::Character
            | Self::Unspecified => false,
            Self::ExactInteger
            | Self::Flonum
            | Self::FlonumOfFlonums
            | Self::Number
            | Self::String
            | Self::Symbol
            | Self::Pair
            | Self::Vector
            | Self::Bytevector
            | Self::Record => true,
        }
    }
}
