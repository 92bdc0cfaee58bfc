//! Primitives on values, and the standard procedures that become primitives.

use std::cell::RefCell;
use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use super::outcome::{Result, Stop};
use super::value::Value;

pub(super) fn wrong_type<T>(value: &Value) -> Result<T> {
    Err(Stop::Raise(format!("type: {}", value.show())))
}

pub(super) fn wrong_count<T>() -> Result<T> {
    Err(Stop::Raise("count".into()))
}

/// What a primitive that stays in the procedure answers.
pub(super) fn apply_primitive(primitive: Primitive, operands: &[Value]) -> Result<Value> {
    let truth = |value| Ok(Value::Word(tag::boolean(value)));
    match (primitive, operands) {
        (Primitive::Not, [value]) => truth(!value.is_true()),
        (Primitive::IsNull, [value]) => truth(value.is_word(tag::NULL)),
        (Primitive::IsPair, [value]) => truth(matches!(value, Value::Pair(_))),
        (Primitive::IsProcedure, [value]) => truth(value.is_procedure()),
        (Primitive::IsDefault, [value]) => truth(value.is_word(tag::DEFAULT)),
        (Primitive::IsEq | Primitive::IsEqv, [left, right]) => truth(left.is_same(right)),
        (Primitive::Cons, [car, cdr]) => Ok(Value::cons(car.clone(), cdr.clone())),
        (Primitive::List, items) => Ok(Value::list(items)),
        (Primitive::ConsStar, [items @ .., tail]) => Ok(Value::list_with_tail(items, tail.clone())),
        (Primitive::Append2, [list, tail]) => match list.items() {
            Some(items) => Ok(Value::list_with_tail(&items, tail.clone())),
            None => wrong_type(list),
        },
        (Primitive::Car, [pair]) => half(pair, 0).map(|half| half.borrow().clone()),
        (Primitive::Cdr, [pair]) => half(pair, 1).map(|half| half.borrow().clone()),
        (Primitive::SetCar, [pair, value]) => Ok(put(half(pair, 0)?, value)),
        (Primitive::SetCdr, [pair, value]) => Ok(put(half(pair, 1)?, value)),
        (Primitive::MakeBox, [value]) => Ok(Value::Box(Rc::new(RefCell::new(value.clone())))),
        (Primitive::CharToInteger, [value]) => character(value),
        (Primitive::BoxRef, [Value::Box(content)]) => Ok(content.borrow().clone()),
        (Primitive::BoxSet, [Value::Box(content), value]) => Ok(put(content, value)),
        (_, [left, right]) => arithmetic(primitive, number(left)?, number(right)?),
        other => panic!("not generated: {other:?}"),
    }
}

fn half(pair: &Value, number: usize) -> Result<&RefCell<Value>> {
    match pair {
        Value::Pair(pair) => Ok(&pair[number]),
        other => wrong_type(other),
    }
}

fn put(place: &RefCell<Value>, value: &Value) -> Value {
    *place.borrow_mut() = value.clone();
    Value::Word(tag::UNSPECIFIED)
}

/// The code of a character.
fn character(value: &Value) -> Result<Value> {
    match value {
        Value::Word(code) if tag::is_character(*code) => match tag::character_value(*code) {
            Some(character) => Ok(word(u32::from(character).into())),
            None => wrong_type(value),
        },
        other => wrong_type(other),
    }
}

fn number(value: &Value) -> Result<i64> {
    match value {
        Value::Word(word) if tag::is_fixnum(*word) => Ok(tag::fixnum_value(*word)),
        other => wrong_type(other),
    }
}

fn arithmetic(primitive: Primitive, left: i64, right: i64) -> Result<Value> {
    let word = match primitive {
        Primitive::Add => tag::fixnum(left + right),
        Primitive::Subtract => tag::fixnum(left - right),
        Primitive::Multiply => left.checked_mul(right).and_then(tag::fixnum),
        Primitive::Less => Some(tag::boolean(left < right)),
        Primitive::Greater => Some(tag::boolean(left > right)),
        Primitive::LessEqual => Some(tag::boolean(left <= right)),
        Primitive::NumberEqual => Some(tag::boolean(left == right)),
        Primitive::Max2 => tag::fixnum(left.max(right)),
        other => panic!("not generated: {other:?}"),
    };
    // What would be a bignum counts as an error here.
    let overflow = || Stop::Raise("overflow".into());
    word.map(Value::Word).ok_or_else(overflow)
}

/// What a standard procedure without effects on control answers.
pub(super) fn apply_standard(name: &str, operands: &[Value]) -> Result<Value> {
    match (name, operands) {
        ("+", []) => Ok(word(0)),
        ("*", []) => Ok(word(1)),
        ("+" | "*", [single]) => apply_primitive(Primitive::Multiply, &[single.clone(), word(1)]),
        ("-", [single]) => apply_primitive(Primitive::Multiply, &[single.clone(), word(-1)]),
        ("+", _) => fold(Primitive::Add, operands),
        ("*", _) => fold(Primitive::Multiply, operands),
        ("-", [_, _, ..]) => fold(Primitive::Subtract, operands),
        ("max", [_, _, ..]) => fold(Primitive::Max2, operands),
        ("<", [_, _, ..]) => chain(Primitive::Less, operands),
        ("=", [_, _, ..]) => chain(Primitive::NumberEqual, operands),
        ("char<?", [_, _, ..]) => {
            let code = |each: &Value| {
                apply_primitive(Primitive::CharToInteger, std::slice::from_ref(each))
            };
            let codes: Vec<Value> = operands.iter().map(code).collect::<Result<_>>()?;
            chain(Primitive::Less, &codes)
        }
        ("zero?", [single]) => apply_primitive(Primitive::NumberEqual, &[single.clone(), word(0)]),
        ("cadr", [single]) => {
            let rest = apply_primitive(Primitive::Cdr, std::slice::from_ref(single))?;
            apply_primitive(Primitive::Car, &[rest])
        }
        ("append", []) => Ok(Value::Word(tag::NULL)),
        ("append", [before @ .., last]) => {
            before.iter().rev().try_fold(last.clone(), |tail, list| {
                apply_primitive(Primitive::Append2, &[list.clone(), tail])
            })
        }
        ("list", _) => Ok(Value::list(operands)),
        ("eqv?", [_, _]) => apply_primitive(Primitive::IsEqv, operands),
        _ => wrong_count(),
    }
}

fn word(value: i64) -> Value {
    Value::Word(tag::fixnum(value).expect("a small number"))
}

fn fold(primitive: Primitive, operands: &[Value]) -> Result<Value> {
    let (first, more) = operands.split_first().expect("at least two");
    more.iter().try_fold(first.clone(), |sum, each| {
        apply_primitive(primitive, &[sum, each.clone()])
    })
}

/// Compares all, even behind a pair that decides the answer: what is not comparable raises.
fn chain(primitive: Primitive, operands: &[Value]) -> Result<Value> {
    let mut holds = true;
    for pair in operands.windows(2) {
        holds &= apply_primitive(primitive, pair)?.is_true();
    }
    Ok(Value::Word(tag::boolean(holds)))
}
