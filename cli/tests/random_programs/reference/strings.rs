//! Strings, characters, symbols and bytevectors.

use std::cell::RefCell;
use std::rc::Rc;

use super::primitives::{index, number, range};
use super::value::Value;

pub(super) fn string(characters: Vec<char>) -> Value {
    Value::String(Rc::new(RefCell::new(characters)))
}

pub(super) fn character(value: &Value) -> Option<char> {
    match value {
        Value::Character(character) => Some(*character),
        _ => None,
    }
}

pub(super) fn strings(name: &str, operands: &[Value]) -> Option<Value> {
    Some(match (name, operands) {
        ("string", items) => string(items.iter().map(character).collect::<Option<_>>()?),
        ("make-string", [count, Value::Character(character)]) => {
            string(vec![*character; index(count)?])
        }
        ("list->string", [list]) => string(
            list.elements()?
                .iter()
                .map(character)
                .collect::<Option<_>>()?,
        ),
        ("string->list", [Value::String(text), rest @ ..]) => {
            let range = range(rest, text.borrow().len())?;
            let items: Vec<Value> = text.borrow()[range]
                .iter()
                .copied()
                .map(Value::Character)
                .collect();
            Value::list(&items)
        }
        ("string->vector", [Value::String(text)]) => {
            let items = text
                .borrow()
                .iter()
                .copied()
                .map(Value::Character)
                .collect();
            Value::Vector(Rc::new(RefCell::new(items)))
        }
        ("substring", [Value::String(text), _, _]) | ("string-copy", [Value::String(text), ..]) => {
            let range = range(&operands[1..], text.borrow().len())?;
            string(text.borrow()[range].to_vec())
        }
        ("string-fill!", [Value::String(text), Value::Character(character)]) => {
            text.borrow_mut().fill(*character);
            Value::Unspecified
        }
        ("symbol->string", [Value::Symbol(name)]) => string(name.chars().collect()),
        ("string->symbol", [Value::String(text)]) => {
            Value::Symbol(text.borrow().iter().collect::<String>().into())
        }
        ("number->string", [value]) => string(number(value)?.to_string().chars().collect()),
        ("string-append", texts) => {
            let mut made = Vec::new();
            for text in texts {
                let Value::String(text) = text else {
                    return None;
                };
                made.extend(text.borrow().iter());
            }
            string(made)
        }
        ("string-length", [Value::String(text)]) => Value::integer(text.borrow().len()),
        ("string-ref", [Value::String(text), place]) => {
            Value::Character(*text.borrow().get(index(place)?)?)
        }
        ("string-set!", [Value::String(text), place, Value::Character(character)]) => {
            *text.borrow_mut().get_mut(index(place)?)? = *character;
            Value::Unspecified
        }
        ("char->integer", [Value::Character(character)]) => Value::integer(*character as usize),
        ("integer->char", [code]) => {
            Value::Character(char::from_u32(index(code)?.try_into().ok()?)?)
        }
        _ => return None,
    })
}

fn byte(value: &Value) -> Option<u8> {
    index(value)?.try_into().ok()
}

pub(super) fn bytes(name: &str, operands: &[Value]) -> Option<Value> {
    let made = |items: Vec<u8>| Value::Bytes(Rc::new(RefCell::new(items)));
    Some(match (name, operands) {
        ("bytevector", items) => made(items.iter().map(byte).collect::<Option<_>>()?),
        ("make-bytevector", [count, value]) => made(vec![byte(value)?; index(count)?]),
        ("bytevector-copy", [Value::Bytes(items), rest @ ..]) => {
            let range = range(rest, items.borrow().len())?;
            made(items.borrow()[range].to_vec())
        }
        ("bytevector-append", parts) => {
            let mut all = Vec::new();
            for part in parts {
                let Value::Bytes(items) = part else {
                    return None;
                };
                all.extend(items.borrow().iter().copied());
            }
            made(all)
        }
        ("string->utf8", [Value::String(text)]) => {
            made(text.borrow().iter().collect::<String>().into_bytes())
        }
        ("utf8->string", [Value::Bytes(items)]) => string(
            String::from_utf8(items.borrow().clone())
                .ok()?
                .chars()
                .collect(),
        ),
        ("bytevector-length", [Value::Bytes(items)]) => Value::integer(items.borrow().len()),
        ("bytevector-u8-ref", [Value::Bytes(items), place]) => {
            Value::integer(usize::from(*items.borrow().get(index(place)?)?))
        }
        ("bytevector-u8-set!", [Value::Bytes(items), place, value]) => {
            *items.borrow_mut().get_mut(index(place)?)? = byte(value)?;
            Value::Unspecified
        }
        _ => return None,
    })
}
