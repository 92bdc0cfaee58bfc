//! Procedures that call no procedures. `None` stands for a condition.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::number::Number;
use super::value::{Table, Value};
use super::{ports, strings};

/// Numbers for which an operation has no value.
struct DomainError;

pub(crate) fn apply(name: &str, operands: &[Value], output: &mut String) -> Option<Value> {
    let all_numbers: Option<Vec<&Number>> = operands.iter().map(number).collect();
    if let Some(numbers) = all_numbers
        && let Some(value) = arithmetic(name, &numbers)
    {
        return value.ok();
    }
    ports::apply(name, operands, output)
        .or_else(|| predicate(name, operands).map(Value::Boolean))
        .or_else(|| lists(name, operands))
        .or_else(|| vectors(name, operands))
        .or_else(|| strings::strings(name, operands))
        .or_else(|| strings::bytes(name, operands))
        .or_else(|| tables(name, operands))
        .or_else(|| others(name, operands))
}

fn others(name: &str, operands: &[Value]) -> Option<Value> {
    Some(match (name, operands) {
        ("error-object-message", [Value::Condition(condition)]) => {
            // `{*}` stands for whatever Cozen says.
            let unknown = || Value::String(Rc::new(vec!['*'].into()));
            condition.message.clone().unwrap_or_else(unknown)
        }
        ("error-object-irritants", [Value::Condition(condition)]) => condition.irritants.clone(),
        ("%parameter", [value, converter]) => {
            Value::Parameter(Rc::new((value.clone(), converter.clone())))
        }
        ("%converter", [Value::Parameter(parameter)]) => parameter.1.clone(),
        ("interaction-environment", []) => Value::Environment(true),
        ("floor/", [a, b]) => both(
            arithmetic("floor-quotient", &[number(a)?, number(b)?]),
            arithmetic("modulo", &[number(a)?, number(b)?]),
        )?,
        ("truncate/", [a, b]) => both(
            arithmetic("quotient", &[number(a)?, number(b)?]),
            arithmetic("remainder", &[number(a)?, number(b)?]),
        )?,
        ("exact-integer-sqrt", [value]) => {
            let value = index(value)?;
            let root = value.isqrt();
            let rest = Value::integer(value - root * root);
            Value::Values(Rc::new(vec![Value::integer(root), rest]))
        }
        _ => return None,
    })
}

/// Two values, if there are both.
fn both(
    one: Option<Result<Value, DomainError>>,
    other: Option<Result<Value, DomainError>>,
) -> Option<Value> {
    Some(Value::Values(Rc::new(vec![one?.ok()?, other?.ok()?])))
}

