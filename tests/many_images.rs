//! Images of evaluated forms that stay take no mappings of the operating system, of which a process has 65,530.
//!
//! Bytecode takes none. Native code takes some until many are taken; forms after that run as bytecode.
//!
//! The test is alone in its file, because it counts mappings of the whole process.

use cozen::{Runtime, Scheme, Tier};

/// How many closures of `eval` live at once as bytecode. 12,000 used to meet the limit.
const CLOSURES: i64 = 3000;
/// How many live at once natively: more than the loader gives mappings to.
const NATIVE_CLOSURES: i64 = 9000;
/// Mappings that other things may take: the heap, which grows.
const OTHER_MAPPINGS: usize = 64;
/// Mappings that all images with native code may take together.
const NATIVE_MAPPINGS: usize = 33_000;

fn mappings() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux");
    maps.lines().count()
}

/// Keeps so many closures, calls them all, lets them go. Meanwhile they take at most so many mappings.
fn keep_and_drop(scheme: &mut Scheme<'_, '_>, closures: i64, mappings_max: usize) {
    let before = mappings();
    let keep = format!(
        "(define kept
           (let loop ((i 0) (kept '()))
             (if (= i {closures})
                 kept
                 (loop (+ i 1)
                       (cons (eval `(let ((box (list ,i))) (lambda (x) (set-car! box (+ x (car box))) (car box)))
                                   (interaction-environment))
                             kept)))))"
    );
    scheme.run_text(&keep, "keep").expect("there is room");
    let call = "(let loop ((rest kept) (sum 0)) (if (null? rest) sum (loop (cdr rest) (+ sum ((car rest) 1)))))";
    let sum = closures * (closures - 1) / 2;
    assert_eq!(
        scheme.evaluate::<i64>(call).expect("it is a sum"),
        sum + closures
    );
    scheme.collect();
    assert_eq!(
        scheme.evaluate::<i64>(call).expect("it is a sum"),
        sum + 2 * closures
    );
    assert!(
        mappings() < before + mappings_max,
        "{before} mappings, then {}",
        mappings()
    );
    scheme
        .run_text("(set! kept #f)", "drop")
        .expect("it is a variable");
    scheme.collect();
    scheme.collect();
    assert!(mappings() < before + OTHER_MAPPINGS);
}

#[test]
fn closures_of_eval_stay_within_the_mappings_of_a_process() {
    for is_read in [false, true] {
        let builder = Runtime::builder().tier(Tier::Bytecode).read_images(is_read);
        builder.build().expect("a runtime").enter(|scheme| {
            keep_and_drop(scheme, CLOSURES, OTHER_MAPPINGS);
            keep_and_drop(scheme, CLOSURES, OTHER_MAPPINGS);
        });
    }
    let builder = Runtime::builder().tier(Tier::Native);
    builder
        .build()
        .expect("a runtime")
        .enter(|scheme| keep_and_drop(scheme, NATIVE_CLOSURES, NATIVE_MAPPINGS));
}
