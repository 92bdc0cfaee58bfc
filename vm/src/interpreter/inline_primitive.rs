//! Primitives that are instructions of bytecode, as native code calls them on its slow paths.

use std::cmp::Ordering;

use abi::condition::ConditionKind;
use abi::isa::{Count, Index, Into, Local, TestOperand};
use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::type_test_of;

use crate::error::Raise;
use crate::interpreter::data::{
    box_ref, box_set, car, cdr, cons, make_box, passes_test, set_car, set_cdr, wrong_type,
};
use crate::interpreter::machine::Machine;
use crate::interpreter::raise::fault;
use crate::interpreter::record::{make_record, record_init, record_ref, record_set};
use crate::interpreter::sequence::{
    bytevector_length, bytevector_ref, bytevector_set, char_to_integer, integer_to_char,
    string_length, string_ref, vector_length, vector_ref, vector_set,
};
use crate::mutator::Mutator;
use crate::number;
use crate::value::Value;

type Answer<'m> = Result<Value<'m>, Raise<'m>>;

/// Arithmetic on two numbers of any kind, for native code; `None` if `primitive` is something else.
#[inline(always)]
pub(crate) fn arithmetic_primitive<'m>(
    m: &'m Mutator<'_>,
    primitive: Primitive,
    [a, b]: [u64; 2],
) -> Option<Answer<'m>> {
    // SAFETY: native code hands over values that are alive.
    let (a, b) = unsafe { (Value::from_word(a), Value::from_word(b)) };
    let who = primitive.name();
    Some(match primitive {
        Primitive::Add => number::add(m, a, b, who),
        Primitive::Subtract => number::subtract(m, a, b, who),
        Primitive::Multiply => number::multiply(m, a, b, who),
        Primitive::Divide => number::divide(m, a, b, who),
        Primitive::Quotient => number::quotient(m, a, b, who),
        Primitive::Remainder => number::remainder(m, a, b, who),
        Primitive::Modulo => number::modulo(m, a, b, who),
        Primitive::BitwiseAnd => number::bit_and(m, a, b, who),
        Primitive::BitwiseIor => number::bit_or(m, a, b, who),
        Primitive::BitwiseXor => number::bit_xor(m, a, b, who),
        Primitive::ArithmeticShift => number::shift(m, a, b, who),
        Primitive::NumberEqual => number::equal(m, a, b, who).map(Value::boolean),
        Primitive::Less => compared(m, a, b, who, Ordering::is_lt),
        Primitive::Greater => compared(m, a, b, who, Ordering::is_gt),
        Primitive::LessEqual => compared(m, a, b, who, Ordering::is_le),
        Primitive::GreaterEqual => compared(m, a, b, who, Ordering::is_ge),
        _ => return None,
    })
}

fn compared<'m>(
    m: &'m Mutator<'_>,
    a: Value<'m>,
    b: Value<'m>,
    who: &'static str,
    holds: fn(Ordering) -> bool,
) -> Answer<'m> {
    let ordering = number::compare(m, a, b, who)?;
    Ok(Value::boolean(ordering.is_some_and(holds)))
}

/// Calls any other primitive that is an instruction, in the frame of `s` below native code.
///
/// # Errors
///
/// The machine that goes on, in a condition's handler.
pub(crate) fn inline_primitive(
    m: &mut Mutator<'_>,
    s: Machine,
    primitive: Option<Primitive>,
    words: &[u64],
) -> Result<u64, Machine> {
    let Some(primitive) = primitive.filter(|primitive| primitive.accepts(words.len())) else {
        return Err(no_such_primitive(m, s));
    };
    if let Some(word) = tested(primitive, words) {
        return Ok(word);
    }
    s.set_slot(0, tag::UNSPECIFIED);
    for (slot, &word) in (1..).zip(words) {
        s.set_slot(slot, word);
    }
    let after = execute(m, s, primitive, words);
    if after.is_at(s) {
        Ok(s.slot(0))
    } else {
        Err(after)
    }
}

fn no_such_primitive(m: &mut Mutator<'_>, s: Machine) -> Machine {
    fault(m, s, |_| Raise::condition(ConditionKind::Trap, []))
}

/// Runs the instruction with its operands in slots from 1 on, its result in slot 0.
fn execute(m: &mut Mutator<'_>, s: Machine, primitive: Primitive, words: &[u64]) -> Machine {
    let (dst, [a, b, c]) = (Into(0), [Local(1), Local(2), Local(3)]);
    match primitive {
        Primitive::Cons => cons(m, s, dst, a, b),
        Primitive::Car => car(m, s, dst, a),
        Primitive::Cdr => cdr(m, s, dst, a),
        Primitive::SetCar => set_car(m, s, a, b),
        Primitive::SetCdr => set_cdr(m, s, a, b),
        Primitive::CharToInteger => char_to_integer(m, s, dst, a),
        Primitive::IntegerToChar => integer_to_char(m, s, dst, a),
        Primitive::StringRef => string_ref(m, s, dst, a, b),
        Primitive::StringLength => string_length(m, s, dst, a),
        Primitive::VectorRef => vector_ref(m, s, dst, a, b),
        Primitive::VectorSet => vector_set(m, s, a, b, c),
        Primitive::VectorLength => vector_length(m, s, dst, a),
        Primitive::BytevectorRef => bytevector_ref(m, s, dst, a, b),
        Primitive::BytevectorSet => bytevector_set(m, s, a, b, c),
        Primitive::BytevectorLength => bytevector_length(m, s, dst, a),
        Primitive::MakeBox => make_box(m, s, dst, a),
        Primitive::BoxRef => box_ref(m, s, dst, a),
        Primitive::BoxSet => box_set(m, s, a, b),
        Primitive::MakeRecord => record_of(m, s, words.len() - 1),
        Primitive::RecordRef => match field_index(words[2]) {
            Some(index) => record_ref(m, s, dst, a, b, index),
            None => wrong_type(m, s, primitive.name(), 3, "index", words[2]),
        },
        Primitive::RecordSet => match field_index(words[2]) {
            Some(index) => record_set(m, s, a, b, index, Local(4)),
            None => wrong_type(m, s, primitive.name(), 3, "index", words[2]),
        },
        _ => no_such_primitive(m, s),
    }
}

fn field_index(word: u64) -> Option<Index> {
    let index = tag::is_fixnum(word).then(|| tag::fixnum_value(word))?;
    u16::try_from(index).ok().map(Index)
}

/// A record of the type in slot 1, with the fields in the slots after it.
fn record_of(m: &mut Mutator<'_>, s: Machine, fields: usize) -> Machine {
    let made = make_record(m, s, Into(0), Local(1), Count(fields as u16));
    if !made.is_at(s) {
        return made;
    }
    (0..fields as u16).fold(s, |_, index| {
        record_init(m, s, Local(0), Index(index), Local(2 + index))
    })
}

/// The answer of a predicate, if `primitive` is one.
fn tested(primitive: Primitive, words: &[u64]) -> Option<u64> {
    let holds = match primitive {
        Primitive::IsEq => words[0] == words[1],
        Primitive::Not => words[0] == tag::FALSE,
        _ => {
            let test = type_test_of(primitive)?;
            passes_test(words[0], TestOperand(test as u8))
        }
    };
    Some(tag::boolean(holds))
}