pub(super) fn number(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

fn compare(numbers: &[&Number], holds: fn(Ordering) -> bool) -> Value {
    let mut pairs = numbers.windows(2);
    let all = pairs.all(|pair| pair[0].compare(pair[1]).is_some_and(holds));
    Value::Boolean(all)
}

/// `None` where the name is none of arithmetic.
fn arithmetic(name: &str, numbers: &[&Number]) -> Option<Result<Value, DomainError>> {
    let zero = Number::integer(0);
    let made = match (name, numbers) {
        ("+", _) => Some(fold(numbers, 0, Number::add)),
        ("*", _) => Some(fold(numbers, 1, Number::multiply)),
        ("-", [only]) => Some(only.negate()),
        ("-", [first, rest @ ..]) => {
            let start = (*first).clone();
            Some(
                rest.iter()
                    .fold(start, |value, number| value.subtract(number)),
            )
        }
        ("/", [only]) => Number::integer(1).divide(only),
        ("/", [first, rest @ ..]) => {
            let start = Some((*first).clone());
            rest.iter()
                .fold(start, |value, number| value?.divide(number))
        }
        ("square", [only]) => Some(only.multiply(only)),
        ("abs", [Number::Float(value)]) => Some(Number::Float(value.abs())),
        ("abs", [only]) if only.compare(&zero) == Some(Ordering::Less) => Some(only.negate()),
        ("abs", [only]) => Some((*only).clone()),
        ("exact", [only]) => only.to_exact(),
        ("inexact", [only]) => Some(Number::Float(only.to_float())),
        ("quotient" | "truncate-quotient", [a, b]) => division("quotient", a, b),
        ("remainder" | "truncate-remainder", [a, b]) => division("remainder", a, b),
        ("modulo" | "floor-remainder", [a, b]) => division("modulo", a, b),
        ("floor-quotient", [a, b]) => {
            let rest = division("modulo", a, b);
            rest.and_then(|rest| a.subtract(&rest).divide(b))
        }
        ("max" | "min", [first, rest @ ..]) => extreme(name, first, rest),
        ("<", [_, ..]) => return Some(Ok(compare(numbers, Ordering::is_lt))),
        (">", [_, ..]) => return Some(Ok(compare(numbers, Ordering::is_gt))),
        ("<=", [_, ..]) => return Some(Ok(compare(numbers, Ordering::is_le))),
        (">=", [_, ..]) => return Some(Ok(compare(numbers, Ordering::is_ge))),
        ("=", [_, ..]) => return Some(Ok(compare(numbers, Ordering::is_eq))),
        ("zero?", [only]) => return Some(Ok(compare(&[only, &zero], Ordering::is_eq))),
        ("positive?", [only]) => return Some(Ok(compare(&[only, &zero], Ordering::is_gt))),
        ("negative?", [only]) => return Some(Ok(compare(&[only, &zero], Ordering::is_lt))),
        ("even?" | "odd?", [only]) => {
            let remainder = division("remainder", only, &Number::integer(2));
            let is_even = remainder.map(|value| value.compare(&zero) == Some(Ordering::Equal));
            let answer = is_even.map(|even| Value::Boolean(even == (name == "even?")));
            return Some(answer.ok_or(DomainError));
        }
        ("exact?", [only]) => return Some(Ok(Value::Boolean(only.is_exact()))),
        _ => return None,
    };
    Some(made.map(Value::Number).ok_or(DomainError))
}

/// `None` where one is no number: the generator makes none.
fn extreme(name: &str, first: &Number, rest: &[&Number]) -> Option<Number> {
    let wanted = if name == "max" {
        Ordering::Greater
    } else {
        Ordering::Less
    };
    let mut most = first.clone();
    let mut is_exact = first.is_exact();
    for number in rest {
        is_exact &= number.is_exact();
        if number.compare(&most)? == wanted {
            most = (*number).clone();
        }
    }
    Some(if is_exact {
        most
    } else {
        Number::Float(most.to_float())
    })
}

fn fold(numbers: &[&Number], start: u8, join: fn(&Number, &Number) -> Number) -> Number {
    let [first, rest @ ..] = numbers else {
        return Number::integer(start);
    };
    let first = (*first).clone();
    rest.iter()
        .fold(first, |value, number| join(&value, number))
}

/// Of integers, exact or not: the result is that of the exact ones. Signs of zero are those of IEEE's remainder
/// and division.
fn division(name: &str, a: &Number, b: &Number) -> Option<Number> {
    let (exact_a, exact_b) = (a.to_exact()?, b.to_exact()?);
    let (x, y) = (exact_a.as_integer()?, exact_b.as_integer()?);
    if *y == 0.into() {
        return None;
    }
    let made = Number::integer(match name {
        "quotient" => x / y,
        "remainder" => x % y,
        _ => ((x % y) + y) % y,
    });
    if a.is_exact() && b.is_exact() {
        return Some(made);
    }
    // A quotient that is zero has the quotient's sign, a remainder that is zero has none.
    let is_negative = |number: &Number| number.to_float().is_sign_negative();
    let made = made.to_float();
    Some(Number::Float(match made == 0.0 {
        true if name == "quotient" && is_negative(a) != is_negative(b) => -0.0,
        true => 0.0,
        false => made,
    }))
}

fn predicate(name: &str, operands: &[Value]) -> Option<bool> {
    Some(match (name, operands) {
        ("not", [value]) => !value.is_true(),
        ("eq?" | "eqv?", [a, b]) => a.is_eqv(b),
        ("equal?", [a, b]) => a.is_equal(b),
        ("pair?", [value]) => matches!(value, Value::Pair(_)),
        ("null?", [value]) => matches!(value, Value::Null),
        ("symbol?", [value]) => matches!(value, Value::Symbol(_)),
        ("number?", [value]) => matches!(value, Value::Number(_)),
        ("exact-integer?", [value]) => number(value).is_some_and(|n| n.as_integer().is_some()),
        ("string?", [value]) => matches!(value, Value::String(_)),
        ("char?", [value]) => matches!(value, Value::Character(_)),
        ("vector?", [value]) => matches!(value, Value::Vector(_)),
        ("bytevector?", [value]) => matches!(value, Value::Bytes(_)),
        ("boolean?", [value]) => matches!(value, Value::Boolean(_)),
        ("integer?", [value]) => {
            let exact = number(value).and_then(Number::to_exact);
            exact.is_some_and(|exact| exact.as_integer().is_some())
        }
        ("list?", [value]) => value.elements().is_some(),
        ("hash-table?", [value]) => matches!(value, Value::Table(_)),
        ("symbol=?", [Value::Symbol(a), Value::Symbol(b)]) => a == b,
        ("string<?", [Value::String(a), Value::String(b)]) => *a.borrow() < *b.borrow(),
        ("procedure?", [value]) => value.is_procedure(),
        ("error-object?", [value]) => matches!(value, Value::Condition(_)),
        ("char=?", [Value::Character(a), Value::Character(b)]) => a == b,
        ("char<?", [Value::Character(a), Value::Character(b)]) => a < b,
        ("string=?", [Value::String(a), Value::String(b)]) => *a.borrow() == *b.borrow(),
        _ => return None,
    })
}

/// The elements from a start to an end, each of which may be missing.
pub(super) fn range(limits: &[Value], length: usize) -> Option<std::ops::Range<usize>> {
    let (start, end) = match limits {
        [] => (0, length),
        [start] => (index(start)?, length),
        [start, end] => (index(start)?, index(end)?),
        _ => return None,
    };
    (start <= end && end <= length).then_some(start..end)
}

pub(super) fn index(value: &Value) -> Option<usize> {
    number(value)?.as_index()
}

fn car(value: &Value) -> Option<Value> {
    match value {
        Value::Pair(pair) => Some(pair.0.borrow().clone()),
        _ => None,
    }
}

fn cdr(value: &Value) -> Option<Value> {
    match value {
        Value::Pair(pair) => Some(pair.1.borrow().clone()),
        _ => None,
    }
}

fn tail(list: &Value, count: &Value) -> Option<Value> {
    (0..index(count)?).try_fold(list.clone(), |rest, _| cdr(&rest))
}

fn lists(name: &str, operands: &[Value]) -> Option<Value> {
    Some(match (name, operands) {
        ("cons", [first, rest]) => Value::pair(first.clone(), rest.clone()),
        ("car", [pair]) => car(pair)?,
        ("cdr", [pair]) => cdr(pair)?,
        ("caar", [pair]) => car(&car(pair)?)?,
        ("cadr", [pair]) => car(&cdr(pair)?)?,
        ("cddr", [pair]) => cdr(&cdr(pair)?)?,
        ("set-car!", [Value::Pair(pair), value]) => {
            *pair.0.borrow_mut() = value.clone();
            Value::Unspecified
        }
        ("set-cdr!", [Value::Pair(pair), value]) => {
            *pair.1.borrow_mut() = value.clone();
            Value::Unspecified
        }
        ("list", items) => Value::list(items),
        ("length", [list]) => Value::integer(list.elements()?.len()),
        ("reverse", [list]) => {
            let mut items = list.elements()?;
            items.reverse();
            Value::list(&items)
        }
        ("append", []) => Value::Null,
        ("append", [lists @ .., last]) => {
            let mut made = last.clone();
            for list in lists.iter().rev() {
                made = Value::list_before(&list.elements()?, made);
            }
            made
        }
        ("caddr", [pair]) => car(&cdr(&cdr(pair)?)?)?,
        ("cdddr", [pair]) => cdr(&cdr(&cdr(pair)?)?)?,
        ("list-copy", [list]) => {
            let Some(items) = list.elements() else {
                return Some(list.clone());
            };
            Value::list(&items)
        }
        ("list-set!", [list, place, value]) => match tail(list, place)? {
            Value::Pair(pair) => {
                *pair.0.borrow_mut() = value.clone();
                Value::Unspecified
            }
            _ => return None,
        },
        ("list-tail", [list, count]) => tail(list, count)?,
        ("list-ref", [list, count]) => car(&tail(list, count)?)?,
        ("make-list", [count, value]) => Value::list(&vec![value.clone(); index(count)?]),
        ("memv" | "memq" | "member", [value, list]) => {
            let same = same_of(name);
            let mut rest = list.clone();
            loop {
                match car(&rest) {
                    Some(item) if same(&item, value) => return Some(rest),
                    Some(_) => rest = cdr(&rest)?,
                    None => return Some(Value::Boolean(false)),
                }
            }
        }
        ("assv" | "assq" | "assoc", [value, list]) => {
            let same = same_of(name);
            let items = list.elements()?;
            let found = items
                .into_iter()
                .find(|item| car(item).is_some_and(|key| same(&key, value)));
            found.unwrap_or(Value::Boolean(false))
        }
        _ => return None,
    })
}

fn same_of(name: &str) -> fn(&Value, &Value) -> bool {
    match name {
        "member" | "assoc" => Value::is_equal,
        _ => Value::is_eqv,
    }
}

fn vector(items: Vec<Value>) -> Value {
    Value::Vector(Rc::new(RefCell::new(items)))
}

fn vectors(name: &str, operands: &[Value]) -> Option<Value> {
    Some(match (name, operands) {
        ("vector", items) => vector(items.to_vec()),
        ("make-vector", [count, value]) => vector(vec![value.clone(); index(count)?]),
        ("list->vector", [list]) => vector(list.elements()?),
        ("vector->list", [Value::Vector(items), rest @ ..]) => {
            Value::list(&items.borrow()[range(rest, items.borrow().len())?])
        }
        ("vector-copy", [Value::Vector(items), rest @ ..]) => {
            let range = range(rest, items.borrow().len())?;
            vector(items.borrow()[range].to_vec())
        }
        ("vector-append", vectors) => {
            let mut made = Vec::new();
            for items in vectors {
                let Value::Vector(items) = items else {
                    return None;
                };
                made.extend(items.borrow().iter().cloned());
            }
            vector(made)
        }
        ("vector->string", [Value::Vector(items)]) => strings::string(
            items
                .borrow()
                .iter()
                .map(strings::character)
                .collect::<Option<_>>()?,
        ),
        ("vector-length", [Value::Vector(items)]) => Value::integer(items.borrow().len()),
        ("vector-ref", [Value::Vector(items), place]) => items.borrow().get(index(place)?)?.clone(),
        ("vector-set!", [Value::Vector(items), place, value]) => {
            *items.borrow_mut().get_mut(index(place)?)? = value.clone();
            Value::Unspecified
        }
        ("vector-fill!", [Value::Vector(items), value]) => {
            items.borrow_mut().fill(value.clone());
            Value::Unspecified
        }
        _ => return None,
    })
}

fn tables(name: &str, operands: &[Value]) -> Option<Value> {
    if let ("make-hash-table", rest) = (name, operands) {
        let same = match rest {
            [] | [Value::Primitive("equal?")] => Value::is_equal,
            [Value::Primitive("eqv?")] => Value::is_eqv,
            [Value::Primitive("=")] => Value::is_number_equal,
            _ => return None,
        };
        let entries = RefCell::new(Vec::new());
        return Some(Value::Table(Rc::new(Table { same, entries })));
    }
    let [Value::Table(table), rest @ ..] = operands else {
        return None;
    };
    let mut entries = table.entries.borrow_mut();
    let key = rest.first();
    let place = key.and_then(|key| entries.iter().position(|entry| (table.same)(&entry.0, key)));
    Some(match (name, rest) {
        ("hash-table->alist", []) => {
            let entry = |entry: &(Value, Value)| Value::pair(entry.0.clone(), entry.1.clone());
            Value::list(&entries.iter().map(entry).collect::<Vec<_>>())
        }
        ("hash-table-keys", []) => Value::list(
            &entries
                .iter()
                .map(|entry| entry.0.clone())
                .collect::<Vec<_>>(),
        ),
        ("hash-table-values", []) => Value::list(
            &entries
                .iter()
                .map(|entry| entry.1.clone())
                .collect::<Vec<_>>(),
        ),
        ("hash-table-copy", []) => Value::Table(Rc::new(Table {
            same: table.same,
            entries: entries.clone().into(),
        })),
        ("hash-table-size", []) => Value::integer(entries.len()),
        ("hash-table-exists?", [_]) => Value::Boolean(place.is_some()),
        ("hash-table-ref/default", [_, default]) => {
            place.map_or(default, |place| &entries[place].1).clone()
        }
        ("hash-table-set!", [key, value]) => {
            match place {
                Some(place) => entries[place].1 = value.clone(),
                None => entries.push((key.clone(), value.clone())),
            }
            Value::Unspecified
        }
        ("hash-table-delete!", [_]) => {
            place.map(|place| entries.remove(place));
            Value::Unspecified
        }
        _ => return None,
    })
}
