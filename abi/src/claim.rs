//! Claims of the optimizer, as they stand in an image that was compiled to check them.
//!
//! A claim is a literal vector. It is the first operand of the primitive `%check-claim`, and the
//! value that the claim is about follows. The elements of the vector stand at the places named
//! here: the kind of the claim, a text for people, a number whose meaning depends on the kind, and
//! a set of values.

/// Place of the kind, a fixnum: a [`ClaimKind`].
pub const KIND: usize = 0;
/// Place of a string that names the proof and the operation.
pub const TEXT: usize = 1;
/// Place of a fixnum: see [`ClaimKind`].
pub const NUMBER: usize = 2;
/// Place of a boolean: whether flonums are members of the set.
pub const FLONUM: usize = 3;
/// Place of the least exact integer of the set, or `#f` where there is none.
pub const LOW: usize = 4;
/// Place of the greatest exact integer of the set, or `#f` where there is none.
pub const HIGH: usize = 5;
/// Place of a fixnum: whether exact integers are members at all, 1 or 0.
pub const INTEGER: usize = 6;
/// Place of a fixnum: which other kinds of values are members, of the bits in [`kinds`].
pub const KINDS: usize = 7;
/// How many elements the vector has.
pub const ELEMENTS: usize = 8;

macro_rules! claim_kinds {
    ($( $(#[$doc:meta])* $code:literal $name:ident; )*) => {
        /// What is claimed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum ClaimKind { $( $(#[$doc])* $name = $code, )* }

        impl ClaimKind {
            /// All kinds, in numeric order.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

claim_kinds! {
    /// A value is a member of the set.
    0 Member;
    /// A signed raw word, given as two fixnums (the low half, the high half), is a member of the set
    /// modulo 2^64.
    1 SignedWord;
    /// The same of an unsigned raw word.
    2 UnsignedWord;
    /// An object and an index: the index is that of an element of the vector, bytevector or string.
    3 InBounds;
    /// Two values: if both are fixnums, so is their sum (number 0), difference (1) or product (2).
    4 FitsFixnum;
    /// A value is no reference: storing it needs no barrier.
    5 NoReference;
    /// An object is young: storing into it needs no barrier.
    6 Young;
    /// A closure has as many free variables as the number says.
    7 Closure;
}

/// Kinds of values other than flonums and exact integers, as bits. No value is of two kinds.
pub mod kinds {
    /// Exact rationals that are no integers.
    pub const RATIO: u32 = 1;
    /// Numbers that are not real.
    pub const COMPLEX: u32 = 1 << 1;
    /// Pairs.
    pub const PAIR: u32 = 1 << 2;
    /// The empty list.
    pub const NULL: u32 = 1 << 3;
    /// `#f`.
    pub const FALSE: u32 = 1 << 4;
    /// `#t`.
    pub const TRUE: u32 = 1 << 5;
    /// Characters.
    pub const CHARACTER: u32 = 1 << 6;
    /// Symbols.
    pub const SYMBOL: u32 = 1 << 7;
    /// Strings.
    pub const STRING: u32 = 1 << 8;
    /// Vectors.
    pub const VECTOR: u32 = 1 << 9;
    /// Bytevectors.
    pub const BYTEVECTOR: u32 = 1 << 10;
    /// Closures.
    pub const PROCEDURE: u32 = 1 << 11;
    /// Records.
    pub const RECORD: u32 = 1 << 12;
    /// Boxes.
    pub const BOX: u32 = 1 << 13;
    /// What a variable holds before it is initialised.
    pub const UNBOUND: u32 = 1 << 14;
    /// What is of none of these kinds.
    pub const OTHER: u32 = 1 << 15;
    /// All.
    pub const ALL: u32 = (1 << 16) - 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_order_of_their_numbers() {
        for (number, &kind) in ClaimKind::ALL.iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }
}
