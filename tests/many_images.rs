//! Images of evaluated forms that stay take no mappings of the operating system, of which a process has 65,530.
//!
//! The test is alone in its file, because it counts mappings of the whole process.

#[path = "support/runtime.rs"]
mod runtime;

use cozen::Scheme;
use runtime::runtime_builder;

/// How many closures of `eval` live at once. 12,000 used to meet the limit.
const CLOSURES: i64 = 3000;

fn mappings() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux");
    maps.lines().count()
}

/// Keeps closures, calls them all, lets them go.
fn keep_and_drop(scheme: &mut Scheme<'_, '_>) {
    let before = mappings();
    let keep = format!(
        "(define kept
           (let loop ((i 0) (kept '()))
             (if (= i {CLOSURES})
                 kept
                 (loop (+ i 1)
                       (cons (eval `(let ((box (list ,i))) (lambda (x) (set-car! box (+ x (car box))) (car box)))
                                   (interaction-environment))
                             kept)))))"
    );
    scheme.run_text(&keep, "keep").expect("there is room");
    let call = "(let loop ((rest kept) (sum 0)) (if (null? rest) sum (loop (cdr rest) (+ sum ((car rest) 1)))))";
    let sum = CLOSURES * (CLOSURES - 1) / 2;
    assert_eq!(
        scheme.evaluate::<i64>(call).expect("it is a sum"),
        sum + CLOSURES
    );
    scheme.collect();
    assert_eq!(
        scheme.evaluate::<i64>(call).expect("it is a sum"),
        sum + 2 * CLOSURES
    );
    assert!(
        mappings() < before + 64,
        "{before} mappings, then {}",
        mappings()
    );
    scheme
        .run_text("(set! kept #f)", "drop")
        .expect("it is a variable");
    scheme.collect();
    scheme.collect();
    assert!(mappings() < before + 64);
}

#[test]
fn closures_of_eval_take_no_mappings() {
    for builder in [runtime_builder(), runtime_builder().read_images(true)] {
        let mut runtime = builder.build().expect("a runtime");
        runtime.enter(|scheme| {
            keep_and_drop(scheme);
            keep_and_drop(scheme);
        });
    }
}
