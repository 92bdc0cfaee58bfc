//! Ports, reading, writing.

use super::super as f;
use crate::print::{Style, to_text};
use crate::testing::{answer, call, data, mutator, show};
use crate::value::Value;

fn string_port<'m>(m: &'m crate::Mutator<'_>, text: &str) -> Value<'m> {
    let string = crate::object::string::StringObject::from_text(m, text)
        .unwrap()
        .value();
    call(m, f::open_input_string, &[string]).unwrap()
}

fn read_all(text: &str) -> Vec<String> {
    let m = mutator();
    let port = string_port(&m, text);
    let mut found = Vec::new();
    loop {
        let result = call(&m, f::read, &[port]);
        let is_end = matches!(result, Ok(Value::EOF));
        if is_end || found.len() > 100 {
            return found;
        }
        found.push(show(&m, &result));
    }
}

#[test]
fn characters_lines_and_strings_are_read() {
    let m = mutator();
    let port = string_port(&m, "aλ\nsecond\r\nthird 😀 line");
    let next = |leaf| show(&m, &call(&m, leaf, &[port]));
    assert_eq!(next(f::peek_char), "#\\a");
    assert_eq!(next(f::read_char), "#\\a");
    assert_eq!(next(f::read_char), "#\\λ");
    assert_eq!(next(f::read_line), "\"\"");
    assert_eq!(next(f::read_line), "\"second\"");
    let take = |count| show(&m, &call(&m, f::read_string, &[Value::count(count), port]));
    assert_eq!(take(7), "\"third 😀\"");
    assert_eq!(take(100), "\" line\"");
    assert_eq!(take(0), "\"\"");
    assert_eq!(take(1), "#<eof>");
    assert_eq!(next(f::read_char), "#<eof>");
    assert_eq!(next(f::read_line), "#<eof>");
    assert_eq!(next(f::is_char_ready), "#t");
}

