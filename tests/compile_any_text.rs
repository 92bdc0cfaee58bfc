//! No text makes the compiler panic or run without end: it compiles, or says what is wrong.

use cozen::{CompilerOptions, Error, Frontend};
use proptest::prelude::*;

/// Pieces that random texts are made of: what forms and macros look at.
const PIECES: &[&str] = &[
    "(",
    ")",
    "(",
    ")",
    "(",
    ")",
    "#(",
    "'",
    "`",
    ",",
    ",@",
    ".",
    "...",
    "_",
    "=>",
    "else",
    "define",
    "lambda",
    "let",
    "let*",
    "letrec",
    "if",
    "cond",
    "case",
    "do",
    "set!",
    "begin",
    "and",
    "quote",
    "quasiquote",
    "define-syntax",
    "syntax-rules",
    "let-syntax",
    "define-record-type",
    "import",
    "(scheme base)",
    "define-values",
    "receive",
    "guard",
    "case-lambda",
    "delay",
    "parameterize",
    "x",
    "y",
    "f",
    "1",
    "-2.5",
    "1e400",
    "18446744073709551615",
    "\"s\"",
    "#\\a",
    "#t",
    "#0=",
    "#0#",
    "car",
    "cons",
    "+",
    "values",
    "call/cc",
    "apply",
    "#u8(1",
    "|a b|",
    "#;",
    "\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_forms_compile_or_are_refused(picks in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text: Vec<&str> = picks.iter().map(|&pick| PIECES[pick]).collect();
        let text = text.join(" ");
        for text in [text.clone(), format!("(import (scheme base)) {text}")] {
            let mut frontend = Frontend::standard(Vec::new(), CompilerOptions::default());
            match frontend.compile_text(&text, "random.scm") {
                Ok(image) => prop_assert!(image.bytes().starts_with(b"\x7fELF")),
                Err(Error::Syntax(diagnostics)) => {
                    prop_assert!(!diagnostics.is_empty());
                    let fault = diagnostics.iter().find(|mistake| mistake.is_internal());
                    prop_assert!(fault.is_none(), "{}", diagnostics[0]);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
