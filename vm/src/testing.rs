//! Calls of leaf primitives in tests, with arguments and results as text.

use abi::tag::Kind;
use gc::{Address, HeapOptions};
use syntax::{Data, DataBuilder, Parser};

use crate::arguments::Args;
use crate::error::{Irritant, Raise};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::primitive::Leaf;
use crate::primitive::functions::element_offset;
use crate::print::{Style, to_text};
use crate::read;
use crate::stack::Stack;
use crate::state::State;
use crate::value::Value;

/// A mutator with a heap that suffices for a test without a collection.
pub(crate) fn mutator<'id>() -> Mutator<'id> {
    let options = HeapOptions {
        arena_bytes: 1 << 30,
        nursery_bytes: 1 << 27,
        ..HeapOptions::default()
    };
    let heap = gc::Mutator::new(&options, |arena| State::new(arena, Stack::unusable(arena)));
    Mutator::over(heap.expect("a small arena is to be had"))
}

/// The data that `text` denotes.
pub(crate) fn data<'m>(m: &'m Mutator<'_>, text: &str) -> Vec<Value<'m>> {
    let mut data = Data::new();
    let mut parser = Parser::new(text);
    let mut forms = Vec::new();
    while let Some(form) = parser
        .next_datum(&mut DataBuilder::new(&mut data))
        .expect("good text")
    {
        forms.push(form);
    }
    let build = |&form| read::build(m, &data, form).expect("the heap is large enough");
    forms.iter().map(build).collect()
}

/// Calls `leaf` with `values`.
pub(crate) fn call<'m>(
    m: &'m Mutator<'_>,
    leaf: Leaf,
    values: &[Value<'m>],
) -> Result<Value<'m>, Raise<'m>> {
    // Arguments lie at descending addresses: those of the elements of a vector, backwards.
    let vector = m.allocate_values(Kind::Vector, values.len(), Value::FALSE);
    for (index, &value) in values.iter().rev().enumerate() {
        m.set_field(vector, element_offset(index), value);
    }
    let first: Address = vector.address().offset_words(values.len());
    debug_assert_eq!(
        Object::of(vector.value()).map(Object::size),
        Some(values.len())
    );
    // SAFETY: the elements of the vector are these words, and nothing changes them.
    leaf(m, unsafe { Args::new(first, values.len()) })
}

/// What `leaf` answers when it is called with the data in `arguments`, as `write` writes it; the
/// kind of a condition, and its irritants, in angle brackets.
pub(crate) fn answer<'m>(m: &'m Mutator<'_>, leaf: Leaf, arguments: &str) -> String {
    let arguments: Vec<Value<'m>> = data(m, arguments);
    show(m, &call(m, leaf, &arguments))
}

/// The result of a call as text, see [`answer`].
pub(crate) fn show<'m>(m: &'m Mutator<'_>, result: &Result<Value<'m>, Raise<'m>>) -> String {
    let written = |value: Value<'m>| to_text(m, value, Style::Write);
    match result {
        Ok(value) => written(*value),
        Err(Raise::Full(bytes)) => format!("<full {bytes}>"),
        Err(Raise::Condition(condition)) => {
            let irritants = condition.irritants.iter().map(|irritant| match irritant {
                Irritant::Value(value) => written(*value),
                Irritant::Integer(value) => value.to_string(),
                Irritant::Symbol(text) | Irritant::Text(text) => text.to_string(),
                Irritant::List(values) => format!("{} values", values.len()),
            });
            let irritants: Vec<String> = irritants.collect();
            format!("<{}: {}>", condition.kind.name(), irritants.join(", "))
        }
    }
}