#[test]
fn data_are_read_one_after_another() {
    assert_eq!(
        read_all("(a . b) #(1 \"x\") ; end\n 'q"),
        ["(a . b)", "#(1 \"x\")", "'q"]
    );
    assert_eq!(read_all("#0=(a #0#) b"), ["#0=(a #0#)", "b"]);
    assert_eq!(
        read_all("#!fold-case ABC DEF #!no-fold-case G"),
        ["abc", "def", "G"]
    );
    assert_eq!(read_all("#!fold-case ) A").last().unwrap(), "a");
    assert_eq!(read_all("  ; nothing"), [""; 0]);
    let long = format!("({})", "(1 2 3) ".repeat(10_000));
    assert_eq!(read_all(&long)[0].len(), long.len() - 1);
    let deep = format!("{}{}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(read_all(&deep), [deep]);
    let exact = "7".repeat(5000);
    assert_eq!(read_all(&exact), [exact]);
}

#[test]
fn mistakes_in_data_say_where() {
    assert_eq!(
        read_all("ok\n  ) next"),
        [
            "ok",
            "<read-error: unexpected `)`, expected a datum, \"string\", 2, 3>",
            "next"
        ]
    );
    let open = read_all("(a\n (b");
    assert_eq!(
        open,
        ["<read-error: unexpected end of input in a list, expected `)`, \"string\", 2, 2>"]
    );
}

#[test]
fn text_that_is_no_utf8_never_panics() {
    let m = mutator();
    let directory = std::env::temp_dir().join(format!("cozen-ports-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("wrong");
    std::fs::write(&path, b"a\xff\xce(b \xfe").unwrap();
    let name = format!("{path:?} #f");
    let open = |leaf| call(&m, leaf, &data(&m, &name)).unwrap();
    let port = open(f::open_input_file);
    assert_eq!(
        show(&m, &call(&m, f::read_line, &[port])),
        "\"a\u{fffd}\u{fffd}(b \u{fffd}\""
    );
    call(&m, f::close_port, &[port, Value::count(3)]).unwrap();
    let port = open(f::open_input_file);
    let wrong = show(&m, &call(&m, f::read, &[port]));
    assert!(
        wrong.starts_with("<read-error: expected UTF-8 text, found byte 0xff"),
        "{wrong}"
    );
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn output_that_is_lost_is_told_of() {
    let m = mutator();
    let name = data(&m, "\"/dev/full\"")[0];
    let port = call(&m, f::open_output_file, &[name, Value::FALSE, Value::FALSE]).unwrap();
    call(&m, f::write_char, &[Value::character('!'), port]).unwrap();
    let lost = crate::port::flush_all(&m).expect_err("the device is full");
    assert_eq!(lost.port, "/dev/full");
    assert_eq!(lost.error.kind(), std::io::ErrorKind::StorageFull);
    crate::port::flush_all(&m).expect("it is told once");
}

#[test]
fn an_interrupt_ends_the_wait_for_input() {
    let m = mutator();
    let name = data(&m, "\"/dev/null\"")[0];
    let port = call(&m, f::open_input_file, &[name, Value::FALSE]).unwrap();
    m.raise_interrupt();
    let interrupted = show(&m, &call(&m, f::read_char, &[port]));
    assert!(interrupted.starts_with("<interrupted"), "{interrupted}");
    assert_eq!(call(&m, f::read_char, &[port]).ok(), Some(Value::EOF));
}

#[test]
fn files_keep_what_is_written() {
    let m = mutator();
    let path = std::env::temp_dir().join(format!("cozen-file-{}", std::process::id()));
    let name = data(&m, &format!("{path:?}"))[0];
    let text = "λ and more\n".repeat(5000);
    let port = call(&m, f::open_output_file, &[name, Value::FALSE, Value::FALSE]).unwrap();
    for line in text.split_inclusive('\n') {
        let line = crate::object::string::StringObject::from_text(&m, line)
            .unwrap()
            .value();
        let all = [line, port, Value::DEFAULT, Value::DEFAULT];
        call(&m, f::write_string, &all).unwrap();
    }
    call(&m, f::close_port, &[port, Value::count(2)]).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let port = call(&m, f::open_output_file, &[name, Value::FALSE, Value::TRUE]).unwrap();
    call(&m, f::write_char, &[Value::character('!'), port]).unwrap();
    crate::port::flush_all(&m).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{text}!"));
    call(&m, f::close_port, &[port, Value::count(3)]).unwrap();
    let closed = show(&m, &call(&m, f::write_char, &[Value::character('!'), port]));
    assert!(
        closed.starts_with("<file-error: write-char, the port is closed"),
        "{closed}"
    );
    let port = call(&m, f::open_input_file, &[name, Value::FALSE]).unwrap();
    let size = Value::count(1_000_000);
    let back = call(&m, f::read_string, &[size, port]).unwrap();
    assert_eq!(to_text(&m, back, Style::Display), format!("{text}!"));
    call(&m, f::close_port, &[port, Value::count(1)]).unwrap();
    assert_eq!(show(&m, &call(&m, f::file_exists, &[name])), "#t");
    call(&m, f::delete_file, &[name]).unwrap();
    let missing = show(&m, &call(&m, f::open_input_file, &[name, Value::FALSE]));
    assert!(
        missing.starts_with("<file-error: open-input-file, no such file or directory, "),
        "{missing}"
    );
}

#[test]
fn string_and_bytevector_ports_collect() {
    let m = mutator();
    let port = call(&m, f::open_output_string, &[]).unwrap();
    let value = data(&m, "(1 \"λ\" #\\a)")[0];
    for leaf in [f::write, f::display, f::write_shared, f::write_simple] as [crate::Leaf; 4] {
        call(&m, leaf, &[value, port]).unwrap();
    }
    let text = call(&m, f::get_output_string, &[port]).unwrap();
    let expected = "(1 \"λ\" #\\a)(1 λ a)(1 \"λ\" #\\a)(1 \"λ\" #\\a)";
    assert_eq!(to_text(&m, text, Style::Display), expected);
    let port = call(&m, f::open_output_bytevector, &[]).unwrap();
    for byte in 0..200 {
        call(&m, f::write_u8, &[Value::count(byte), port]).unwrap();
    }
    let bytes = call(&m, f::get_output_bytevector, &[port]).unwrap();
    let port = call(&m, f::open_input_bytevector, &[bytes]).unwrap();
    assert_eq!(show(&m, &call(&m, f::peek_u8, &[port])), "0");
    assert_eq!(show(&m, &call(&m, f::read_u8, &[port])), "0");
    let rest = call(&m, f::read_bytevector, &[Value::count(500), port]).unwrap();
    assert_eq!(crate::object::Object::of(rest).unwrap().size(), 199);
    assert_eq!(show(&m, &call(&m, f::read_u8, &[port])), "#<eof>");
    let refused = show(&m, &call(&m, f::read_char, &[port]));
    assert_eq!(
        refused,
        "<wrong-type: read-char, 1, textual input port, #<port bytevector>>"
    );
}

#[test]
fn ports_know_their_sides_and_the_standard_ones_are_always_the_same() {
    let m = mutator();
    let standard = call(&m, f::standard_port, &[Value::count(1)]).unwrap();
    assert_eq!(
        call(&m, f::standard_port, &[Value::count(1)]).unwrap(),
        standard
    );
    let has = |bits| call(&m, f::port_has, &[standard, Value::count(bits)]).unwrap();
    assert_eq!(
        [has(2 + 4 + 32), has(1), has(8)],
        [Value::TRUE, Value::FALSE, Value::FALSE]
    );
    let port = string_port(&m, "x");
    call(&m, f::close_port, &[port, Value::count(1)]).unwrap();
    let closed = show(&m, &call(&m, f::read_char, &[port]));
    assert_eq!(
        closed,
        "<file-error: read-char, the port is closed, #<port string>>"
    );
    let missing = answer(&m, f::standard_port, "3");
    assert_eq!(missing, "<out-of-range: standard-port, 1, 3, 0, 2>");
}
