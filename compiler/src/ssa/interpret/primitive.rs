//! Primitives of the reference: those that random units use.

use std::cell::RefCell;

use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::type_test_of;
use dashu_int::IBig;

use super::number::{Number, arithmetic, bitwise, compare, divide};
use super::value::{Object, Raise, Shower, Value};
use crate::ssa::primitive_facts::comparison_of;

type Result<T> = std::result::Result<T, Raise>;

/// Which primitives [`apply`] knows.
pub(super) fn is_known(primitive: Primitive) -> bool {
    use Primitive as P;
    type_test_of(primitive).is_some()
        || comparison_of(primitive).is_some()
        || crate::ssa::primitive_facts::is_arithmetic(primitive)
        || matches!(
            primitive,
            P::IsEq
                | P::IsEqv
                | P::Not
                | P::Void
                | P::Cons
                | P::Car
                | P::Cdr
                | P::SetCar
                | P::SetCdr
                | P::List
                | P::ConsStar
                | P::Length
                | P::CharToInteger
                | P::IntegerToChar
                | P::StringRef
                | P::StringLength
                | P::MakeString
                | P::String
                | P::StringSet
                | P::VectorRef
                | P::VectorSet
                | P::VectorLength
                | P::MakeVector
                | P::Vector
                | P::BytevectorRef
                | P::BytevectorSet
                | P::BytevectorLength
                | P::MakeBytevector
                | P::Bytevector
                | P::MakeRecord
                | P::RecordRef
                | P::RecordSet
                | P::IsRecordOf
                | P::MakeBox
                | P::BoxRef
                | P::BoxSet
                | P::IsZero
                | P::IsPositive
                | P::IsNegative
                | P::Max2
                | P::Min2
                | P::Abs
                | P::Inexact
                | P::Exact
                | P::Square
                | P::Sqrt
                | P::Floor
                | P::StringEqual
                | P::Capture
        )
}

/// The error of operands that are not what they should be.
pub(super) fn wrong(operands: &[&Value]) -> Raise {
    let mut shower = Shower::default();
    let culprits: Vec<String> = operands.iter().map(|value| shower.show(value)).collect();
    Raise::error("type", &culprits)
}

fn number(value: &Value) -> Result<&Number> {
    value.as_number().ok_or_else(|| wrong(&[value]))
}

fn numbers<'v>(a: &'v Value, b: &'v Value) -> Result<(&'v Number, &'v Number)> {
    match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => Ok((a, b)),
        (None, None) => Err(wrong(&[])),
        (None, _) => Err(wrong(&[a])),
        _ => Err(wrong(&[b])),
    }
}

fn object(value: &Value) -> Result<&Object> {
    value.as_object().ok_or_else(|| wrong(&[value]))
}

/// An index below a length.
fn index(value: &Value, length: usize) -> Result<usize> {
    let fixnum = value.as_fixnum().ok_or_else(|| wrong(&[value]))?;
    let index = usize::try_from(fixnum).ok().filter(|&index| index < length);
    index.ok_or_else(|| Raise::error("range", &[fixnum.to_string()]))
}

/// What a primitive gives. An error says of which primitive it is, up to those that passes may exchange.
pub(super) fn apply(primitive: Primitive, operands: &[Value]) -> Result<Value> {
    let family = match primitive {
        Primitive::Subtract => Primitive::Add.name(),
        _ if comparison_of(primitive).is_some() => "comparison",
        _ => primitive.name(),
    };
    compute(primitive, operands).map_err(|raise| match raise {
        Raise::Error(what) => Raise::Error(format!("{family}: {what}")),
        other => other,
    })
}

