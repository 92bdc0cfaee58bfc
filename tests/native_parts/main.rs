//! Native code that is linked to a program while the program runs.

mod loops;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cozen::{
    CompilerOptions, Error, Frontend, Jit, LinkRefusal, LoadError, Retention, Runtime, Tier,
    TrustedImage,
};

fn runtime(jit: Jit) -> Runtime {
    Runtime::builder().jit(jit).build().expect("a runtime")
}

/// Counts in a loop of calls, which poll, until `limit`; then calls `f`, which allocates on the way, and returns what
/// it does.
const PROGRAM: &str = "
    (import (scheme base))
    (define (build n) (if (= n 0) '() (cons (vector n) (build (- n 1)))))
    (define (sum list total) (if (null? list) total (sum (cdr list) (+ total (vector-ref (car list) 0)))))
    (define (turns n total) (if (= n 0) total (turns (- n 1) (+ total (sum (build 100) 0)))))
    (turns 300 0)";

fn run(runtime: &mut Runtime, text: &str) -> Result<i64, Error> {
    let image = runtime.compile_text(text, "program")?;
    runtime.enter(|scheme| {
        scheme.run_image(&image, "program", Retention::Reached)?;
        scheme.result()
    })
}

/// How many procedures have got native code: those of the library, then those of the program.
fn linked(runtime: &mut Runtime) -> Vec<usize> {
    runtime.enter(|scheme| {
        let links = scheme.native_links().iter();
        let procedures = links.map(|link| link.as_ref().expect("it is linked").procedures);
        procedures.collect()
    })
}

#[test]
fn native_code_is_linked_while_a_program_runs() {
    for seed in 0..20 {
        let mut runtime = runtime(Jit::Gradual(seed));
        assert_eq!(run(&mut runtime, PROGRAM).expect("it runs"), 1_515_000);
        let [library, program] = linked(&mut runtime)[..] else {
            panic!("the library and the program have native code");
        };
        assert!(library > 500 && program >= 2, "{library} {program}");
    }
}

#[test]
fn a_small_program_has_native_code_before_it_runs() {
    let mut runtime = runtime(Jit::On);
    // It polls a few times only.
    let text = "(import (scheme base)) (define (f n) (if (= n 0) 7 (f (- n 1)))) (f 3)";
    assert_eq!(run(&mut runtime, text).expect("it runs"), 7);
    assert_eq!(
        linked(&mut runtime).len(),
        2,
        "that of the library, and its own"
    );
}

/// So many procedures that native code is not made before the program runs, and calls of `turn` until `count`.
fn large_program(count: usize) -> String {
    let mut text = "(import (scheme base)) (define kept '())".to_owned();
    for number in 0..200 {
        let form = format!(
            "(define (f{number} a b) (vector (+ a {number}) (- b a) (* a b) (car (list b a)))) \
             (set! kept (cons f{number} kept))"
        );
        text.push_str(&form);
    }
    text + "(define (spin n) (if (= n 0) 0 (spin (- n 1))))
            (define (turns n) (for-each (lambda (f) (f n 2)) kept) (spin 100000) (if (= n 0) n (turns (- n 1))))"
        + &format!("(turns {count})")
}

#[test]
fn a_thread_makes_native_code_of_a_larger_program_that_runs_on() {
    let mut runtime = runtime(Jit::On);
    let text = large_program(100);
    // As long as it takes: most often, the first run sees it. Hot procedures come first.
    for _ in 0..200 {
        assert_eq!(run(&mut runtime, &text).expect("it runs"), 0);
        let is_whole = runtime.enter(|scheme| {
            // The first is that of the library. Native code of a run that is over is refused.
            let links = scheme.native_links().iter().skip(1).flatten();
            links.into_iter().any(|linked| linked.procedures > 200)
        });
        if is_whole {
            return;
        }
    }
    panic!("all procedures get native code");
}

#[test]
fn a_program_ends_before_its_native_code_is_made() {
    for _ in 0..5 {
        let mut runtime = runtime(Jit::On);
        assert_eq!(run(&mut runtime, &large_program(0)).expect("it runs"), 0);
        // The thread finds that the runtime is gone.
    }
}

#[test]
fn native_code_that_was_made_before_is_linked_to_the_same_image_in_another_runtime() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    let listen = move |part: &TrustedImage<'static>| {
        keep.lock().expect("no panic").push(part.clone());
    };
    let builder = Runtime::builder().jit(Jit::On).native_parts(listen);
    let mut first = builder.build().expect("a runtime");
    let image = first.compile_text(PROGRAM, "program").expect("it compiles");
    let part = kept.lock().expect("no panic").pop();
    let part = part.expect("a small program has native code before it runs");
    for (jit, links) in [(Jit::On, 2), (Jit::Off, 0)] {
        let mut runtime = runtime(jit);
        runtime.enter(|scheme| {
            let retention = Retention::Reached;
            let run = scheme.run_image_with_part(&image, part.clone(), "program", retention);
            run.expect("it runs");
            assert_eq!(scheme.result::<i64>().expect("a number"), 1_515_000);
        });
        assert_eq!(linked(&mut runtime).len(), links);
    }
}

