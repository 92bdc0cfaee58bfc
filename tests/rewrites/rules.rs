//! Every rule that rewrites calls of standard procedures, compared with the procedures themselves.
//!
//! A row names a procedure. Calls of the procedure are compiled in four ways: with constants in
//! each operand's place, without constants, behind tests that tell the types of operands, and in
//! loops that may keep operands raw. All calls run on values of all kinds. They have to give, or
//! raise, what the library's procedure does when it is called with values that the compiler does
//! not know. That is so on each level and in each tier.
//!
//! A new rule gets its row in `UNARY`, `BINARY` or `CHAINS`. Where no row fits, the rule gets an
//! entry in `ELSEWHERE` that names the test which covers the rule. `every_rule_has_a_row` reads the
//! sources of the passes, and fails if there is neither.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use abi::primitive::{Primitive, ResultType};
use cozen::{Level, Tier};

use crate::runtime::runtime_builder;

/// Constants of all kinds of numbers, and what is no number.
const NUMBERS: &str = r"
    0 1 -1 2 -7 255 256 32767 32768 -32768 -32769 2147483647 -2147483648 4294967296
    9007199254740993 1152921504606846975 1152921504606846976 -1152921504606846976
    -1152921504606846977 9223372036854775807 -9223372036854775808 18446744073709551615
    18446744073709551616 1329227995784915872903807060280344577
    -340282366920938463463374607431768211456 1/2 -3/4 0.0 -0.0 1.5 -2.0 1e300 #e1e400
    #e-1e-400 4e-320 +inf.0 -inf.0 +nan.0 +2i 1-2i 1.5+0.0i 0.0-1.5i 'a #f
";

/// Those that tests of types tell apart.
const FEW: &str = r"
    0 1 -7 255 1152921504606846975 -1152921504606846976 9223372036854775808
    18446744073709551615 #e1e400 -3/4 -0.0 1.5 -inf.0 +nan.0 1-2i 'a
";

/// What shifts go by: results stay small enough.
const SHIFTS: &str = r"
    0 1 -1 4 -4 60 63 64 -63 -64 130 -130 1.0 'a
";

