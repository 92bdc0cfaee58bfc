//! Compares every value of a run with the types, ranges and proofs that analyses give.

use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::TypeTest;
use dashu_int::IBig;

use super::number::Number;
use super::value::{Object, Raise, Value};
use crate::id::{Id, IdVec};
use crate::ssa::analysis::{Graph, Kinds, Proof, Proofs, Proved, Type, UnitTypes};
use crate::ssa::ir::{
    BlockId, Condition, InstructionPlace, Operation, Procedure, ProcedureId, Repr, Target,
    Terminator, Unit, ValueId,
};
use crate::ssa::print::operation_text;

/// What analyses say of a unit.
pub(super) struct Oracle<'a> {
    unit: &'a Unit,
    types: UnitTypes<'a>,
    proofs: Proofs,
}

type Checked = Result<(), Raise>;

impl<'a> Oracle<'a> {
    /// `graphs` are those of the procedures.
    pub(super) fn new(unit: &'a Unit, graphs: &'a IdVec<ProcedureId, Graph>) -> Self {
        Self {
            unit,
            types: UnitTypes::infer(unit, graphs),
            proofs: Proofs::new(unit),
        }
    }

    fn procedure(&self, id: ProcedureId) -> &'a Procedure {
        &self.unit.procedures[id]
    }

    fn check(&self, number: ProcedureId, id: ValueId, value: &Value, known: Type) -> Checked {
        let repr = self.procedure(number).values[id].repr;
        if is_member(value, known, repr) {
            return Ok(());
        }
        Err(Raise::Broken(format!(
            "v{} of procedure {} is {value:?}, inferred {known:?}",
            id.number(),
            number.number()
        )))
    }

    /// A value is defined.
    pub(super) fn defined(&self, number: ProcedureId, id: ValueId, value: &Value) -> Checked {
        self.check(number, id, value, self.types.procedures[number].of(id))
    }

    /// An instruction or terminator comes next.
    pub(super) fn before(
        &self,
        number: ProcedureId,
        place: InstructionPlace,
        get: impl Fn(ValueId) -> Result<Value, Raise>,
    ) -> Checked {
        let block = &self.procedure(number).blocks[place.0];
        let types = &self.types.procedures[number];
        let mut checked = Ok(());
        let mut visit = |value: ValueId| {
            let check = || self.check(number, value, &get(value)?, types.at(value, place));
            if checked.is_ok() {
                checked = check();
            }
        };
        let proved = self.proofs.at(number, place.0, place.1);
        if let Some(instruction) = block.instructions.get(place.1) {
            instruction.operation.each_use(&mut visit);
            checked?;
            return check_operation(proved, &instruction.operation, get);
        }
        // What only a jump hands over is looked at there.
        match &block.terminator {
            Terminator::Branch(condition, ..) => condition.each_use(&mut visit),
            Terminator::Switch(switch) => visit(switch.value),
            Terminator::Jump(_) => {}
            other => other.each_use(&mut visit),
        }
        checked?;
        check_terminator(proved, &block.terminator, get)
    }

    /// A jump hands values over.
    pub(super) fn along(
        &self,
        number: ProcedureId,
        from: BlockId,
        target: &Target,
        given: &[Value],
    ) -> Checked {
        let types = &self.types.procedures[number];
        for (&argument, value) in target.arguments.iter().zip(given) {
            let known = types.at_edge(argument, from, target.block);
            self.check(number, argument, value, known)?;
        }
        Ok(())
    }
}

/// Whether a value lies in a type. The range of a raw word has a member that is the same modulo 2^64.
fn is_member(value: &Value, known: Type, repr: Repr) -> bool {
    match value {
        Value::Raw(_) if repr == Repr::F64 => known.flonum,
        Value::Raw(word) => known.integer.is_some_and(|range| {
            let low = i128::from(*word) - range.low.max(-(1 << 120));
            range.high == i128::MAX
                || range.low == i128::MIN
                || range.low + low.rem_euclid(1 << 64) <= range.high
        }),
        Value::Number(Number::Flonum(_)) => known.flonum,
        Value::Number(Number::Integer(integer)) => known.integer.is_some_and(|range| {
            let above = range.low == i128::MIN || *integer >= IBig::from(range.low);
            let below = range.high == i128::MAX || *integer <= IBig::from(range.high);
            above && below
        }),
        other => kind_of(other).is_within(known.kinds),
    }
}