fn compute(primitive: Primitive, operands: &[Value]) -> Result<Value> {
    if let (Some(test), [value]) = (type_test_of(primitive), operands) {
        return Ok(Value::boolean(value.passes(test)));
    }
    match operands {
        [a, b] if comparison_of(primitive).is_some() => {
            let relation = comparison_of(primitive).expect("just found");
            let (a, b) = numbers(a, b)?;
            Ok(Value::boolean(compare(relation, a, b)))
        }
        [a, b] if crate::ssa::primitive_facts::is_arithmetic(primitive) => {
            Ok(Value::Number(of_numbers(primitive, a, b)?))
        }
        [a, b] => of_two(primitive, a, b),
        [a] => of_one(primitive, a),
        _ => of_many(primitive, operands),
    }
}

/// Arithmetic that has an instruction of its own.
pub(super) fn of_numbers(primitive: Primitive, a: &Value, b: &Value) -> Result<Number> {
    let (x, y) = numbers(a, b)?;
    match primitive {
        Primitive::Add | Primitive::Subtract | Primitive::Multiply | Primitive::Divide => {
            arithmetic(primitive, x, y)
        }
        Primitive::Quotient | Primitive::Remainder | Primitive::Modulo => divide(primitive, x, y),
        _ => match (x.as_integer(), y.as_integer()) {
            (Some(x), Some(y)) => Ok(Number::Integer(bitwise(primitive, x, y)?)),
            (None, None) => Err(wrong(&[])),
            (None, _) => Err(wrong(&[a])),
            _ => Err(wrong(&[b])),
        },
    }
}

fn of_one(primitive: Primitive, a: &Value) -> Result<Value> {
    let zero = Number::small(0);
    Ok(match (primitive, a.as_object()) {
        (Primitive::Not, _) => Value::boolean(!a.is_true()),
        (Primitive::Car, Some(Object::Pair(pair))) => pair.borrow().0.clone(),
        (Primitive::Cdr, Some(Object::Pair(pair))) => pair.borrow().1.clone(),
        (Primitive::BoxRef, Some(Object::Box(content))) => content.borrow().clone(),
        (Primitive::MakeBox, _) => Value::object(Object::Box(RefCell::new(a.clone()))),
        (Primitive::VectorLength, Some(Object::Vector(items))) => length(items.borrow().len()),
        (Primitive::StringLength, Some(Object::String(text))) => length(text.borrow().len()),
        (Primitive::BytevectorLength, Some(Object::Bytevector(bytes))) => {
            length(bytes.borrow().len())
        }
        (Primitive::Length, _) => length(a.items().ok_or_else(|| wrong(&[a]))?.len()),
        (Primitive::CharToInteger, _) => match a {
            Value::Word(word) if tag::is_character(*word) => {
                let character = tag::character_value(*word).ok_or_else(|| wrong(&[a]))?;
                Value::small(i64::from(u32::from(character)))
            }
            _ => return Err(wrong(&[a])),
        },
        (Primitive::IntegerToChar, _) => {
            let code = a.as_fixnum().and_then(|code| u32::try_from(code).ok());
            let character = code.and_then(char::from_u32).ok_or_else(|| wrong(&[a]))?;
            Value::Word(tag::character(character))
        }
        (Primitive::IsZero, _) => Value::boolean(compare(
            crate::ssa::ir::Comparison::Equal,
            number(a)?,
            &zero,
        )),
        (Primitive::IsPositive, _) => Value::boolean(compare(
            crate::ssa::ir::Comparison::Greater,
            number(a)?,
            &zero,
        )),
        (Primitive::IsNegative, _) => {
            Value::boolean(compare(crate::ssa::ir::Comparison::Less, number(a)?, &zero))
        }
        (
            Primitive::Abs
            | Primitive::Inexact
            | Primitive::Exact
            | Primitive::Square
            | Primitive::Sqrt
            | Primitive::Floor,
            _,
        ) => Value::Number(of_number(primitive, number(a)?)?),
        _ => return of_many(primitive, std::slice::from_ref(a)),
    })
}

fn length(length: usize) -> Value {
    Value::small(length as i64)
}

