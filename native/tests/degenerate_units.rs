//! Units with nothing in them, and every form with nothing in it at top level and in a library: an
//! image, or a mistake that is the program's.

use compiler::compile::{CompileError, compile};
use compiler::expand::{EnvironmentId, LibraryRegistry, Outcome, SourceText};
use compiler::expand::{expand_program, expand_text};
use compiler::options::{Level, Options, Tier};
use native::Cranelift;

const IMPORT: &str = "(import (cozen core) (cozen primitives))";

/// What may stand in a library or program, right or wrong.
const FORMS: &[&str] = &[
    "",
    "(begin)",
    "(begin (begin) (begin))",
    "(define x)",
    "(define)",
    "(define ())",
    "(define (f))",
    "(define (f) (begin))",
    "(define (f) (letrec () (define x 9) x))",
    "(define x 1) (define x 2)",
    "(define-values () (values))",
    "(define-values all (values))",
    "(define-values () (begin))",
    "(define-values ())",
    "(define-record-type nothing #f nothing?)",
    "(define-record-type nothing #f #f)",
    "(define-record-type nothing (make) nothing?)",
    "(define-record-type nothing make nothing?)",
    "(define-record-type nothing (make) nothing? (x))",
    "(define-record-type nothing (make) nothing? x)",
    "(define-record-type nothing ())",
    "(define-record-type () () ())",
    "(define-record-type nothing (make) nothing?) (define nothing 1) (set! nothing 2) (make)",
    "(define-syntax m (syntax-rules ()))",
    "(define-syntax m (syntax-rules ())) (m)",
    "(define-syntax m (syntax-rules () ((_) (begin)))) (m)",
    "(define-syntax m (syntax-rules () ((_)))) (m)",
    "(define-syntax m (syntax-rules () (_ 1))) (m)",
    "(define-syntax m (syntax-rules () ((_ x ...) (begin x ...)))) (m)",
    "(define-syntax m (syntax-rules ... ((_ x ...) (begin x ...)))) (m)",
    "(define-syntax m ()) (m)",
    "(define-syntax m begin) (m)",
    "(cond-expand (else))",
    "(cond-expand)",
    "(letrec () (define x 9) x)",
    "(letrec () (define x 9))",
    "(let-syntax () (define x 9) x)",
    "(let-values () (begin) 1)",
    "(case-lambda (() 1))",
    "(case-lambda)",
    "(let loop () (loop))",
    "(do () (#t))",
    "(lambda ())",
    "(lambda () (lambda () (letrec* () 1)))",
    "(quasiquote ())",
    "(include)",
    "(import)",
    "(export)",
    "()",
    "(())",
    "#()",
];

/// Texts that are no form in some place.
const UNITS: &[&str] = &[
    "",
    ";",
    "#;()",
    "(import)",
    "(import ())",
    "(import (only))",
    "(import (only (cozen core)))",
    "(import (prefix (cozen core) ||))",
    "(define-library)",
    "(define-library ())",
    "(define-library (a))",
    "(define-library (a)) (import (a))",
    "(define-library (a) (export) (import) (begin) (begin)) (import (a) (a))",
    "(define-library (a) ()) (import (a))",
    "(define-library (a) (begin)) (define-library (b) (import (a))) (import (b))",
    "(define-library (a) (cond-expand)) (import (a))",
    "(define-library (a) (import (cozen core)) (cond-expand (else))) (import (a))",
    "(define-library (a) (include)) (import (a))",
    "(define-library (a) (include-library-declarations)) (import (a))",
    "(define-library (a) (export x)) (import (a))",
    "(define-library (a) (import (a))) (import (a))",
];

/// What is wrong, if it is a fault of the compiler.
fn fault(text: &str, outcome: Outcome, options: &Options) -> Option<String> {
    let message = match outcome.map(|program| compile(program, None, options)) {
        Ok(Err(CompileError::Internal(error))) => error.to_string(),
        Ok(_) => return None,
        Err(mistakes) => {
            let mut mistakes = mistakes.iter().map(ToString::to_string);
            mistakes.find(|mistake| mistake.contains("internal compiler error"))?
        }
    };
    Some(format!("{options:?}: {text}: {message}"))
}

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = UNITS.iter().map(ToString::to_string).collect();
    for form in FORMS {
        texts.push(format!("{IMPORT} {form}"));
        texts.push(format!("{IMPORT} {form} (begin)"));
        texts.push(format!(
            "(define-library (l) {IMPORT} (begin {form})) {IMPORT} (import (l))"
        ));
        texts.push(format!(
            "(define-library (l) {IMPORT} (begin {form})) (import (l))"
        ));
        texts.push(format!("{IMPORT} (let () {form})"));
        texts.push(format!("{IMPORT} (define (g) {form}) (g)"));
        texts.push(format!(
            "{IMPORT} (define-syntax n (syntax-rules () ((_) (begin {form})))) (n)"
        ));
        texts.push(format!(
            "{IMPORT} (define-syntax n (syntax-rules () ((_) {form}))) (list (n))"
        ));
        texts.push((*form).to_owned());
    }
    texts
}

#[test]
fn no_unit_with_nothing_in_it_stops_the_compiler() {
    let mut faults = Vec::new();
    for (level, tier) in [
        (Level::None, Tier::Bytecode),
        (Level::Full, Tier::Bytecode),
        (Level::Full, Tier::Native),
    ] {
        let options = Options {
            level,
            tier,
            native_generator: Some(&Cranelift),
            ..Options::default()
        };
        for text in texts() {
            let source = SourceText::new("test.scm", &text);
            let program = expand_program(&mut LibraryRegistry::new(), &source);
            faults.extend(fault(&text, program, &options));
            let interaction = EnvironmentId::INTERACTION;
            let forms = expand_text(&mut LibraryRegistry::new(), interaction, &source);
            faults.extend(fault(&text, forms, &options));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
