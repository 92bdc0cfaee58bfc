//! Long work of primitives is interrupted.

use abi::condition::ConditionKind;
use abi::tag::Kind;

use crate::error::{PrimitiveResult, Raise};
use crate::interrupts::INTERRUPT_BIT;
use crate::mutator::Mutator;
use crate::primitive::Leaf;
use crate::primitive::functions as f;
use crate::testing::{call, mutator, mutator_with};
use crate::value::Value;

/// Elements of what is worked on: more than are worked on between two questions.
const MANY: usize = 260_000;
/// The question that the interrupt comes with: the work is under way.
const INTERRUPTED_QUESTION: u32 = 3;

fn is_interrupted<'m>(m: &'m Mutator<'_>, leaf: Leaf, arguments: &[Value<'m>]) -> bool {
    let question = &m.state().interrupted_question;
    question.set(INTERRUPTED_QUESTION);
    let answer = call(m, leaf, arguments);
    question.set(0);
    m.heap().take_interrupts(INTERRUPT_BIT);
    is_interruption(&answer)
}

fn is_interruption(answer: &PrimitiveResult<'_>) -> bool {
    matches!(answer, Err(Raise::Condition(condition)) if condition.kind == ConditionKind::Interrupted)
}

/// What is worked on.
struct Long<'m> {
    narrow: Value<'m>,
    wide: Value<'m>,
    bytes: Value<'m>,
    vector: Value<'m>,
    list: Value<'m>,
    size: Value<'m>,
}

impl<'m> Long<'m> {
    fn new(m: &'m Mutator<'_>) -> Self {
        let size = Value::count(MANY);
        let letter = Value::character('a');
        Self {
            narrow: m.string(&"a".repeat(MANY)),
            wide: m.string(&"λ".repeat(MANY)),
            bytes: call(m, f::make_bytevector, &[size, Value::count(97)]).unwrap(),
            vector: m.allocate_values(Kind::Vector, MANY, letter).value(),
            list: m.list((0..MANY).map(|_| letter)),
            size,
        }
    }
}

