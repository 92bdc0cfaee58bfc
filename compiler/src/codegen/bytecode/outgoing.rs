//! Operands that an instruction wants in consecutive slots.

use abi::primitive::{Primitive, PrimitiveClass};

use crate::ssa::ir::{Callee, Operation, Terminator, ValueId};

/// Operands of an instruction that finds them by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outgoing<'procedure> {
    /// Where the slots are.
    pub(super) area: Area,
    /// What goes to the slot before the first operand's.
    pub(super) closure: Option<ValueId>,
    /// What goes to consecutive slots.
    pub(super) operands: &'procedure [ValueId],
}

/// Where consecutive operands go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    /// To the frame of a procedure that is called, beyond this one's.
    Callee,
    /// To slots of this frame beyond all that is used later.
    Region,
    /// To the slots in which this procedure's own operands came.
    Incoming,
}

impl Area {
    /// The slot of the first operand if slots from `used_end` on are free. (A closure goes before.)
    pub(super) fn first_operand(self, used_end: usize) -> usize {
        match self {
            Self::Callee => frame_words(used_end) + 1,
            Self::Region => used_end,
            Self::Incoming => 1,
        }
    }
}

/// Words of a frame, return word included, that keeps slots before `used_end` during a call.
pub(super) fn frame_words(used_end: usize) -> usize {
    (used_end + 1).next_multiple_of(2)
}

/// Whether a leaf primitive names its operands one by one.
pub(super) fn leaf_names_operands(count: usize) -> bool {
    (1..=3).contains(&count)
}

/// What `operation` wants in consecutive slots, if anything.
pub(super) fn of_operation(operation: &Operation) -> Option<Outgoing<'_>> {
    let (area, closure, operands) = match operation {
        Operation::Call(callee, operands) => (Area::Callee, Some(*callee), operands),
        Operation::CallKnown(_, closure, operands) => (Area::Callee, *closure, operands),
        Operation::CallHost(_, operands) => (Area::Region, None, operands),
        Operation::Primitive(primitive, operands)
            if primitive.class() == PrimitiveClass::Leaf
                && *primitive != Primitive::Void
                && !leaf_names_operands(operands.len()) =>
        {
            (Area::Region, None, operands)
        }
        _ => return None,
    };
    Some(Outgoing {
        area,
        closure,
        operands,
    })
}

/// What `terminator` wants in consecutive slots, if anything.
pub(super) fn of_terminator(terminator: &Terminator) -> Option<Outgoing<'_>> {
    let (area, closure, operands): (_, _, &[ValueId]) = match terminator {
        Terminator::ReturnValues(values) => (Area::Incoming, None, values),
        Terminator::TailCall(callee, operands) => (Area::Incoming, Some(*callee), operands),
        Terminator::TailCallKnown(_, closure, operands) => (Area::Incoming, *closure, operands),
        Terminator::TailApply(callee, list) => {
            (Area::Incoming, Some(*callee), std::slice::from_ref(list))
        }
        Terminator::CallReceive {
            callee, arguments, ..
        } => {
            let closure = match callee {
                Callee::Value(value) => Some(*value),
                Callee::Known(_, closure) => *closure,
            };
            (Area::Callee, closure, arguments)
        }
        _ => return None,
    };
    Some(Outgoing {
        area,
        closure,
        operands,
    })
}
