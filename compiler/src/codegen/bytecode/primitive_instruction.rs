//! The instruction of a primitive that is one instruction, wherever its operands are.

use abi::isa::{Instruction, Into, Local, MapOffset, PrimitiveOperand, TestOperand};
use abi::primitive::{Primitive, PrimitiveClass};
use abi::type_test::type_test_of;

use crate::ssa::primitive_facts::is_arithmetic;

/// The instruction by which an inline primitive computes a value without being a safepoint; `None` if it has none.
pub(super) fn value(primitive: Primitive, operands: &[Local], dst: Into) -> Option<Instruction> {
    if let Some(test) = type_test_of(primitive) {
        return Some(Instruction::TypeTest {
            dst,
            src: operands[0],
            test: TestOperand(test as u8),
        });
    }
    object(primitive, operands, dst).or_else(|| element(primitive, operands, dst))
}

/// Operations of pairs, boxes, characters, and identity.
fn object(primitive: Primitive, operands: &[Local], dst: Into) -> Option<Instruction> {
    let local = |place: usize| operands[place];
    Some(match primitive {
        Primitive::IsEq => Instruction::Eq {
            dst,
            a: local(0),
            b: local(1),
        },
        Primitive::Cons => Instruction::Cons {
            dst,
            car: local(0),
            cdr: local(1),
        },
        Primitive::Car => Instruction::Car {
            dst,
            pair: local(0),
        },
        Primitive::Cdr => Instruction::Cdr {
            dst,
            pair: local(0),
        },
        Primitive::CharToInteger => Instruction::CharToInteger { dst, src: local(0) },
        Primitive::IntegerToChar => Instruction::IntegerToChar { dst, src: local(0) },
        Primitive::MakeBox => Instruction::MakeBox { dst, src: local(0) },
        Primitive::BoxRef => Instruction::BoxRef {
            dst,
            boxed: local(0),
        },
        _ => return None,
    })
}

/// Elements and lengths of sequences.
fn element(primitive: Primitive, operands: &[Local], dst: Into) -> Option<Instruction> {
    let local = |place: usize| operands[place];
    Some(match primitive {
        Primitive::VectorRef => Instruction::VectorRef {
            dst,
            vector: local(0),
            index: local(1),
        },
        Primitive::VectorLength => Instruction::VectorLength {
            dst,
            vector: local(0),
        },
        Primitive::StringRef => Instruction::StringRef {
            dst,
            string: local(0),
            index: local(1),
        },
        Primitive::StringLength => Instruction::StringLength {
            dst,
            string: local(0),
        },
        Primitive::BytevectorRef => Instruction::BytevectorRef {
            dst,
            bytevector: local(0),
            index: local(1),
        },
        Primitive::BytevectorLength => Instruction::BytevectorLength {
            dst,
            bytevector: local(0),
        },
        _ => return None,
    })
}

/// The instruction of an inline primitive that has no value to tell; `None` if it has none.
pub(super) fn effect(primitive: Primitive, operands: &[Local]) -> Option<Instruction> {
    let local = |place: usize| operands[place];
    Some(match primitive {
        Primitive::SetCar => Instruction::SetCar {
            pair: local(0),
            src: local(1),
        },
        Primitive::SetCdr => Instruction::SetCdr {
            pair: local(0),
            src: local(1),
        },
        Primitive::VectorSet => Instruction::VectorSet {
            vector: local(0),
            index: local(1),
            src: local(2),
        },
        Primitive::BytevectorSet => Instruction::BytevectorSet {
            bytevector: local(0),
            index: local(1),
            src: local(2),
        },
        Primitive::BoxSet => Instruction::BoxSet {
            boxed: local(0),
            src: local(1),
        },
        _ => return None,
    })
}

/// The instruction by which a primitive computes a number from two, or by which a leaf is called that names its
/// operands; `None` if it has none. Such an instruction is a safepoint, which may be run again.
pub(super) fn safepoint(
    primitive: Primitive,
    operands: &[Local],
    dst: Into,
) -> Option<Instruction> {
    if primitive.class() == PrimitiveClass::Leaf {
        return leaf(primitive, operands, dst);
    }
    let &[a, b] = operands else { return None };
    if !is_arithmetic(primitive) {
        return None;
    }
    let map = MapOffset(0);
    Some(match primitive {
        Primitive::Add => Instruction::Add { dst, a, b, map },
        Primitive::Subtract => Instruction::Subtract { dst, a, b, map },
        Primitive::Multiply => Instruction::Multiply { dst, a, b, map },
        Primitive::Divide => Instruction::Divide { dst, a, b, map },
        Primitive::Quotient => Instruction::Quotient { dst, a, b, map },
        Primitive::Remainder => Instruction::Remainder { dst, a, b, map },
        Primitive::Modulo => Instruction::Modulo { dst, a, b, map },
        Primitive::BitwiseAnd => Instruction::BitAnd { dst, a, b, map },
        Primitive::BitwiseIor => Instruction::BitOr { dst, a, b, map },
        Primitive::BitwiseXor => Instruction::BitXor { dst, a, b, map },
        Primitive::ArithmeticShift => Instruction::Shift { dst, a, b, map },
        _ => unreachable!("{} is no arithmetic", primitive.name()),
    })
}

fn leaf(primitive: Primitive, operands: &[Local], dst: Into) -> Option<Instruction> {
    let (primitive, map) = (PrimitiveOperand(primitive.index()), MapOffset(0));
    Some(match *operands {
        [a] => Instruction::Leaf1 {
            dst,
            primitive,
            a,
            map,
        },
        [a, b] => Instruction::Leaf2 {
            dst,
            primitive,
            a,
            b,
            map,
        },
        [a, b, c] => Instruction::Leaf3 {
            dst,
            primitive,
            a,
            b,
            c,
            map,
        },
        _ => return None,
    })
}
