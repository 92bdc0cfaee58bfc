//! Claims about values, and how SSA checks them: by the primitive `%check-claim` ([`abi::claim`]).

use std::fmt::Write as _;

use abi::claim::{self, ClaimKind};
use abi::primitive::Primitive;
use abi::tag;
use syntax::{Data, DatumId, DatumKind, Integer, Number, Span};

use super::Tables;
use super::analysis::{Kinds, Range, Type};
use super::ir::{Instruction, Operation, Procedure, RawBinary, Repr, Value, ValueId};
use crate::core::LiteralDatum;
use crate::core::ir::{Literal, LiteralId, SourcePlace};
use crate::id::{Id, IdVec};

/// Bits of the low half of a raw word.
const HALF_BITS: u64 = 32;

/// Something that is claimed of values, and can be checked where they are.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What is claimed.
    pub kind: ClaimKind,
    /// For [`ClaimKind::FitsFixnum`] and [`ClaimKind::Closure`].
    pub number: u16,
    /// The set for claims of membership.
    pub set: Type,
    /// Which proof this is, and of which operation, for people.
    pub text: String,
    /// What something is claimed of.
    pub about: Vec<ValueId>,
    /// A fixnum that comes behind those.
    pub constant: Option<i16>,
}

impl Claim {
    /// The claim of `kind` about `about`.
    pub fn new(kind: ClaimKind, about: &[ValueId], text: String) -> Self {
        Self {
            kind,
            number: 0,
            set: Type::NONE,
            text,
            about: about.to_vec(),
            constant: None,
        }
    }

    /// The claim that `value` of `procedure` is of a type, for `reason`; `None` where nothing is claimed
    /// that could be checked: doubles are doubles.
    pub fn of_type(procedure: &Procedure, value: ValueId, set: Type, reason: &str) -> Option<Self> {
        let kind = match procedure.values[value].repr {
            Repr::Tagged if set == Type::ANY => return None,
            Repr::Tagged => ClaimKind::Member,
            Repr::I64 => ClaimKind::SignedWord,
            Repr::U64 => ClaimKind::UnsignedWord,
            Repr::F64 | Repr::Bool => return None,
        };
        let name = procedure.values[value].name.as_deref();
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let text = format!("v{}{name} is {}, {reason}", value.number(), type_text(set));
        Some(Self {
            set,
            ..Self::new(kind, &[value], text)
        })
    }
}

/// A type for people.
fn type_text(set: Type) -> String {
    let mut parts = Vec::new();
    if let Some(Range { low, high }) = set.integer {
        let bound = |bound: i128, infinity: i128| {
            if bound == infinity {
                "…".to_owned()
            } else {
                bound.to_string()
            }
        };
        let (low, high) = (bound(low, i128::MIN), bound(high, i128::MAX));
        parts.push(format!("an integer from {low} to {high}"));
    }
    if set.flonum {
        parts.push("a flonum".to_owned());
    }
    if set.kinds == Kinds::ALL {
        parts.push("anything else".to_owned());
    } else {
        parts.extend(set.kinds.names().map(str::to_owned));
    }
    if parts.is_empty() {
        parts.push("never there".to_owned());
    }
    parts.join(" or ")
}

/// Writes the instructions that check claims.
pub struct ClaimWriter<'a> {
    tables: &'a mut Tables,
    values: &'a mut IdVec<ValueId, Value>,
    written: Vec<Instruction>,
    place: SourcePlace,
}

impl<'a> ClaimWriter<'a> {
    /// A writer of checks at `place`, in the procedure with these `values`.
    pub fn new(
        tables: &'a mut Tables,
        values: &'a mut IdVec<ValueId, Value>,
        place: SourcePlace,
    ) -> Self {
        Self {
            tables,
            values,
            written: Vec::new(),
            place,
        }
    }

    /// Writes the check of `claim`.
    ///
    /// # Panics
    ///
    /// Never: every constant of a claim is a fixnum.
    pub fn write(&mut self, claim: &Claim) {
        let literal = self.literal(claim);
        let mut operands = vec![self.define(Operation::Literal(literal), Repr::Tagged)];
        match claim.kind {
            ClaimKind::SignedWord | ClaimKind::UnsignedWord => {
                operands.extend(self.halves(claim.about[0]));
            }
            _ => operands.extend(&claim.about),
        }
        if let Some(constant) = claim.constant {
            let word = tag::fixnum(i64::from(constant)).expect("16 bits fit a fixnum");
            operands.push(self.define(Operation::Word(word), Repr::Tagged));
        }
        self.written.push(Instruction {
            operation: Operation::Primitive(Primitive::CheckClaim, operands),
            result: None,
            place: self.place,
        });
    }