#[test]
fn long_work_on_strings_is_interrupted() {
    let m = mutator();
    let long = Long::new(&m);
    let other = Long::new(&m);
    let end = Value::DEFAULT;
    for (string, same) in [(long.narrow, other.narrow), (long.wide, other.wide)] {
        let zero = Value::ZERO;
        let last = string;
        let cases: [(&str, Leaf, &[Value<'_>]); 21] = [
            ("string=?", f::string_equal, &[string, same]),
            ("string<?", f::string_less, &[string, same]),
            ("string-ci=?", f::string_ci_equal, &[string, same]),
            ("string-ci<?", f::string_ci_less, &[string, same]),
            ("string-upcase", f::string_upcase, &[string]),
            ("string-downcase", f::string_downcase, &[string]),
            ("string-foldcase", f::string_foldcase, &[string]),
            ("string->list", f::string_to_list, &[string, end, end]),
            ("string->vector", f::string_to_vector, &[string, end, end]),
            ("string->utf8", f::string_to_utf8, &[string, end, end]),
            ("string->symbol", f::string_to_symbol, &[string]),
            ("generate-symbol", f::generate_symbol, &[string]),
            ("string-hash", f::string_hash, &[string]),
            ("string-append", f::string_append, &[string, last]),
            ("substring", f::substring, &[string, zero, long.size]),
            (
                "string-copy!",
                f::string_copy_to,
                &[string, zero, same, end, end],
            ),
            ("string-search", f::string_search, &[string, same, zero]),
            ("open-input-string", f::open_input_string, &[string]),
            ("equal?", f::is_equal, &[string, same]),
            ("equal-hash", f::equal_hash, &[string]),
            // What is filled half differs from then on.
            (
                "string-fill!",
                f::string_fill,
                &[string, Value::character('b'), end, end],
            ),
        ];
        for (name, leaf, arguments) in cases {
            assert!(is_interrupted(&m, leaf, arguments), "{name}");
        }
    }
}

/// Lists count with their copies.
fn spacious_mutator<'id>() -> Mutator<'id> {
    mutator_with(&gc::HeapOptions {
        arena_bytes: 1 << 32,
        nursery_bytes: 1 << 29,
        ..gc::HeapOptions::default()
    })
}

#[test]
fn long_work_on_other_data_is_interrupted() {
    let m = spacious_mutator();
    let (long, other) = (Long::new(&m), Long::new(&m));
    let (end, zero) = (Value::DEFAULT, Value::ZERO);
    let (bytes, vector, list) = (long.bytes, long.vector, long.list);
    let table = call(&m, f::make_table, &[]).unwrap();
    for key in 0..MANY {
        call(&m, f::table_set, &[table, Value::count(key), zero]).unwrap();
    }
    let last = Value::count(MANY - 1);
    let entries = m.list((0..MANY).map(|_| m.cons(zero, zero)));
    let cases: [(&str, Leaf, &[Value<'_>]); 31] = [
        ("make-string", f::make_string, &[long.size, end]),
        ("make-vector", f::make_vector, &[long.size, end]),
        ("make-bytevector", f::make_bytevector, &[long.size, end]),
        (
            "bytevector-fill!",
            f::bytevector_fill,
            &[bytes, zero, end, end],
        ),
        ("bytevector-copy", f::bytevector_copy, &[bytes, end, end]),
        (
            "bytevector-copy!",
            f::bytevector_copy_to,
            &[bytes, zero, other.bytes, end, end],
        ),
        ("bytevector-append", f::bytevector_append, &[bytes, bytes]),
        ("vector-fill!", f::vector_fill, &[vector, zero, end, end]),
        ("vector-copy", f::vector_copy, &[vector, end, end]),
        (
            "vector-copy!",
            f::vector_copy_to,
            &[vector, zero, other.vector, end, end],
        ),
        ("vector-append", f::vector_append, &[vector, vector]),
        ("vector->list", f::vector_to_list, &[other.vector, end, end]),
        (
            "vector->string",
            f::vector_to_string,
            &[other.vector, end, end],
        ),
        ("list->string", f::list_to_string, &[list]),
        ("list->vector", f::list_to_vector, &[list]),
        ("list-copy", f::list_copy, &[list]),
        ("utf8->string", f::utf8_to_string, &[other.bytes, end, end]),
        (
            "equal? of bytes",
            f::is_equal,
            &[other.bytes, Long::new(&m).bytes],
        ),
        (
            "equal? of vectors",
            f::is_equal,
            &[other.vector, Long::new(&m).vector],
        ),
        ("equal? of lists", f::is_equal, &[list, other.list]),
        ("table->alist", f::table_entries, &[table]),
        ("list", f::list, &vec![zero; MANY]),
        ("list-tail", f::list_tail, &[list, long.size]),
        ("list-ref", f::list_ref, &[list, last]),
        ("list-set!", f::list_set, &[list, last, zero]),
        ("memq", f::memq, &[zero, list]),
        ("memv", f::memv, &[zero, list]),
        ("member", f::member, &[zero, list]),
        ("assq", f::assq, &[list, entries]),
        ("assv", f::assv, &[list, entries]),
        ("assoc", f::assoc, &[list, entries]),
    ];
    for (name, leaf, arguments) in cases {
        assert!(is_interrupted(&m, leaf, arguments), "{name}");
    }
}

#[test]
fn long_reading_and_writing_is_interrupted() {
    let m = mutator();
    let port_of = |text: &str| call(&m, f::open_input_string, &[m.string(text)]).unwrap();
    let letters = "a".repeat(MANY);
    let texts = [
        letters.clone(),
        format!("|{letters}|"),
        format!("\"{letters}\""),
        format!("#|{letters}|#"),
        format!(";{letters}"),
        " ".repeat(MANY),
        format!("{}.5", "1".repeat(MANY)),
        format!("1e-{}", "1".repeat(MANY)),
        format!("#x{letters}"),
        "(".repeat(MANY),
        format!("({})", "λ ".repeat(MANY)),
        format!("#({})", "() ".repeat(MANY)),
    ];
    for text in texts {
        let port = port_of(&text);
        assert!(is_interrupted(&m, f::read, &[port]), "{}", &text[..3]);
    }
    let many = Value::count(MANY);
    assert!(is_interrupted(&m, f::read_line, &[port_of(&letters)]));
    assert!(is_interrupted(
        &m,
        f::read_string,
        &[many, port_of(&letters)]
    ));
    let bytes = call(&m, f::make_bytevector, &[many, Value::ZERO]).unwrap();
    let port = call(&m, f::open_input_bytevector, &[bytes]).unwrap();
    assert!(is_interrupted(&m, f::read_bytevector, &[many, port]));
    let text = m.string(&letters);
    let symbol = call(&m, f::string_to_symbol, &[text]).unwrap();
    let port = call(&m, f::open_output_string, &[]).unwrap();
    for value in [text, symbol, bytes] {
        assert!(is_interrupted(&m, f::write, &[value, port]));
        assert!(is_interrupted(&m, f::display, &[value, port]));
    }
    let end = Value::DEFAULT;
    assert!(is_interrupted(&m, f::write_string, &[text, port, end, end]));
    call(&m, f::write_string, &[text, port, end, end]).unwrap();
    assert!(is_interrupted(&m, f::get_output_string, &[port]));
    for (digits, radix) in [("a", 16), ("1", 2)] {
        let text = m.string(&digits.repeat(MANY));
        assert!(is_interrupted(
            &m,
            f::string_to_number,
            &[text, Value::count(radix)]
        ));
    }
}

#[test]
fn an_interrupt_that_comes_while_a_datum_is_made_is_not_lost() {
    let m = mutator();
    let question = &m.state().interrupted_question;
    for end in [")", " . )", ""] {
        let text = m.string(&format!("(\"{}\"{end}", "λ".repeat(MANY)));
        for number in 1.. {
            let port = call(&m, f::open_input_string, &[text]).unwrap();
            question.set(number);
            let answer = call(&m, f::read, &[port]);
            let is_asked = question.replace(0) == 0;
            let is_left = m.heap().take_interrupts(INTERRUPT_BIT) != 0;
            assert_eq!(
                is_asked,
                is_left || is_interruption(&answer),
                "{end} {number}"
            );
            if !is_asked {
                break;
            }
        }
    }
}

#[test]
fn the_tail_of_a_circular_list_is_found_at_once() {
    let m = mutator();
    for (before, cycle) in [(0, 1), (0, 2), (0, 7), (3, 1), (5, 4), (100, 64), (64, 100)] {
        let count = |index: usize| Value::count(index);
        let list = m.list((0..before + cycle).map(count));
        let pair_at = |index: usize| call(&m, f::list_tail, &[list, count(index)]).unwrap();
        m.set_cdr(pair_at(before + cycle - 1), pair_at(before))
            .unwrap();
        for index in (0..500).chain([1_000_000_000_000, (1 << 59) + 1]) {
            let element = call(&m, f::list_ref, &[list, count(index)]).unwrap();
            let expected = if index < before {
                index
            } else {
                before + (index - before) % cycle
            };
            assert_eq!(element, count(expected), "{before} {cycle} {index}");
        }
    }
}
