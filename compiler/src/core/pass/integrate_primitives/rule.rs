//! The meaning of calls of standard procedures, in terms of primitives.

use abi::primitive::Primitive;

/// How a call of a standard procedure becomes primitives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The primitive, if it takes as many operands.
    Direct(Primitive),
    /// Two operands at a time from the left. With none it is `empty`, with one its product with 1.
    FoldNumbers {
        /// Of two operands.
        primitive: Primitive,
        /// Of none.
        empty: i64,
    },
    /// Two at a time from the left: at least two.
    Fold(Primitive),
    /// `-` and `/`: with one operand, a primitive on a constant and it.
    Inverse {
        /// Of two operands.
        primitive: Primitive,
        /// Of one operand.
        single: (Primitive, i64),
    },
    /// Each operand with the next, after `convert`.
    Chain {
        /// Of two operands.
        primitive: Primitive,
        /// Of each operand.
        convert: Option<Primitive>,
    },
    /// A comparison with zero.
    WithZero(Primitive),
    /// A chain of `car` and `cdr`, the innermost first.
    Path(Vec<Primitive>),
    /// Identity if one operand is an immediate or symbol.
    Equivalence(Primitive),
    /// A search by identity if the first operand is an immediate or symbol.
    Search {
        /// By identity.
        quick: Primitive,
        /// Otherwise.
        general: Primitive,
    },
    /// `append`
    Append,
    /// `apply`
    Apply,
    /// `call-with-values`
    CallWithValues,
}

impl Rule {
    /// The rule for the standard procedure `name`, called with `count` operands.
    pub(super) fn of(name: &str, count: usize) -> Option<Self> {
        Self::arithmetic(name)
            .or_else(|| Self::comparison(name))
            .or_else(|| Self::lists_and_control(name))
            .or_else(|| Self::renamed(name, count).map(Self::Direct))
            .or_else(|| path(name).map(Self::Path))
            .or_else(|| Primitive::from_name(name).map(Self::Direct))
    }

    fn arithmetic(name: &str) -> Option<Self> {
        Some(match name {
            "+" => Self::FoldNumbers {
                primitive: Primitive::Add,
                empty: 0,
            },
            "*" => Self::FoldNumbers {
                primitive: Primitive::Multiply,
                empty: 1,
            },
            "-" => Self::Inverse {
                primitive: Primitive::Subtract,
                // Not `0 - x`, which has another sign for zeros.
                single: (Primitive::Multiply, -1),
            },
            "/" => Self::Inverse {
                primitive: Primitive::Divide,
                single: (Primitive::Divide, 1),
            },
            "max" => Self::Fold(Primitive::Max2),
            "min" => Self::Fold(Primitive::Min2),
            "gcd" => Self::Fold(Primitive::Gcd2),
            "lcm" => Self::Fold(Primitive::Lcm2),
            "bitwise-and" => Self::Fold(Primitive::BitwiseAnd),
            "bitwise-ior" => Self::Fold(Primitive::BitwiseIor),
            "bitwise-xor" => Self::Fold(Primitive::BitwiseXor),
            "zero?" => Self::WithZero(Primitive::NumberEqual),
            "positive?" => Self::WithZero(Primitive::Greater),
            "negative?" => Self::WithZero(Primitive::Less),
            _ => return None,
        })
    }

    fn comparison(name: &str) -> Option<Self> {
        let (name, convert) = match name
            .strip_prefix("char")
            .and_then(|name| name.strip_suffix('?'))
        {
            Some(name) => (name, Some(Primitive::CharToInteger)),
            None => (name, None),
        };
        let primitive = match name {
            "=" => Primitive::NumberEqual,
            "<" => Primitive::Less,
            ">" => Primitive::Greater,
            "<=" => Primitive::LessEqual,
            ">=" => Primitive::GreaterEqual,
            _ => return None,
        };
        Some(Self::Chain { primitive, convert })
    }

    fn lists_and_control(name: &str) -> Option<Self> {
        let search = |quick, general| Self::Search { quick, general };
        Some(match name {
            "eqv?" => Self::Equivalence(Primitive::IsEqv),
            "equal?" => Self::Equivalence(Primitive::IsEqual),
            "memv" => search(Primitive::Memq, Primitive::Memv),
            "member" => search(Primitive::Memq, Primitive::Member),
            "assv" => search(Primitive::Assq, Primitive::Assv),
            "assoc" => search(Primitive::Assq, Primitive::Assoc),
            "append" => Self::Append,
            "apply" => Self::Apply,
            "call-with-values" => Self::CallWithValues,
            _ => return None,
        })
    }

    /// Standard procedures that are primitives of another name.
    fn renamed(name: &str, count: usize) -> Option<Primitive> {
        Some(match (name, count) {
            ("truncate-quotient", 2) => Primitive::Quotient,
            ("truncate-remainder", 2) => Primitive::Remainder,
            ("floor-remainder", 2) => Primitive::Modulo,
            ("exact->inexact", 1) => Primitive::Inexact,
            ("inexact->exact", 1) => Primitive::Exact,
            ("log", 1) => Primitive::Log1,
            ("atan", 1) => Primitive::Atan1,
            ("atan", 2) => Primitive::Atan2,
            ("number->string", 2) => Primitive::NumberToString,
            ("string->number", 2) => Primitive::StringToNumber,
            ("make-vector", 2) => Primitive::MakeVector,
            ("make-string", 2) => Primitive::MakeString,
            ("make-bytevector", 2) => Primitive::MakeBytevector,
            ("string=?", 2) => Primitive::StringEqual,
            ("string<?", 2) => Primitive::StringLess,
            ("read-char", 1) => Primitive::ReadChar,
            ("peek-char", 1) => Primitive::PeekChar,
            ("write-char", 2) => Primitive::WriteChar,
            ("read-u8", 1) => Primitive::ReadU8,
            ("peek-u8", 1) => Primitive::PeekU8,
            ("write-u8", 2) => Primitive::WriteU8,
            _ => return None,
        })
    }
}

/// `cadr` and its like.
fn path(name: &str) -> Option<Vec<Primitive>> {
    let letters = name.strip_prefix('c')?.strip_suffix('r')?;
    if !(2..=4).contains(&letters.len()) {
        return None;
    }
    let step = |letter| match letter {
        'a' => Some(Primitive::Car),
        'd' => Some(Primitive::Cdr),
        _ => None,
    };
    letters.chars().rev().map(step).collect()
}
