//! Ports that are strings, and the console.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::primitives::{index, range};
use super::strings::string;
use super::value::{Port, Style, Value};

pub(super) fn apply(name: &str, operands: &[Value], console: &mut String) -> Option<Value> {
    match (name, operands) {
        ("open-input-string", [Value::String(text)]) => Some(port(Port::Input {
            characters: text.borrow().clone(),
            place: Cell::new(0),
            is_open: Cell::new(true),
        })),
        ("open-output-string", []) => Some(port(Port::Output {
            characters: RefCell::default(),
            is_open: Cell::new(true),
        })),
        ("eof-object", []) => Some(Value::EndOfFile),
        ("eof-object?", [value]) => Some(Value::Boolean(matches!(value, Value::EndOfFile))),
        ("read-string", [count, Value::Port(port)]) => read(port, name, Some(index(count)?)),
        (_, [Value::Port(port)]) => of_port(name, port)
            .or_else(|| read(port, name, None))
            .or_else(|| write(name, operands, console)),
        ("port?" | "textual-port?" | "input-port?" | "output-port?", [_]) => {
            Some(Value::Boolean(false))
        }
        _ => write(name, operands, console),
    }
}

fn port(port: Port) -> Value {
    Value::Port(Rc::new(port))
}

fn of_port(name: &str, port: &Port) -> Option<Value> {
    let is_input = matches!(port, Port::Input { .. });
    let is_open = match port {
        Port::Console => None,
        Port::Input { is_open, .. } | Port::Output { is_open, .. } => Some(is_open),
    };
    let answer = match name {
        "port?" | "textual-port?" => true,
        "input-port?" => is_input,
        "output-port?" => !is_input,
        "input-port-open?" if is_input => is_open?.get(),
        "output-port-open?" if !is_input => is_open.is_none_or(Cell::get),
        "close-input-port" if !is_input => return None,
        "close-output-port" if is_input => return None,
        "close-port" | "close-input-port" | "close-output-port" => {
            is_open?.set(false);
            return Some(Value::Unspecified);
        }
        "get-output-string" => {
            let Port::Output { characters, .. } = port else {
                return None;
            };
            return Some(string(characters.borrow().clone()));
        }
        _ => return None,
    };
    Some(Value::Boolean(answer))
}

fn read(port: &Port, name: &str, count: Option<usize>) -> Option<Value> {
    let Port::Input {
        characters,
        place,
        is_open,
    } = port
    else {
        return None;
    };
    if !is_open.get() {
        return None;
    }
    let rest = &characters[place.get()..];
    let (used, made) = match (name, rest) {
        ("char-ready?", _) => (0, Value::Boolean(true)),
        ("read-string", _) if count == Some(0) => (0, string(Vec::new())),
        ("read-char" | "peek-char" | "read-line" | "read-string", []) => (0, Value::EndOfFile),
        ("read-char", [first, ..]) => (1, Value::Character(*first)),
        ("peek-char", [first, ..]) => (0, Value::Character(*first)),
        ("read-line", _) => {
            let end = rest.iter().position(|character| *character == '\n');
            let line = rest[..end.unwrap_or(rest.len())].to_vec();
            (end.map_or(rest.len(), |end| end + 1), string(line))
        }
        ("read-string", _) => {
            let used = count?.min(rest.len());
            (used, string(rest[..used].to_vec()))
        }
        _ => return None,
    };
    place.set(place.get() + used);
    Some(made)
}

/// What the operands before the port are in the text; the port is the last one, but for ranges.
fn write(name: &str, operands: &[Value], console: &mut String) -> Option<Value> {
    let (text, port): (String, _) = match (name, operands) {
        ("newline", [Value::Port(port)]) => ("\n".to_owned(), port),
        ("display", [value, Value::Port(port)]) => (value.written(Style::Display), port),
        ("write", [value, Value::Port(port)]) => (value.written(Style::Write), port),
        ("write-char", [Value::Character(character), Value::Port(port)]) => {
            (character.to_string(), port)
        }
        ("write-string", [Value::String(text), Value::Port(port), rest @ ..]) => {
            let range = range(rest, text.borrow().len())?;
            (text.borrow()[range].iter().collect(), port)
        }
        _ => return None,
    };
    match &**port {
        Port::Console => console.push_str(&text),
        Port::Output {
            characters,
            is_open,
        } if is_open.get() => characters.borrow_mut().extend(text.chars()),
        _ => return None,
    }
    Some(Value::Unspecified)
}