/// Values that are no numbers, but for some.
const THINGS: &str = r#"
    '() | #t | #f | 'a | 'b | #\a | #\x0 | #\x10FFFF | "" | "ab" | '#() | '#(1 a 2.5) |
    '(a) | '((a . 1) (2 . b) (#\a) (2.5 . c)) | '(((a b) c) (d e) . f) |
    '(a 2 2.5 #\a "ab" #f ()) | '(1 . 2) | '#u8(0 255) | 0 | 1 | 2 | -1 | 65 | 55296 |
    1114112 | 2.5 | 1.0 | -0.0 | 18446744073709551616 | car
"#;

/// Procedures of one number.
const UNARY: &str = r"
    + - * / zero? positive? negative? abs floor ceiling round truncate square sqrt exp
    sin cos tan asin acos atan log inexact exact exact->inexact inexact->exact
    bitwise-not bit-count integer-length number? real? rational? integer? exact-integer?
    exact-rational? fixnum? flonum? complex? max min gcd lcm bitwise-and = < nan? exact?
    even?
";

/// Procedures of two numbers.
const BINARY: &str = r"
    + - * / = < > <= >= quotient remainder modulo truncate-quotient truncate-remainder
    floor-remainder floor-quotient bitwise-and bitwise-ior bitwise-xor arithmetic-shift
    max min gcd lcm atan eqv? equal?
";

/// Procedures of one thing.
const UNARY_THINGS: &str = r"
    not null? pair? boolean? char? symbol? string? vector? bytevector? procedure?
    number? car cdr caar cadr cdar cddr caddr cdddr cadar caaar cdadr vector-length
    string-length bytevector-length char->integer integer->char length list? append
    eof-object? port?
";

/// Procedures of two things.
const BINARY_THINGS: &str = r"
    eqv? equal? memv member assv assoc memq assq append cons vector-ref string-ref
    bytevector-u8-ref char=? char<? char>? char<=? char>=? apply string=? string<?
    list-tail list-ref
";

/// Procedures that are folded or chained over three operands.
const CHAINS: &str = r"
    + - * / = < > <= >= max min gcd lcm bitwise-and bitwise-ior bitwise-xor
";

/// What is named in the passes' sources and has no row here, and what covers it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cons*", "tests/scheme/r7rs/6.4-lists.scm"),
    ("call-with-values", "tests/scheme/r7rs/6.10-control.scm"),
    ("char", "a prefix of names"),
    ("number->string", "tests/scheme/r7rs/6.2-numbers.scm"),
    ("string->number", "tests/scheme/r7rs/6.2-numbers.scm"),
    (
        "make-vector",
        "tests/scheme/r7rs/6.8-vectors-and-bytevectors.scm",
    ),
    ("make-string", "tests/scheme/r7rs/6.7-strings.scm"),
    (
        "make-bytevector",
        "tests/scheme/r7rs/6.8-vectors-and-bytevectors.scm",
    ),
    ("read-char", "tests/scheme/r7rs/6.13-input-and-output.scm"),
    ("peek-char", "tests/scheme/r7rs/6.13-input-and-output.scm"),
    ("write-char", "tests/scheme/r7rs/6.13-input-and-output.scm"),
    ("read-u8", "tests/scheme/r7rs/6.13-input-and-output.scm"),
    ("peek-u8", "tests/scheme/r7rs/6.13-input-and-output.scm"),
    ("write-u8", "tests/scheme/r7rs/6.13-input-and-output.scm"),
    ("eq?", "tests/scheme/r7rs/6.1-equivalence.scm"),
    ("set-car!", "tests/scheme/r7rs/6.4-lists.scm"),
    ("set-cdr!", "tests/scheme/r7rs/6.4-lists.scm"),
    ("vector-set!", "tests/scheme/compiler/loop-objects.scm"),
    ("string-set!", "tests/scheme/compiler/loop-objects.scm"),
    (
        "bytevector-u8-set!",
        "tests/scheme/compiler/loop-objects.scm",
    ),
    ("list", "tests/scheme/r7rs/6.4-lists.scm"),
];

/// The sources whose rules have rows here.
const SOURCES: &[&str] = &[
    include_str!("../../compiler/src/core/pass/integrate_primitives/rule.rs"),
    include_str!("../../compiler/src/core/pass/inline/fold.rs"),
    include_str!("../../compiler/src/ssa/pass/select_small.rs"),
    include_str!("../../compiler/src/ssa/build/condition.rs"),
    include_str!("../../compiler/src/ssa/analysis/types/transfer.rs"),
    include_str!("../../compiler/src/ssa/analysis/types/requirements.rs"),
    include_str!("../../compiler/src/ssa/pass/unbox/candidates.rs"),
    include_str!("../../compiler/src/ssa/pass/simplify.rs"),
    include_str!("../../compiler/src/ssa/pass/fold_branches.rs"),
];

/// Whether the primitive's row in the table tells the range or the representation of a result that
/// depends on operands: `unbox` and `fold-branches` rewrite code by it.
fn tells_numbers(primitive: Primitive) -> bool {
    matches!(
        primitive.result(),
        ResultType::Byte | ResultType::CodePoint | ResultType::Length | ResultType::FlonumOfFlonums
    )
}

/// Names in quotation marks of a source up to its tests, and names of the primitives that stand there.
fn names_in(source: &str) -> BTreeSet<String> {
    let code: String = source
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let quoted = code.split('"').skip(1).step_by(2).map(str::to_owned);
    let variants = code.split("Primitive::").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric())?;
        let named = |primitive: &&Primitive| format!("{primitive:?}") == rest[..end];
        Primitive::ALL
            .iter()
            .find(named)
            .map(|primitive| primitive.name().to_owned())
    });
    quoted.chain(variants).collect()
}

