//! Calls of leaf primitives in tests, with arguments and results as text.

use std::num::NonZeroU32;

use abi::tag::Kind;
use gc::{Address, CollectReason, HeapOptions, Outcome, Zeal};
use syntax::{Data, DataBuilder, Parser};

use crate::arguments::Args;
use crate::error::{Irritant, Raise};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::primitive::Leaf;
use crate::primitive::functions::element_offset;
use crate::print::{Style, to_text};
use crate::read::ValueBuilder;
use crate::stack::Stack;
use crate::value::Value;

/// A mutator with a heap that suffices for a test without a collection.
pub(crate) fn mutator<'id>() -> Mutator<'id> {
    mutator_with(&HeapOptions {
        arena_bytes: 1 << 30,
        nursery_bytes: 1 << 27,
        verify: true,
        ..HeapOptions::default()
    })
}

/// A mutator with a heap of these options.
pub(crate) fn mutator_with<'id>(options: &HeapOptions) -> Mutator<'id> {
    let heap = gc::Mutator::new(options, |arena| {
        crate::vm::state(arena, Stack::unusable(arena))
    });
    Mutator::over(heap.expect("a small arena is to be had"))
}

/// A mutator that collects whenever it can, and verifies its heap.
pub(crate) fn zealous_mutator<'id>() -> Mutator<'id> {
    let every = NonZeroU32::MIN;
    mutator_with(&HeapOptions {
        arena_bytes: 1 << 30,
        zeal: Some(Zeal::Every(every)),
        ..HeapOptions::default()
    })
}

/// Runs `operation`, which leaves its result in a register, until it needs no collection any more.
pub(crate) fn until_it_fits(
    m: &mut Mutator<'_>,
    mut operation: impl for<'m> FnMut(&'m Mutator<'_>) -> Result<(), Raise<'m>>,
) {
    /// Of the sizes that an operation asks for in turn, each is larger than those before.
    const TRIES_MAX: usize = 10;
    for _ in 0..TRIES_MAX {
        let bytes = match operation(m) {
            Err(Raise::Full(bytes)) => bytes,
            Err(Raise::Condition(condition)) => panic!("unexpected {:?}", condition.kind),
            Ok(()) => return,
        };
        let outcome = m.collect_for(CollectReason::Full { bytes });
        assert_eq!(outcome, Outcome::Done);
    }
    panic!("the operation asks for a collection again and again");
}

/// As [`answer`], in a heap that is collected at each reservation. The arguments move.
pub(crate) fn answer_with_zeal(leaf: Leaf, arguments: &str) -> String {
    let mut machine = zealous_mutator();
    let m = &mut machine;
    for text in texts_of(arguments).into_iter().rev() {
        until_it_fits(m, |m| {
            let mut builder = ValueBuilder::new(m);
            let datum = Parser::new(text).next_datum(&mut builder);
            let value = datum.expect("good text").expect("there is a datum")?;
            m.set_winders(m.cons(value, m.winders()));
            Ok(())
        });
    }
    let mut text = String::new();
    until_it_fits(m, |m| {
        let values: Vec<Value<'_>> = m.elements(m.winders()).collect();
        let result = call(m, leaf, &values);
        if let Err(Raise::Full(bytes)) = result {
            return Err(Raise::Full(bytes));
        }
        text = show(m, &result);
        Ok(())
    });
    text
}

/// The texts of the data in `text`, each with what stands before it.
fn texts_of(text: &str) -> Vec<&str> {
    let mut data = Data::new();
    let mut builder = DataBuilder::new(&mut data);
    let mut parser = Parser::new(text);
    let mut start = 0;
    std::iter::from_fn(|| {
        parser.next_datum(&mut builder).expect("good text")?;
        let end = parser.offset() as usize;
        Some(&text[std::mem::replace(&mut start, end)..end])
    })
    .collect()
}

/// The data that `text` denotes.
pub(crate) fn data<'m>(m: &'m Mutator<'_>, text: &str) -> Vec<Value<'m>> {
    let mut parser = Parser::new(text);
    let mut builder = ValueBuilder::new(m);
    std::iter::from_fn(|| parser.next_datum(&mut builder).expect("good text"))
        .map(|datum| datum.expect("the heap is large enough"))
        .collect()
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
            let irritants = condition.told().map(|irritant| match irritant {
                Irritant::Value(value) => written(value),
                Irritant::Integer(value) => value.to_string(),
                Irritant::Symbol(text) | Irritant::Text(text) => text.to_string(),
                Irritant::List(values) => format!("{} values", values.len()),
            });
            let irritants: Vec<String> = irritants.collect();
            format!("<{}: {}>", condition.kind.name(), irritants.join(", "))
        }
    }
}
