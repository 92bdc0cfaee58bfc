//! Slow paths of native code that are not primitives.

use abi::condition::ConditionKind;
use abi::native::RuntimeOperation;
use abi::object_layout::location;
use abi::tag;
use gc::Address;

use crate::interpreter::data::{Setter, bound, fault_with_name, store, unbound_location};
use crate::interpreter::executed::Ending;
use crate::interpreter::field::Field;
use crate::interpreter::known::{Known, LocationShape};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Into, IntoRaw, Local, RawLocal};
use crate::interpreter::raw::{
    box_f64, box_i64, box_u64, real_to_f64, unbox_f64, unbox_i64, unbox_u64,
};
use crate::interpreter::returns::{Wanted, list_of, wrong_value_count};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::primitive::claim::broken_claim;

/// Does `operation` on two words for native code, in the frame of `s` below it. The word that it answers
/// is a value, or raw, as the operation says.
///
/// # Safety
///
/// The words are what the operation takes: values, raw words, or the address of a cell.
///
/// # Errors
///
/// The machine that goes on, in a condition's handler.
pub(crate) unsafe fn runtime_operation(
    m: &mut Mutator<'_>,
    s: Machine,
    operation: RuntimeOperation,
    [a, b]: [u64; 2],
) -> Result<u64, Machine> {
    use RuntimeOperation as Operation;
    // SAFETY: below native code's frames the stack has room for two slots, of which no map is read while
    // the operation runs.
    unsafe {
        s.set_slot(0, Live::UNSPECIFIED);
        s.set_word(1, a);
    }
    // SAFETY: slot 0 takes the result, and slot 1 has the operand of the operations that convert, of the
    // sort that they take.
    let (dst, raw_dst, src, raw_src) = unsafe {
        (
            Into::new(0),
            IntoRaw::new(0),
            Local::new(1),
            RawLocal::new(1),
        )
    };
    // SAFETY: both words are values where they are used, by the contract of this function.
    let (value, second) = unsafe { (Live::new(a), Live::new(b)) };
    let known = || Known::<LocationShape>::of(value);
    let after = match operation {
        Operation::UnboxF64 => unbox_f64(m, s, raw_dst, src).machine(),
        Operation::RealToF64 => real_to_f64(m, s, raw_dst, src).machine(),
        Operation::BoxF64 => box_f64(m, s, dst, raw_src).machine(),
        Operation::UnboxI64 => unbox_i64(m, s, raw_dst, src).machine(),
        Operation::BoxI64 => box_i64(m, s, dst, raw_src).machine(),
        Operation::UnboxU64 => unbox_u64(m, s, raw_dst, src).machine(),
        Operation::BoxU64 => box_u64(m, s, dst, raw_src).machine(),
        Operation::UnboundVariable => unbound_location(m, s, value),
        Operation::UninitializedVariable => {
            fault_with_name(m, s, ConditionKind::UninitializedVariable, value)
        }
        Operation::LocationSet => {
            let field = known().and_then(bound);
            match field {
                Some(field) => store(m, s, field, second, Setter::Assignment),
                None => unbound_location(m, s, value),
            }
        }
        Operation::LocationDefine => {
            let field = known().map(|location| location.field(location::VALUE));
            match field {
                Some(field) => store(m, s, field, second, Setter::Definition),
                None => unbound_location(m, s, value),
            }
        }
        Operation::StoreCell => {
            // SAFETY: the first word is the address of a cell, by the contract of this function.
            let cell = unsafe { Field::at(Address::from_word(a)) };
            store(m, s, cell, second, Setter::Assignment)
        }
        Operation::WrongValueCount => {
            // SAFETY: native code left the values there when it called the stub.
            let values = unsafe { m.state().native.values() };
            let wanted = Wanted {
                required: tag::fixnum_value(a),
                has_rest: b == tag::TRUE,
            };
            wrong_value_count(m, s, wanted, &values)
        }
        Operation::BrokenClaim => {
            // SAFETY: nothing was collected since the word was passed.
            let name = m.symbol_name(unsafe { value.value() });
            broken_claim(m, Some(s), &name.unwrap_or_default())
        }
        Operation::RestOfValues => {
            // SAFETY: native code left the values there when it called the stub.
            let values = unsafe { m.state().native.values() };
            let from = tag::fixnum_value(a) as usize;
            s.set(dst, Live::of(list_of(m, &values[from..])));
            s
        }
    };
    if after.is_at(s) {
        // SAFETY: slot 0 was written before, and by the operation.
        Ok(unsafe { s.word(0) })
    } else {
        Err(after)
    }
}
