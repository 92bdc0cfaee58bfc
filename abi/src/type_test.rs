//! The types for which one instruction can test.

use crate::primitive::Primitive;

macro_rules! type_tests {
    ($( $(#[$doc:meta])* $code:literal $name:ident = $text:literal; )*) => {
        /// A set of values that an instruction recognises by tag and header alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum TypeTest { $( $(#[$doc])* $name = $code, )* }

        impl TypeTest {
            /// All tests, in numeric order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The test with this number.
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte { $( $code => Some(Self::$name), )* _ => None }
            }

            /// The name of the Scheme predicate.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }
        }
    };
}

type_tests! {
    /// The empty list.
    0 Null = "null?";
    /// A pair.
    1 Pair = "pair?";
    /// `#t` or `#f`.
    2 Boolean = "boolean?";
    /// A character.
    3 Character = "char?";
    /// A symbol.
    4 Symbol = "symbol?";
    /// A string.
    5 String = "string?";
    /// A vector.
    6 Vector = "vector?";
    /// A bytevector.
    7 Bytevector = "bytevector?";
    /// A closure.
    8 Procedure = "procedure?";
    /// Any number.
    9 Number = "number?";
    /// A fixnum.
    10 Fixnum = "fixnum?";
    /// A flonum, boxed or not.
    11 Flonum = "flonum?";
    /// A fixnum or bignum.
    12 ExactInteger = "exact-integer?";
    /// A fixnum, bignum or ratnum.
    13 ExactRational = "exact-rational?";
    /// A real number: not a compnum.
    14 Real = "real?";
    /// A record.
    15 Record = "%record?";
    /// The end-of-file object.
    16 Eof = "eof-object?";
    /// An argument that was not given.
    17 Default = "%default?";
    /// A port.
    18 Port = "port?";
    /// A weak pair.
    19 WeakPair = "weak-pair?";
    /// An `eq` hash table.
    20 Table = "%table?";
    /// A box.
    21 Box = "%box?";
    /// `UNBOUND`.
    22 Unbound = "%unbound?";
    /// A guardian.
    23 Guardian = "%guardian?";
    /// An ephemeron.
    24 Ephemeron = "ephemeron?";
}

/// The test that a predicate makes, if one instruction can make it.
pub const fn type_test_of(primitive: Primitive) -> Option<TypeTest> {
    Some(match primitive {
        Primitive::IsNull => TypeTest::Null,
        Primitive::IsPair => TypeTest::Pair,
        Primitive::IsBoolean => TypeTest::Boolean,
        Primitive::IsChar => TypeTest::Character,
        Primitive::IsSymbol => TypeTest::Symbol,
        Primitive::IsString => TypeTest::String,
        Primitive::IsVector => TypeTest::Vector,
        Primitive::IsBytevector => TypeTest::Bytevector,
        Primitive::IsProcedure => TypeTest::Procedure,
        Primitive::IsNumber => TypeTest::Number,
        Primitive::IsFixnum => TypeTest::Fixnum,
        Primitive::IsFlonum => TypeTest::Flonum,
        Primitive::IsExactInteger => TypeTest::ExactInteger,
        Primitive::IsExactRational => TypeTest::ExactRational,
        Primitive::IsReal => TypeTest::Real,
        Primitive::IsRecord => TypeTest::Record,
        Primitive::IsEofObject => TypeTest::Eof,
        Primitive::IsDefault => TypeTest::Default,
        Primitive::IsPort => TypeTest::Port,
        Primitive::IsWeakPair => TypeTest::WeakPair,
        Primitive::IsTable => TypeTest::Table,
        Primitive::IsBox => TypeTest::Box,
        Primitive::IsUnbound => TypeTest::Unbound,
        Primitive::IsGuardian => TypeTest::Guardian,
        Primitive::IsEphemeron => TypeTest::Ephemeron,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_round_trips_through_its_byte() {
        for &test in TypeTest::ALL {
            assert_eq!(TypeTest::from_byte(test as u8), Some(test));
        }
        assert_eq!(TypeTest::from_byte(200), None);
    }

    #[test]
    fn a_test_is_made_by_the_predicate_of_its_name() {
        for &primitive in Primitive::ALL {
            let has_name = |test: &TypeTest| test.name() == primitive.name();
            let named = TypeTest::ALL.iter().copied().find(has_name);
            assert_eq!(type_test_of(primitive), named, "{}", primitive.name());
        }
    }
}
