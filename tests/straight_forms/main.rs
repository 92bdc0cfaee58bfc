//! Straight forms, whose code is written right from Core, do what they do on the way through SSA.
//!
//! Random forms without lambdas and loops are evaluated in several runtimes. One of them counts rewrites, so that all
//! of its forms go through SSA. Another one collects at every place where it may. After each form, the value or the
//! error with its backtrace must be the same in all.

#[path = "../support/runtime.rs"]
mod runtime;

mod random;

use std::num::NonZeroU32;

use cozen::{BacktraceFrame, Error, Runtime, Scheme, Zeal};
use random::{Random, form};

/// How many forms are evaluated.
const FORMS: u64 = 3000;
/// How many of them with collections at every place.
const FORMS_WITH_ZEAL: u64 = 150;

/// What forms use.
const PRELUDE: &str = r#"
    (define g0 10)
    (define g1 (list 1 2 3))
    (define g2 (vector 'a "b" #\c))
    (define (same x) x)
    (define (pair x y) (cons x y))
    (define (count . rest) (length rest))
    (define (two) (values 1 2))
    (define (fail x) (error "failed" x))
    (define (catch x) (guard (c (#t (list 'caught (if (error-object? c) (error-object-message c) c)))) (raise x)))
    (define (deep n) (if (= n 0) '() (cons n (eval (list 'deep (- n 1)) (interaction-environment)))))
    (define saved #f)
    (define turns 0)
    (define (save k) (set! saved k) 7)
    (define (again x) (if (< turns 2) (begin (set! turns (+ turns 1)) (saved x)) 'over))
"#;

/// What becomes of a form: as the last of a text, at a prompt, or given to `eval`.
fn outcome(scheme: &mut Scheme<'_, '_>, text: &str, way: u64) -> String {
    let done = match way {
        0 => scheme.run_text(text, "form"),
        1 => scheme.run_text_for_values(text, "form"),
        _ => {
            let text = format!("(eval '{text} (interaction-environment))");
            scheme.run_text_for_values(&text, "form")
        }
    };
    match done {
        Ok(()) => {
            let shown = scheme.heap().written(scheme.value());
            shown.expect("the heap has room for a text")
        }
        Err(Error::Raised(raised)) => {
            let frames: Vec<String> = raised.backtrace.iter().map(shown).collect();
            format!("{} {frames:?} {:?}", raised.report, raised.text)
        }
        Err(error) => format!("{error:?}"),
    }
}

/// A frame. Without a line there is no place, whatever the file is called.
fn shown(frame: &BacktraceFrame) -> String {
    let BacktraceFrame {
        procedure,
        file,
        line,
        column,
    } = frame;
    match line {
        0 => format!("{procedure:?}"),
        _ => format!("{procedure:?} at {file}:{line}:{column}"),
    }
}

fn outcomes(mut runtime: Runtime, seed: u64, count: u64) -> Vec<(String, String)> {
    runtime.enter(|scheme| {
        scheme.run_text(PRELUDE, "prelude").expect("it is right");
        let one = |number| {
            let mut random = Random::new(seed + number);
            let text = form(&mut random);
            let way = random.below(3);
            outcome(scheme, "(set! turns 0)", 0);
            let outcome = outcome(scheme, &text, way);
            (text, outcome)
        };
        (0..count).map(one).collect()
    })
}

fn compare(one: &[(String, String)], other: &[(String, String)]) {
    for (number, (one, other)) in one.iter().zip(other).enumerate() {
        assert_eq!(one.1, other.1, "form {number}: {}", one.0);
    }
}

fn seed() -> u64 {
    let seed = std::env::var("COZEN_STRAIGHT_SEED").ok();
    seed.map_or(1, |seed| seed.parse().expect("the seed is a number"))
}

#[test]
fn straight_forms_do_what_they_do_on_the_way_through_ssa() {
    let direct = runtime::runtime_builder().build().expect("there is room");
    let through_ssa = runtime::runtime_builder().stop_after_rewrite(u64::MAX);
    let through_ssa = through_ssa.build().expect("there is room");
    let found = outcomes(direct, seed(), FORMS);
    compare(&found, &outcomes(through_ssa, seed(), FORMS));
    let raised = found
        .iter()
        .filter(|(_, outcome)| outcome.contains(" at form:"));
    let raised = raised.count() as u64;
    assert!(
        (FORMS / 10..FORMS * 9 / 10).contains(&raised),
        "{raised} raised"
    );
}

#[test]
fn straight_forms_stay_right_while_everything_moves() {
    let plain = runtime::runtime_builder().build().expect("there is room");
    let with_zeal = runtime::runtime_builder().zeal(Zeal::Every(NonZeroU32::MIN));
    let with_zeal = with_zeal.build().expect("there is room");
    let found = outcomes(plain, seed(), FORMS_WITH_ZEAL);
    compare(&found, &outcomes(with_zeal, seed(), FORMS_WITH_ZEAL));
}
