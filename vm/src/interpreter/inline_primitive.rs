//! Primitives that are instructions of bytecode, as native code calls them on its slow paths.

use std::cmp::Ordering;

use abi::condition::ConditionKind;
use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::type_test_of;

use crate::error::{PrimitiveResult, Raise};
use crate::interpreter::data::{box_ref, box_set, make_box, passes_test, wrong_type};
use crate::interpreter::enter::fault;
use crate::interpreter::executed::Ending;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Count, Index, Into, Local, TestOperand};
use crate::interpreter::pairs::{car, cdr, cons, set_car, set_cdr};
use crate::interpreter::record::{make_record, record_init, record_ref, record_set};
use crate::interpreter::sequence::{
    bytevector_length, bytevector_ref, bytevector_set, char_to_integer, integer_to_char,
    string_length, string_ref, vector_length, vector_ref, vector_set,
};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::number;
use crate::value::Value;

/// Arithmetic on two numbers of any kind, for native code; `None` if `primitive` is something else.
#[inline(always)]
pub(crate) fn arithmetic_primitive<'m>(
    m: &'m Mutator<'_>,
    primitive: Primitive,
    [a, b]: [Live; 2],
) -> Option<PrimitiveResult<'m>> {
    // SAFETY: the words were live when they were passed, and nothing is collected while the mutator is
    // borrowed.
    let (a, b) = unsafe { (a.value(), b.value()) };
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
) -> PrimitiveResult<'m> {
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
    words: &[Live],
) -> Result<Live, Machine> {
    let Some(primitive) = primitive.filter(|primitive| primitive.accepts(words.len())) else {
        return Err(no_such_primitive(m, s));
    };
    if let Some(word) = tested(primitive, words) {
        return Ok(word);
    }
    // SAFETY: below native code's frames the stack has room for the arguments of a primitive.
    unsafe {
        s.set_slot(0, Live::UNSPECIFIED);
        for (slot, &word) in (1..).zip(words) {
            s.set_slot(slot, word);
        }
    }
    // SAFETY: the slots were just written.
    let after = unsafe { execute(m, s, primitive, words) };
    if after.is_at(s) {
        // SAFETY: slot 0 was written before, and by the instruction.
        Ok(unsafe { s.slot(0) })
    } else {
        Err(after)
    }
}

fn no_such_primitive(m: &mut Mutator<'_>, s: Machine) -> Machine {
    fault(m, s, |_| Raise::condition(ConditionKind::Trap, []))
}

/// Runs the instruction with its operands in slots from 1 on, its result in slot 0.
///
/// # Safety
///
/// `words` stand in these slots, and are as many as the primitive takes.
unsafe fn execute(
    m: &mut Mutator<'_>,
    s: Machine,
    primitive: Primitive,
    words: &[Live],
) -> Machine {
    // SAFETY: the slot for the result, by the contract of this function.
    let dst = unsafe { Into::new(0) };
    // SAFETY: the slots of the words, by the contract of this function; each primitive uses only as many
    // as it takes.
    let [a, b, c, d] = [1, 2, 3, 4].map(|slot| unsafe { Local::new(slot) });
    match primitive {
        Primitive::Cons => cons(m, s, dst, a, b).machine(),
        Primitive::Car => car(m, s, dst, a).machine(),
        Primitive::Cdr => cdr(m, s, dst, a).machine(),
        Primitive::SetCar => set_car(m, s, a, b).machine(),
        Primitive::SetCdr => set_cdr(m, s, a, b).machine(),
        Primitive::CharToInteger => char_to_integer(m, s, dst, a).machine(),
        Primitive::IntegerToChar => integer_to_char(m, s, dst, a).machine(),
        Primitive::StringRef => string_ref(m, s, dst, a, b).machine(),
        Primitive::StringLength => string_length(m, s, dst, a).machine(),
        Primitive::VectorRef => vector_ref(m, s, dst, a, b).machine(),
        Primitive::VectorSet => vector_set(m, s, a, b, c).machine(),
        Primitive::VectorLength => vector_length(m, s, dst, a).machine(),
        Primitive::BytevectorRef => bytevector_ref(m, s, dst, a, b).machine(),
        Primitive::BytevectorSet => bytevector_set(m, s, a, b, c).machine(),
        Primitive::BytevectorLength => bytevector_length(m, s, dst, a).machine(),
        Primitive::MakeBox => make_box(m, s, dst, a).machine(),
        Primitive::BoxRef => box_ref(m, s, dst, a).machine(),
        Primitive::BoxSet => box_set(m, s, a, b).machine(),
        // SAFETY: the type stands in slot 1, and the fields after it.
        Primitive::MakeRecord => unsafe { record_of(m, s, words.len() - 1) },
        Primitive::RecordRef => match field_index(words[2]) {
            Some(index) => record_ref(m, s, dst, a, b, index).machine(),
            None => wrong_type(m, s, primitive.name(), 3, "index", words[2]),
        },
        Primitive::RecordSet => match field_index(words[2]) {
            Some(index) => record_set(m, s, a, b, index, d).machine(),
            None => wrong_type(m, s, primitive.name(), 3, "index", words[2]),
        },
        _ => no_such_primitive(m, s),
    }
}

fn field_index(word: Live) -> Option<Index> {
    let index = tag::is_fixnum(word.bits()).then(|| tag::fixnum_value(word.bits()))?;
    u16::try_from(index).ok().map(Index)
}

/// A record of the type in slot 1, with the fields in the slots after it.
///
/// # Safety
///
/// They stand there.
unsafe fn record_of(m: &mut Mutator<'_>, s: Machine, fields: usize) -> Machine {
    // SAFETY: the slots are written, by the contract of this function, and slot 0 takes the result.
    let (dst, record_type, fields) =
        unsafe { (Into::new(0), Local::new(1), Count::new(fields as u16)) };
    let made = make_record(m, s, dst, record_type, fields).machine();
    if !made.is_at(s) {
        return made;
    }
    (0..fields.number()).fold(s, |_, index| {
        // SAFETY: slot 0 has the record, and the fields stand in the slots after the type.
        let (record, field) = unsafe { (Local::new(0), Local::new(2 + index)) };
        record_init(m, s, record, Index(index), field).machine()
    })
}

/// The answer of a predicate, if `primitive` is one.
fn tested(primitive: Primitive, words: &[Live]) -> Option<Live> {
    let holds = match primitive {
        Primitive::IsEq => words[0] == words[1],
        Primitive::Not => words[0] == Live::FALSE,
        _ => {
            let test = type_test_of(primitive)?;
            passes_test(words[0], TestOperand(test as u8))
        }
    };
    Some(Live::boolean(holds))
}