#[test]
fn every_rule_has_a_row() {
    let rows: Vec<&str> = [UNARY, BINARY, UNARY_THINGS, BINARY_THINGS, CHAINS]
        .iter()
        .flat_map(|rows| words(rows))
        .collect();
    let has_row = |name: &str| {
        rows.contains(&name)
            || ELSEWHERE.iter().any(|(known, _)| *known == name)
            || rows
                .iter()
                .any(|row| row.strip_prefix("char").is_some_and(|rest| rest == name))
    };
    let told = Primitive::ALL
        .iter()
        .filter(|primitive| tells_numbers(**primitive));
    let names: BTreeSet<String> = (SOURCES.iter().flat_map(|source| names_in(source)))
        .chain(told.map(|primitive| primitive.name().to_owned()))
        .collect();
    assert!(
        names.len() > 60 && names.contains("truncate-quotient") && names.contains("vector-length")
    );
    // Primitives of the library alone: what becomes of theirs is seen through the standard names.
    let missing: Vec<&String> = names
        .iter()
        .filter(|name| !name.starts_with('%') && !name.contains(' ') && !has_row(name))
        .filter(|name| {
            Primitive::from_name(name).is_some() || name.contains(|c: char| !c.is_alphabetic())
        })
        .collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
}

const PRELUDE: &str = r#"
(define (written x) (let ((port (open-output-string))) (write x port) (get-output-string port)))
(define (text thunk)
  (guard (problem ((error-object? problem)
                   (written (list 'raised (error-object-message problem) (error-object-irritants problem))))
                  (#t "raised"))
    (written (thunk))))
(define (raised? text) (and (> (string-length text) 6) (string=? (substring text 0 7) "(raised")))
(define failures '())
(define (fail . what) (if (< (length failures) 12) (set! failures (cons what failures))))
(define (hidden x) (vector-ref (vector x) 0))
;; Errors of the library's procedure may name other places.
(define (expect-library wanted found . what)
  (if (not (or (string=? wanted found) (and (raised? wanted) (raised? found))))
      (apply fail found 'instead-of wanted what)))
(define (expect wanted found . what)
  (if (not (string=? wanted found)) (apply fail found 'instead-of wanted what)))
(define (each-with-index visit v)
  (do ((i 0 (+ i 1))) ((= i (vector-length v))) (visit i (vector-ref v i))))
"#;

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn things() -> Vec<&'static str> {
    THINGS.split('|').map(str::trim).collect()
}

fn values(constants: &[&str]) -> String {
    format!("(vector {})", constants.join(" "))
}

/// Calls of `name` with one operand.
fn unary_row(name: &str, constants: &[&str]) -> String {
    let mut literal = String::new();
    let mut tested = String::new();
    for constant in constants {
        let _ = write!(literal, "(lambda () ({name} {constant})) ");
        let _ = write!(tested, "(lambda () (if ({name} {constant}) 'yes 'no)) ");
    }
    format!(
        "(let ((library (hidden {name})) (plain (lambda (a) ({name} a))) (test (lambda (a) (if ({name} a) 'yes 'no)))
               (literal (vector {literal})) (tested (vector {tested})))
          (each-with-index
            (lambda (i a)
              (let* ((wanted (text (lambda () (library a)))) (found (text (lambda () (plain a))))
                     (answer (text (lambda () (if (library a) 'yes 'no)))))
                (expect-library wanted found '{name} a)
                (expect found (text (vector-ref literal i)) '{name} 'literal a)
                (expect-library answer (text (lambda () (test a))) '{name} 'test a)
                (expect-library answer (text (vector-ref tested i)) '{name} 'literal-test a)))
            {}))\n",
        values(constants)
    )
}

/// Calls of `name` with two operands: no constants, one in either place, two.
fn binary(name: &str, lefts: &[&str], rights: &[&str]) -> String {
    let (mut with_left, mut with_right) = (String::new(), String::new());
    for left in lefts {
        let _ = write!(with_left, "(lambda (b) ({name} {left} b)) ");
    }
    for right in rights {
        let _ = write!(with_right, "(lambda (a) ({name} a {right})) ");
    }
    format!(
        "(let ((library (hidden {name})) (plain (lambda (a b) ({name} a b)))
               (test (lambda (a b) (if ({name} a b) 'yes 'no)))
               (with-left (vector {with_left})) (with-right (vector {with_right})))
          (each-with-index
            (lambda (i a)
              (each-with-index
                (lambda (j b)
                  (let ((wanted (text (lambda () (library a b)))) (found (text (lambda () (plain a b)))))
                    (expect-library wanted found '{name} a b)
                    (expect found (text (lambda () ((vector-ref with-left i) b))) '{name} 'literal a b)
                    (expect found (text (lambda () ((vector-ref with-right j) a))) '{name} a 'literal b)
                    (expect-library (text (lambda () (if (library a b) 'yes 'no))) (text (lambda () (test a b)))
                                    '{name} 'test a b)))
                {}))
            {}))\n",
        values(rights),
        values(lefts),
    )
}

/// Calls of two constants, which may be folded.
fn folded(name: &str, constants: &[&str]) -> String {
    let mut program = String::new();
    for left in constants {
        for right in constants {
            let _ = writeln!(
                program,
                "(expect (text (lambda () ((hidden (lambda (a b) ({name} a b))) {left} {right}))) \
                 (text (lambda () ({name} {left} {right}))) '{name} 'folded {left} {right})"
            );
        }
    }
    program
}

/// Tests that tell of which type an operand is, for the compiler to believe.
const GUARDS: &[&str] = &[
    "(fixnum? x)",
    "(flonum? x)",
    "(exact-integer? x)",
    "(exact-rational? x)",
    "(real? x)",
    "(number? x)",
    "(and (fixnum? x) (<= 0 x) (< x 256))",
    "(and (exact-integer? x) (<= 0 x 18446744073709551615))",
    "(and (exact-integer? x) (< 1152921504606846974 x) (<= x 9223372036854775807))",
    "(not (flonum? x))",
    "(and (real? x) (< x 0))",
    "(and (real? x) (not (< x 0)))",
    "(and (number? x) (= x 1))",
    "(eqv? x 0)",
];

/// What types tell of a result.
const FACTS: &str = "(list (fixnum? r) (flonum? r) (exact-integer? r) (exact-rational? r) (number? r) (boolean? r)
  (if (real? r) (list (< r 0) (= r 0) (> r 255) (<= r 1152921504606846975) (< r 18446744073709551616)) 'none))";

/// Calls behind tests of types, what types tell of their results, and the same in loops.
fn guarded(name: &str, rights: &[&str]) -> String {
    let mut program = String::new();
    for guard in GUARDS {
        let (first, second) = (guard_of(guard, "a"), guard_of(guard, "b"));
        for (first, second) in [
            (first.as_str(), second.as_str()),
            (first.as_str(), "#t"),
            ("#t", second.as_str()),
        ] {
            let _ = write!(
                program,
                "(let ((library (hidden {name})) (is-first (hidden (lambda (a) {first})))
                       (is-second (hidden (lambda (b) {second})))
                       (facts (hidden (lambda (r) {FACTS})))
                       (plain (lambda (a b) (if (and {first} {second}) (let ((r ({name} a b))) (cons r {FACTS})) 'no)))
                       (turns (lambda (a b)
                         (if (and {first} {second})
                           (let loop ((i 0) (s a)) (if (= i 2) s (loop (+ i 1) ({name} s b)))) 'no)))
                       (masked (lambda (a b)
                         (if (and {first} {second}) (bitwise-and ({name} a b) 18446744073709551615) 'no))))
                  (each-with-index
                    (lambda (i a)
                      (each-with-index
                        (lambda (j b)
                          (if (and (is-first a) (is-second b))
                            (begin
                              (expect-library (text (lambda () (let ((r (library a b))) (cons r (facts r)))))
                                              (text (lambda () (plain a b))) '{name} 'guarded a b)
                              (expect-library (text (lambda () (library (library a b) b)))
                                              (text (lambda () (turns a b))) '{name} 'turns a b)
                              (expect-library (text (lambda () (bitwise-and (library a b) 18446744073709551615)))
                                              (text (lambda () (masked a b))) '{name} 'masked a b))))
                        {}))
                    {}))\n",
                values(rights),
                values(&words(FEW)),
            );
        }
    }
    program
}

fn guard_of(guard: &str, operand: &str) -> String {
    guard
        .replace(" x)", &format!(" {operand})"))
        .replace(" x ", &format!(" {operand} "))
}

/// Three operands, with a constant in each place.
fn chain(name: &str) -> String {
    let constants = words("0 1 -7 1152921504606846975 1/2 -0.0 1.5 +nan.0 +2i 'a");
    let mut program = String::new();
    for constant in &constants {
        let _ = write!(
            program,
            "(let ((library (hidden {name})) (values {}) (c {constant}))
              (each-with-index
                (lambda (i a)
                  (each-with-index
                    (lambda (j b)
                      (expect-library (text (lambda () (library a b c))) (text (lambda () ({name} a b {constant})))
                        '{name} a b c)
                      (expect-library (text (lambda () (library a c b))) (text (lambda () ({name} a {constant} b)))
                        '{name} a c b)
                      (expect-library (text (lambda () (library c a b))) (text (lambda () ({name} {constant} a b)))
                        '{name} c a b))
                    values))
                values))\n",
            values(&constants)
        );
    }
    program
}

/// Runs a program in each way; it says what went wrong.
fn assert_right(rows: &[String]) {
    let ways = [
        (Level::None, Tier::Bytecode),
        (Level::Basic, Tier::Native),
        (Level::Full, Tier::Bytecode),
        (Level::Full, Tier::Native),
    ];
    for (level, tier) in ways {
        let mut runtime = runtime_builder()
            .level(level)
            .tier(tier)
            .build()
            .expect("a runtime");
        // The prompt does not know these names of R5RS.
        let import = "(import (only (scheme r5rs) exact->inexact inexact->exact))";
        runtime.enter(|scheme| {
            scheme
                .run_text(import, "names of R5RS")
                .unwrap_or_else(|error| panic!("{error}"));
        });
        for row in rows {
            let program = format!("(let () {PRELUDE} {row} (written (reverse failures)))");
            let found = runtime.enter(|scheme| {
                scheme
                    .evaluate::<String>(&program)
                    .unwrap_or_else(|error| panic!("{error}\n{row}"))
            });
            assert_eq!(found, "()", "{level:?} {tier:?}");
        }
    }
}

fn rights_of(name: &str) -> Vec<&'static str> {
    words(if name == "arithmetic-shift" {
        SHIFTS
    } else {
        NUMBERS
    })
}

#[test]
fn procedures_of_a_number_are_what_they_are_rewritten_to() {
    let numbers = words(NUMBERS);
    let rows = words(UNARY)
        .into_iter()
        .map(|name| unary_row(name, &numbers));
    assert_right(&rows.collect::<Vec<_>>());
}

#[test]
fn procedures_of_two_numbers_are_what_they_are_rewritten_to() {
    let numbers = words(NUMBERS);
    let rows = words(BINARY).into_iter();
    let rows = rows.map(|name| binary(name, &numbers, &rights_of(name)));
    assert_right(&rows.collect::<Vec<_>>());
}

#[test]
fn procedures_of_two_constants_are_what_they_are_folded_to() {
    let constants =
        words("0 1 -1 7 -32768 1152921504606846975 -1152921504606846976 1.5 -0.0 #t #\\a");
    let rows = words(BINARY).into_iter();
    let rows = rows.filter(|name| *name != "arithmetic-shift");
    assert_right(
        &rows
            .map(|name| folded(name, &constants))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn procedures_of_things_are_what_they_are_rewritten_to() {
    let things = things();
    let unary = words(UNARY_THINGS).into_iter();
    let unary = unary.map(|name| unary_row(name, &things));
    let binary_rows = words(BINARY_THINGS).into_iter();
    let binary_rows = binary_rows.map(|name| binary(name, &things, &things));
    assert_right(&unary.chain(binary_rows).collect::<Vec<_>>());
}

#[test]
fn procedures_of_three_numbers_are_what_they_are_rewritten_to() {
    let rows = words(CHAINS).into_iter().map(chain);
    assert_right(&rows.collect::<Vec<_>>());
}

#[test]
fn types_and_raw_numbers_change_nothing() {
    let names = words(
        "+ - * / quotient remainder modulo bitwise-and bitwise-ior bitwise-xor arithmetic-shift \
         max min < =",
    );
    let rows = names.into_iter().map(|name| {
        let is_shift = name == "arithmetic-shift";
        guarded(name, &words(if is_shift { SHIFTS } else { FEW }))
    });
    assert_right(&rows.collect::<Vec<_>>());
}