    /// What was written.
    pub fn finish(self) -> Vec<Instruction> {
        self.written
    }

    fn define(&mut self, operation: Operation, repr: Repr) -> ValueId {
        let result = self.values.push(Value { repr, name: None });
        self.written.push(Instruction {
            operation,
            result: Some(result),
            place: self.place,
        });
        result
    }

    /// Both halves of a raw word, as words of fixnums: so that what the primitive gets are values.
    fn halves(&mut self, word: ValueId) -> [ValueId; 2] {
        let bits = self.define(Operation::Raw(HALF_BITS), Repr::U64);
        let mask = self.define(Operation::Raw(u64::from(u32::MAX)), Repr::U64);
        let tag_bits = self.define(Operation::Raw(u64::from(tag::TAG_BITS)), Repr::U64);
        let low = Operation::Raw2(RawBinary::WordAnd, word, mask);
        let high = Operation::Raw2(RawBinary::WordShiftRight, word, bits);
        [low, high].map(|half| {
            let half = self.define(half, Repr::U64);
            let tagged = Operation::Raw2(RawBinary::WordShiftLeft, half, tag_bits);
            self.define(tagged, Repr::U64)
        })
    }

    fn literal(&mut self, claim: &Claim) -> LiteralId {
        let data = &mut self.tables.data;
        let integer = claim.set.integer;
        let (low, high) = integer.map_or((0, 0), |range| (range.low, range.high));
        let mut elements = vec![boolean(data, false); claim::ELEMENTS];
        let kind = data.push(DatumKind::String(claim.text.as_str().into()), SPAN);
        elements[claim::TEXT] = kind;
        elements[claim::KIND] = number(data, claim.kind as i128);
        elements[claim::NUMBER] = number(data, i128::from(claim.number));
        elements[claim::FLONUM] = boolean(data, claim.set.flonum);
        if low != i128::MIN {
            elements[claim::LOW] = number(data, low);
        }
        if high != i128::MAX {
            elements[claim::HIGH] = number(data, high);
        }
        elements[claim::INTEGER] = number(data, i128::from(integer.is_some()));
        elements[claim::KINDS] = number(data, i128::from(claim.set.kinds.bits()));
        let datum = data.push(DatumKind::Vector(elements), SPAN);
        let literal = Literal::Datum(LiteralDatum(datum));
        self.tables.literals.push(literal)
    }
}

/// Literals of claims stand in no source text.
const SPAN: Span = Span::new(0, 0);

fn boolean(data: &mut Data, value: bool) -> DatumId {
    data.push(DatumKind::Boolean(value), SPAN)
}

fn number(data: &mut Data, value: i128) -> DatumId {
    let integer = i64::try_from(value).map_or_else(
        |_| Integer::Big {
            negative: value < 0,
            magnitude: limbs(value.unsigned_abs()),
        },
        Integer::Small,
    );
    data.push(DatumKind::Number(Number::Integer(integer)), SPAN)
}

fn limbs(magnitude: u128) -> Vec<u64> {
    let mut limbs = vec![magnitude as u64, (magnitude >> 64) as u64];
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    limbs
}

impl Kinds {
    /// The names of the members, in the order of their bits.
    fn names(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [&str; 16] = [
            "a fraction",
            "a complex number",
            "a pair",
            "()",
            "#f",
            "#t",
            "a character",
            "a symbol",
            "a string",
            "a vector",
            "a bytevector",
            "a procedure",
            "a record",
            "a box",
            "uninitialised",
            "something else",
        ];
        let bits = self.bits();
        let numbered = NAMES.into_iter().enumerate();
        numbered.filter_map(move |(bit, name)| (bits >> bit & 1 == 1).then_some(name))
    }
}

/// An operation as claims name it.
pub fn reason(proof: &str, operation: &str) -> String {
    let mut text = String::from(proof);
    write!(text, " in {operation}").expect("writing to a string does not fail");
    text
}
