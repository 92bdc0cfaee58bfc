//! Slow paths of native code that are not primitives.

use abi::condition::ConditionKind;
use abi::isa::{Into, IntoRaw, Local, RawLocal};
use abi::native::RuntimeOperation;
use abi::object_layout::location;
use abi::tag::{self, Kind};
use gc::{Address, Slot};

use crate::interpreter::data::{fault_with_name, store, unbound_location};
use crate::interpreter::machine::{Machine, object_of};
use crate::interpreter::raw::{
    box_f64, box_i64, box_u64, real_to_f64, unbox_f64, unbox_i64, unbox_u64,
};
use crate::interpreter::returns::{list_of, wrong_value_count};
use crate::mutator::Mutator;
use crate::primitive::claim::broken_claim;
use crate::value::Value;

/// Does `operation` on two words for native code, in the frame of `s` below it.
///
/// # Errors
///
/// The machine that goes on, in a condition's handler.
pub(crate) fn runtime_operation(
    m: &mut Mutator<'_>,
    s: Machine,
    operation: RuntimeOperation,
    [a, b]: [u64; 2],
) -> Result<u64, Machine> {
    use RuntimeOperation as Operation;
    let result = tag::UNSPECIFIED;
    s.set_slot(0, result);
    s.set_slot(1, a);
    let (dst, raw_dst, src, raw_src) = (Into(0), IntoRaw(0), Local(1), RawLocal(1));
    let after = match operation {
        Operation::UnboxF64 => unbox_f64(m, s, raw_dst, src),
        Operation::RealToF64 => real_to_f64(m, s, raw_dst, src),
        Operation::BoxF64 => box_f64(m, s, dst, raw_src),
        Operation::UnboxI64 => unbox_i64(m, s, raw_dst, src),
        Operation::BoxI64 => box_i64(m, s, dst, raw_src),
        Operation::UnboxU64 => unbox_u64(m, s, raw_dst, src),
        Operation::BoxU64 => box_u64(m, s, dst, raw_src),
        Operation::UnboundVariable => unbound_location(m, s, a),
        Operation::UninitializedVariable => {
            fault_with_name(m, s, ConditionKind::UninitializedVariable, a)
        }
        Operation::LocationSet => match value_slot(a) {
            // SAFETY: the value of a location.
            Some(slot) if unsafe { slot.load() } != tag::UNBOUND => store(m, s, slot, b, "set!"),
            _ => unbound_location(m, s, a),
        },
        Operation::LocationDefine => match value_slot(a) {
            Some(slot) => store(m, s, slot, b, "define"),
            None => unbound_location(m, s, a),
        },
        Operation::StoreCell => store(m, s, Slot::new(Address::from_word(a)), b, "set!"),
        Operation::WrongValueCount => {
            let values = m.state().native.values();
            wrong_value_count(m, s, tag::fixnum_value(a), &values)
        }
        Operation::BrokenClaim => {
            // SAFETY: native code hands over a symbol of its image.
            let name = m.symbol_name(unsafe { Value::from_word(a) });
            broken_claim(m, s, &name.unwrap_or_default())
        }
        Operation::RestOfValues => {
            let values = m.state().native.values();
            let from = tag::fixnum_value(a) as usize;
            s.set(dst, list_of(m, &values[from..]).word());
            s
        }
    };
    if after.is_at(s) {
        Ok(s.slot(0))
    } else {
        Err(after)
    }
}

/// Where the value of a location is.
fn value_slot(word: u64) -> Option<Slot> {
    let (address, _) = object_of(word, Kind::Location)?;
    Some(Slot::new(address.offset_bytes(location::VALUE)))
}