#[test]
fn without_jit_nothing_is_linked() {
    let mut runtime = runtime(Jit::Off);
    assert_eq!(run(&mut runtime, PROGRAM).expect("it runs"), 1_515_000);
    assert_eq!(linked(&mut runtime), []);
}

#[test]
fn a_program_with_native_code_goes_with_it() {
    let mut runtime = runtime(Jit::Gradual(1));
    let held = |runtime: &mut Runtime| {
        runtime.enter(|scheme| {
            // What a weak table or a symbol held goes with the second.
            scheme.collect();
            scheme.collect();
            let statistics = scheme.statistics();
            (statistics.external_bytes, statistics.external_mappings)
        })
    };
    run(&mut runtime, PROGRAM).expect("it runs");
    let once = held(&mut runtime);
    for _ in 0..5 {
        run(&mut runtime, PROGRAM).expect("it runs");
    }
    assert_eq!(linked(&mut runtime).len(), 7);
    assert_eq!(held(&mut runtime), once, "images and their parts are gone");
}

#[test]
fn a_continuation_and_a_closure_keep_native_code_that_was_linked() {
    let text = "
        (import (scheme base))
        (define kept #f)
        (define (walk n)
          (if (= n 0)
              (call/cc (lambda (k) (set! kept k) 1))
              (+ 1 (walk (- n 1)))))
        (define (turns n) (if (= n 0) (walk 1000) (begin (walk 3) (turns (- n 1)))))
        (turns 1000)
        (lambda (n) (if (= n 0) (walk 50) (kept n)))";
    for seed in 0..10 {
        let mut runtime = runtime(Jit::Gradual(seed));
        let image = runtime.compile_text(text, "program").expect("it compiles");
        runtime.enter(|scheme| {
            let run = scheme.run_image(&image, "program", Retention::Reached);
            run.expect("it runs");
            let procedure = scheme.handle(scheme.value());
            for _ in 0..3 {
                scheme.collect();
                let depth: i64 = scheme.call(&procedure, &[&0]).expect("it returns");
                assert_eq!(depth, 51);
            }
        });
    }
}

#[test]
fn native_code_of_another_program_is_refused_and_the_program_runs_on() {
    let mut runtime = runtime(Jit::Gradual(1));
    let other = PROGRAM.replace("300", "200");
    let first = runtime
        .compile_text(PROGRAM, "program")
        .expect("it compiles");
    runtime
        .compile_text(&other, "program")
        .expect("it compiles");
    runtime.enter(|scheme| {
        let run = scheme.run_image(&first, "program", Retention::Reached);
        run.expect("it runs");
        assert_eq!(scheme.result::<i64>().expect("a number"), 1_515_000);
        let [Ok(_), Err(LinkRefusal::Load(refused))] = scheme.native_links() else {
            panic!("the part of another program is refused");
        };
        assert!(
            matches!(refused, LoadError::PartOfOtherImage { .. }),
            "{refused:?}"
        );
    });
}

/// The programs of the tests in Scheme, and of the benchmarks.
fn programs() -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = [
        "tests/scheme/compiler",
        "tests/scheme/machine",
        "benches/programs",
    ]
    .map(PathBuf::from)
    .into();
    let mut files = Vec::new();
    while let Some(directory) = directories.pop() {
        let entries = std::fs::read_dir(&directory).expect("a directory of the project");
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.ends_with("large") {
                // They take as long as all others together.
            } else if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "scm") {
                files.push(path);
            }
        }
    }
    files
}

fn compiled(file: &Path, tier: Tier) -> TrustedImage<'static> {
    let options = CompilerOptions {
        tier,
        native_apart: true,
        ..CompilerOptions::default()
    };
    let compiled = Frontend::standard(Vec::new(), options).compile_program(file);
    compiled.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn an_image_is_the_same_whether_native_code_is_made_for_it_or_not() {
    let files = programs();
    assert!(files.len() > 20, "{}", files.len());
    for file in files {
        let [without, with] = [Tier::Bytecode, Tier::Native].map(|tier| compiled(&file, tier));
        assert!(without == with, "{}", file.display());
    }
}
