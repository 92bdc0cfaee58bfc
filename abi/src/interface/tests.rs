//! Interfaces, written and read.

use super::*;

fn foreign() -> ForeignMacro<'static> {
    ForeignMacro {
        library: "(b)",
        hash: "0b",
        number: MacroNumber(7),
    }
}

fn example() -> Vec<u8> {
    let mut writer = InterfaceWriter::default();
    let guard = InterfaceWriter::macro_number(0);
    writer.add_library(
        "(scheme base)",
        [
            ("guard", Meaning::Macro(guard)),
            ("car", Meaning::Constant("car")),
            ("if", Meaning::Core("if")),
            ("λ", Meaning::Variable("(scheme base)#λ")),
        ],
    );
    writer.add_library("(a)", []);
    writer.add_macro(
        "guard",
        false,
        "(syntax-rules () ((_) (car '())))",
        [
            ("guard", Meaning::Macro(guard)),
            ("car", Meaning::Constant("car")),
        ],
    );
    writer.add_foreign_macro(foreign());
    writer.add_returning("car");
    writer.add_returning("(scheme base)#map");
    writer.finish()
}

#[test]
fn what_was_written_is_found() {
    let bytes = example();
    let interface = Interface::parse(&bytes).expect("it was just written");
    let names: Vec<&str> = interface.library_names().collect();
    assert_eq!(names, ["(a)", "(scheme base)"]);
    assert!(interface.library("(a)").expect("it is there").is_empty());
    assert!(interface.library("(b)").is_none());
    let base = interface.library("(scheme base)").expect("it is there");
    let all: Vec<&str> = base.iter().map(|(name, _)| name).collect();
    assert_eq!(all, ["car", "guard", "if", "λ"]);
    for (name, meaning) in base.iter() {
        assert_eq!(base.find(name), Some(meaning));
    }
    assert_eq!(base.find("λ"), Some(Meaning::Variable("(scheme base)#λ")));
    assert_eq!(base.find("cdr"), None);
    let Some(Meaning::Macro(number)) = base.find("guard") else {
        panic!("guard is a macro");
    };
    let guard = interface.macro_definition(number).expect("it is there");
    assert_eq!((guard.name, guard.bindings.len()), ("guard", 2));
    assert_eq!(guard.rules, "(syntax-rules () ((_) (car '())))");
    assert_eq!(guard.bindings.find("guard"), Some(Meaning::Macro(number)));
    assert!(interface.macro_definition(MacroNumber(1)).is_none());
    assert_eq!(interface.foreign_macro(number), None);
    assert_eq!(interface.foreign_macro(MacroNumber(1)), Some(foreign()));
    assert_eq!(interface.foreign_macro(MacroNumber(2)), None);
    let all: Vec<ForeignMacro<'_>> = interface.foreign_macros().collect();
    assert_eq!(all, [foreign()]);
    assert!(interface.returns_itself("car") && interface.returns_itself("(scheme base)#map"));
    assert!(!interface.returns_itself("(scheme base)#λ") && !interface.returns_itself("cdr"));
}

#[test]
fn an_empty_interface_has_nothing() {
    assert!(Interface::EMPTY.is_empty());
    assert_eq!(Interface::EMPTY.library_names().count(), 0);
    assert!(Interface::EMPTY.library("(a)").is_none());
    assert!(Interface::EMPTY.macro_definition(MacroNumber(0)).is_none());
}

/// Looks at all that there is; only a damaged interface may lack something.
fn look_at_all(bytes: &[u8]) {
    let Some(interface) = Interface::parse(bytes) else {
        return;
    };
    for name in interface.library_names().collect::<Vec<_>>() {
        if let Some(bindings) = interface.library(name) {
            for (name, _) in bindings.iter() {
                let _ = bindings.find(name);
            }
        }
    }
    let _ = interface.returns_itself("car");
    for index in 0..4 {
        let _ = interface.macro_definition(MacroNumber(index));
        let _ = interface.foreign_macro(MacroNumber(index));
    }
}

#[test]
fn damage_is_never_a_panic() {
    let bytes = example();
    for end in 0..bytes.len() {
        look_at_all(&bytes[..end]);
    }
    for index in 0..bytes.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[index] ^= change;
            look_at_all(&damaged);
        }
    }
}