fn of_number(primitive: Primitive, a: &Number) -> Result<Number> {
    let unknown = || Err(Raise::Limit);
    Ok(match (primitive, a) {
        (Primitive::Abs, Number::Flonum(value)) => Number::Flonum(value.abs()),
        (Primitive::Abs, _) if a.to_f64() < 0.0 => {
            arithmetic(Primitive::Subtract, &Number::small(0), a)?
        }
        (Primitive::Inexact, _) => Number::Flonum(a.to_f64()),
        (Primitive::Exact, Number::Flonum(value)) => {
            if value.fract() != 0.0 || value.abs() > 1e15 {
                return unknown();
            }
            Number::Integer(IBig::from(*value as i64))
        }
        (Primitive::Abs | Primitive::Exact, _) | (Primitive::Floor, Number::Integer(_)) => {
            a.clone()
        }
        (Primitive::Square, _) => arithmetic(Primitive::Multiply, a, a)?,
        (Primitive::Sqrt, Number::Flonum(value)) if *value >= 0.0 => Number::Flonum(value.sqrt()),
        (Primitive::Floor, Number::Flonum(value)) => Number::Flonum(value.floor()),
        // Complex numbers and the like: not modelled.
        _ => return unknown(),
    })
}

fn of_two(primitive: Primitive, a: &Value, b: &Value) -> Result<Value> {
    Ok(match (primitive, a.as_object()) {
        (Primitive::IsEq | Primitive::IsEqv, _) => Value::boolean(a.is_same(b)),
        (Primitive::Cons, _) => Value::pair(a.clone(), b.clone()),
        (Primitive::SetCar, Some(Object::Pair(pair))) => {
            pair.borrow_mut().0 = b.clone();
            Value::Word(tag::UNSPECIFIED)
        }
        (Primitive::SetCdr, Some(Object::Pair(pair))) => {
            pair.borrow_mut().1 = b.clone();
            Value::Word(tag::UNSPECIFIED)
        }
        (Primitive::BoxSet, Some(Object::Box(content))) => {
            *content.borrow_mut() = b.clone();
            Value::Word(tag::UNSPECIFIED)
        }
        (Primitive::VectorRef, Some(Object::Vector(items))) => {
            let items = items.borrow();
            items[index(b, items.len())?].clone()
        }
        (Primitive::StringRef, Some(Object::String(text))) => {
            let text = text.borrow();
            Value::Word(tag::character(text[index(b, text.len())?]))
        }
        (Primitive::BytevectorRef, Some(Object::Bytevector(bytes))) => {
            let bytes = bytes.borrow();
            Value::small(i64::from(bytes[index(b, bytes.len())?]))
        }
        (Primitive::MakeVector, _) => {
            let length = index(a, 1 << 10)?;
            Value::object(Object::Vector(RefCell::new(vec![b.clone(); length])))
        }
        (Primitive::MakeBytevector, _) => {
            let length = index(a, 1 << 10)?;
            let byte = index(b, 256)? as u8;
            Value::object(Object::Bytevector(RefCell::new(vec![byte; length])))
        }
        (Primitive::Max2 | Primitive::Min2, _) => extreme(primitive, a, b)?,
        (Primitive::IsRecordOf, Some(Object::Record(fields))) => {
            Value::boolean(fields.borrow()[0].is_same(b))
        }
        (Primitive::IsRecordOf, _) => Value::boolean(false),
        (Primitive::StringEqual, Some(Object::String(text))) => match object(b)? {
            Object::String(other) => Value::boolean(*text.borrow() == *other.borrow()),
            _ => return Err(wrong(&[b])),
        },
        _ => return of_many(primitive, &[a.clone(), b.clone()]),
    })
}