fn kind_of(value: &Value) -> Kinds {
    match value {
        Value::Number(_) => Kinds::RATIO,
        Value::Symbol(_) => Kinds::SYMBOL,
        Value::Word(tag::NULL) => Kinds::NULL,
        Value::Word(tag::FALSE) => Kinds::FALSE,
        Value::Word(tag::TRUE) => Kinds::TRUE,
        Value::Word(tag::UNBOUND) => Kinds::UNBOUND,
        Value::Word(word) if tag::is_character(*word) => Kinds::CHARACTER,
        Value::Word(_) | Value::Raw(_) => Kinds::OTHER,
        Value::Object(object) => match **object {
            Object::Pair(_) => Kinds::PAIR,
            Object::Vector(_) => Kinds::VECTOR,
            Object::String(_) => Kinds::STRING,
            Object::Bytevector(_) => Kinds::BYTEVECTOR,
            Object::Box(_) => Kinds::BOX,
            Object::Record(_) => Kinds::RECORD,
            Object::Closure(..) | Object::Host(_) => Kinds::PROCEDURE,
            Object::Continuation(_) => Kinds::OTHER,
        },
    }
}

/// The elements of an object with elements.
fn length(value: &Value) -> Option<usize> {
    Some(match value.as_object()? {
        Object::Vector(items) => items.borrow().len(),
        Object::String(text) => text.borrow().len(),
        Object::Bytevector(bytes) => bytes.borrow().len(),
        _ => return None,
    })
}

/// What the first operand of an accessor has to be.
fn accessed(primitive: Primitive) -> Option<TypeTest> {
    Some(match primitive {
        Primitive::Car | Primitive::Cdr | Primitive::SetCar | Primitive::SetCdr => TypeTest::Pair,
        Primitive::VectorRef | Primitive::VectorSet | Primitive::VectorLength => TypeTest::Vector,
        Primitive::StringRef | Primitive::StringSet | Primitive::StringLength => TypeTest::String,
        Primitive::BytevectorRef | Primitive::BytevectorSet | Primitive::BytevectorLength => {
            TypeTest::Bytevector
        }
        Primitive::BoxRef | Primitive::BoxSet => TypeTest::Box,
        Primitive::RecordRef | Primitive::RecordSet => TypeTest::Record,
        _ => return None,
    })
}

fn broken(proof: &str, what: &str, operands: &[Value]) -> Raise {
    Raise::Broken(format!("proof {proof} of {what} with {operands:?}"))
}

/// Proofs about numbers and, of arithmetic, that the result is small.
fn check_numbers(
    proved: Proved,
    what: &str,
    operands: &[Value],
    result: Option<Number>,
) -> Checked {
    let places = [
        (Proof::FirstFixnum, 0, true),
        (Proof::SecondFixnum, 1, true),
        (Proof::FirstFlonum, 0, false),
        (Proof::SecondFlonum, 1, false),
    ];
    for (proof, index, is_fixnum) in places {
        let Some(operand) = operands.get(index).filter(|_| proved.has(proof)) else {
            continue;
        };
        let is_right = if is_fixnum {
            operand.as_fixnum().is_some()
        } else {
            operand.as_flonum().is_some()
        };
        if !is_right {
            return Err(broken(&format!("{proof:?}"), what, operands));
        }
    }
    let are_fixnums = operands.iter().all(|operand| operand.as_fixnum().is_some());
    if let Some(result) = result
        && proved.has(Proof::FitsFixnum)
        && are_fixnums
        && Value::Number(result).as_fixnum().is_none()
    {
        return Err(broken("FitsFixnum", what, operands));
    }
    Ok(())
}

