//! Names of operations in the text form of SSA.

use super::ir::{Comparison, RawBinary, RawUnary, Repr, SwitchKey};

/// Defines the tables that lead from names to variants and back.
macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal,)* })*) => { $(
        impl $type {
            /// The name in the text form.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The variant with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $name => Some(Self::$variant), )* _ => None }
            }
        }
    )* };
}

names! {
    Repr {
        Tagged = "tagged",
        I64 = "i64",
        U64 = "u64",
        F64 = "f64",
        Bool = "bool",
    }
    Comparison {
        Equal = "=",
        Less = "<",
        LessEqual = "<=",
        Greater = ">",
        GreaterEqual = ">=",
    }
    RawUnary {
        F64Negate = "f64-negate",
        F64Sqrt = "f64-sqrt",
        F64Abs = "f64-abs",
        UnboxF64 = "unbox-f64",
        RealToF64 = "real->f64",
        BoxF64 = "box-f64",
        I64ToF64 = "i64->f64",
        UnboxI64 = "unbox-i64",
        BoxI64 = "box-i64",
        UnboxU64 = "unbox-u64",
        BoxU64 = "box-u64",
    }
    RawBinary {
        F64Add = "f64-add",
        F64Subtract = "f64-subtract",
        F64Multiply = "f64-multiply",
        F64Divide = "f64-divide",
        WordAdd = "word-add",
        WordSubtract = "word-subtract",
        WordMultiply = "word-multiply",
        WordAnd = "word-and",
        WordOr = "word-or",
        WordXor = "word-xor",
        WordShiftLeft = "word-shift-left",
        WordShiftRight = "word-shift-right",
        WordShiftRightSigned = "word-shift-right-signed",
    }
}

impl SwitchKey {
    /// The name in the text form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::SymbolHash { .. } => "symbol-hash",
            Self::StringLength => "string-length",
        }
    }
}

impl RawUnary {
    /// Representations of the operand and of the result.
    pub const fn reprs(self) -> (Repr, Repr) {
        match self {
            Self::F64Negate | Self::F64Sqrt | Self::F64Abs => (Repr::F64, Repr::F64),
            Self::UnboxF64 | Self::RealToF64 => (Repr::Tagged, Repr::F64),
            Self::BoxF64 => (Repr::F64, Repr::Tagged),
            Self::I64ToF64 => (Repr::I64, Repr::F64),
            Self::UnboxI64 => (Repr::Tagged, Repr::I64),
            Self::BoxI64 => (Repr::I64, Repr::Tagged),
            Self::UnboxU64 => (Repr::Tagged, Repr::U64),
            Self::BoxU64 => (Repr::U64, Repr::Tagged),
        }
    }
}

impl RawBinary {
    /// Whether operands and result are doubles; else they are words, signed or not.
    pub const fn is_f64(self) -> bool {
        matches!(
            self,
            Self::F64Add | Self::F64Subtract | Self::F64Multiply | Self::F64Divide
        )
    }
}