fn extreme(primitive: Primitive, a: &Value, b: &Value) -> Result<Value> {
    let (x, y) = numbers(a, b)?;
    let is_nan = |number: &Number| number.to_f64().is_nan();
    let first = (primitive == Primitive::Max2) != compare(crate::ssa::ir::Comparison::Less, x, y);
    let chosen = if is_nan(x) || first && !is_nan(y) {
        x
    } else {
        y
    };
    let inexact = [x, y].iter().any(|each| matches!(each, Number::Flonum(_)));
    Ok(Value::Number(if inexact {
        Number::Flonum(chosen.to_f64())
    } else {
        chosen.clone()
    }))
}

fn of_many(primitive: Primitive, operands: &[Value]) -> Result<Value> {
    let unspecified = Value::Word(tag::UNSPECIFIED);
    Ok(match (primitive, operands) {
        (Primitive::Void, _) => unspecified,
        (Primitive::List, _) => Value::list(operands.iter().cloned()),
        (Primitive::ConsStar, [before @ .., last]) => before
            .iter()
            .rev()
            .fold(last.clone(), |rest, item| Value::pair(item.clone(), rest)),
        (Primitive::Vector, _) => Value::object(Object::Vector(RefCell::new(operands.to_vec()))),
        (Primitive::Bytevector, _) => {
            let bytes = operands.iter().map(|value| Ok(index(value, 256)? as u8));
            let bytes = bytes.collect::<Result<Vec<u8>>>()?;
            Value::object(Object::Bytevector(RefCell::new(bytes)))
        }
        (Primitive::String, _) => {
            let characters = operands.iter().map(|value| match value {
                Value::Word(word) => tag::character_value(*word).ok_or_else(|| wrong(&[value])),
                _ => Err(wrong(&[value])),
            });
            let characters = characters.collect::<Result<Vec<char>>>()?;
            Value::object(Object::String(RefCell::new(characters)))
        }
        (Primitive::MakeRecord, _) => {
            if !matches!(object(&operands[0])?, Object::Record(_)) {
                return Err(wrong(&[&operands[0]]));
            }
            Value::object(Object::Record(RefCell::new(operands.to_vec())))
        }
        (Primitive::RecordRef, [record, of, at]) => match record.as_object() {
            Some(Object::Record(fields)) if fields.borrow()[0].is_same(of) => {
                let fields = fields.borrow();
                fields[1 + index(at, fields.len() - 1)?].clone()
            }
            _ => return Err(wrong(&[record])),
        },
        (Primitive::RecordSet, [record, of, at, value]) => match record.as_object() {
            Some(Object::Record(fields)) if fields.borrow()[0].is_same(of) => {
                let at = 1 + index(at, fields.borrow().len() - 1)?;
                fields.borrow_mut()[at] = value.clone();
                unspecified
            }
            _ => return Err(wrong(&[record])),
        },
        (Primitive::VectorSet, [vector, at, value]) => match vector.as_object() {
            Some(Object::Vector(items)) => {
                let at = index(at, items.borrow().len())?;
                items.borrow_mut()[at] = value.clone();
                unspecified
            }
            _ => return Err(wrong(&[vector])),
        },
        (Primitive::BytevectorSet, [bytes, at, value]) => match bytes.as_object() {
            Some(Object::Bytevector(bytes)) => {
                let at = index(at, bytes.borrow().len())?;
                bytes.borrow_mut()[at] = index(value, 256)? as u8;
                unspecified
            }
            _ => return Err(wrong(&[bytes])),
        },
        (Primitive::StringSet, [text, at, Value::Word(word)]) if tag::is_character(*word) => {
            let Some(Object::String(text)) = text.as_object() else {
                return Err(wrong(&[text]));
            };
            let at = index(at, text.borrow().len())?;
            text.borrow_mut()[at] = tag::character_value(*word).ok_or(Raise::Limit)?;
            unspecified
        }
        _ if is_known(primitive) => return Err(wrong(&[&operands[0]])),
        _ => return Err(Raise::Broken(format!("not modelled: {}", primitive.name()))),
    })
}