fn check_operation(
    proved: Proved,
    operation: &Operation,
    get: impl Fn(ValueId) -> Result<Value, Raise>,
) -> Checked {
    let what = operation_text(operation);
    match operation {
        Operation::AddSmall(value, small) => {
            let operands = [get(*value)?, Value::small(i64::from(*small))];
            let sum = super::primitive::of_numbers(Primitive::Add, &operands[0], &operands[1]);
            check_numbers(proved, &what, &operands, sum.ok())
        }
        Operation::Call(callee, _) => {
            let callee = get(*callee)?;
            if proved.has(Proof::Object) && !callee.passes(TypeTest::Procedure) {
                return Err(broken("Object", &what, &[callee]));
            }
            Ok(())
        }
        Operation::CellSet(_, value) => check_stored(proved, &what, &get(*value)?),
        Operation::Primitive(primitive, ids) => {
            let operands = ids
                .iter()
                .map(|&id| get(id))
                .collect::<Result<Vec<_>, _>>()?;
            if let Some(test) = accessed(*primitive) {
                return check_access(proved, *primitive, test, &what, &operands);
            }
            let [a, b] = &operands[..] else {
                return Ok(());
            };
            let result = super::primitive::of_numbers(*primitive, a, b);
            let is_arithmetic = crate::ssa::primitive_facts::is_arithmetic(*primitive);
            check_numbers(
                proved,
                &what,
                &operands,
                result.ok().filter(|_| is_arithmetic),
            )
        }
        _ => Ok(()),
    }
}

fn check_stored(proved: Proved, what: &str, value: &Value) -> Checked {
    if proved.has(Proof::StoresImmediate) && value.immediate().is_none() {
        return Err(broken("StoresImmediate", what, std::slice::from_ref(value)));
    }
    Ok(())
}

fn check_access(
    proved: Proved,
    primitive: Primitive,
    test: TypeTest,
    what: &str,
    operands: &[Value],
) -> Checked {
    if proved.has(Proof::Object) && !operands[0].passes(test) {
        return Err(broken("Object", what, operands));
    }
    let index = operands.get(1).and_then(Value::as_fixnum);
    let natural = index.and_then(|index| usize::try_from(index).ok());
    let is_byte = |value: &Value| {
        value
            .as_fixnum()
            .is_some_and(|byte| (0..256).contains(&byte))
    };
    let stores_other =
        primitive == Primitive::BytevectorSet && !operands.get(2).is_some_and(is_byte);
    if proved.has(Proof::Index) && (natural.is_none() || stores_other) {
        return Err(broken("Index", what, operands));
    }
    // Where the object is checked, what is not one raises before it is looked at.
    let is_inside = match (natural, length(&operands[0])) {
        (Some(index), Some(length)) => index < length,
        (_, None) => true,
        (None, _) => false,
    };
    if proved.has(Proof::InBounds) && !is_inside {
        return Err(broken("InBounds", what, operands));
    }
    let is_store = matches!(
        primitive,
        Primitive::SetCar
            | Primitive::SetCdr
            | Primitive::BoxSet
            | Primitive::VectorSet
            | Primitive::RecordSet
    );
    match operands.last().filter(|_| is_store) {
        Some(stored) => check_stored(proved, what, stored),
        None => Ok(()),
    }
}

fn check_terminator(
    proved: Proved,
    terminator: &Terminator,
    get: impl Fn(ValueId) -> Result<Value, Raise>,
) -> Checked {
    match terminator {
        Terminator::Branch(Condition::Compare(_, a, b), ..) => {
            check_numbers(proved, "a comparison", &[get(*a)?, get(*b)?], None)
        }
        Terminator::Branch(Condition::CompareSmall(_, a, _), ..) => {
            check_numbers(proved, "a comparison", &[get(*a)?], None)
        }
        Terminator::TailCall(callee, _)
            if proved.has(Proof::Object) && !get(*callee)?.passes(TypeTest::Procedure) =>
        {
            Err(broken("Object", "a tail call", &[get(*callee)?]))
        }
        _ => Ok(()),
    }
}
