//! The embedding interface: evaluate, call, closures of Rust, conversions, errors, two runtimes.

#[path = "support/runtime.rs"]
mod runtime;

use std::cell::RefCell;
use std::rc::Rc;

use cozen::{Call, Error};
use runtime::runtime_builder;

fn with_runtime<R>(body: impl for<'a, 'id> FnOnce(&mut cozen::Scheme<'a, 'id>) -> R) -> R {
    runtime_builder().build().expect("a runtime").enter(body)
}

#[test]
fn numbers_strings_and_lists_cross_both_ways() {
    with_runtime(|scheme| {
        assert_eq!(scheme.evaluate::<i64>("(* 6 7)").unwrap(), 42);
        assert_eq!(
            scheme.evaluate::<u64>("(- (expt 2 64) 1)").unwrap(),
            u64::MAX
        );
        assert!((scheme.evaluate::<f64>("(/ 1 2)").unwrap() - 0.5).abs() < f64::EPSILON);
        assert_eq!(
            scheme
                .evaluate::<String>("(string-append \"λ\" \"x\")")
                .unwrap(),
            "λx"
        );
        assert_eq!(
            scheme.evaluate::<Vec<i32>>("(list 1 2 3)").unwrap(),
            [1, 2, 3]
        );
        assert_eq!(scheme.evaluate::<Option<char>>("#f").unwrap(), None);
        let error = scheme.evaluate::<i64>("\"x\"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected an exact integer of 64 bits, found \"x\""
        );
        scheme
            .run_text("(define (sum l) (apply + l))", "test")
            .unwrap();
        let sum = scheme.handle(scheme.variable("sum").unwrap());
        let list = vec![1_u64, 2, u64::MAX - 3];
        assert_eq!(scheme.call::<u64>(&sum, &[&list]).unwrap(), u64::MAX);
    });
}

#[test]
fn a_rust_closure_may_call_scheme_again() {
    with_runtime(|scheme| {
        scheme
            .define_procedure("twice", |call: &mut Call<'_, '_>| {
                let procedure = call.argument_handle(0)?;
                let start: i64 = call.argument(1)?;
                let once: i64 = call.scheme().call(&procedure, &[&start])?;
                let twice: i64 = call.scheme().call(&procedure, &[&once])?;
                call.give(twice)
            })
            .unwrap();
        let result: i64 = scheme.evaluate("(twice (lambda (x) (* x x)) 5)").unwrap();
        assert_eq!(result, 625);
    });
}

#[test]
fn a_rust_closure_is_escaped_through_and_afters_run() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    with_runtime(|scheme| {
        let log = Rc::clone(&seen);
        scheme
            .define_procedure("call-it", move |call: &mut Call<'_, '_>| {
                let procedure = call.argument_handle(0)?;
                log.borrow_mut().push("in");
                let inner: Result<(), Error> = call.scheme().call(&procedure, &[]);
                log.borrow_mut()
                    .push(if matches!(inner, Err(Error::Escape)) {
                        "escape"
                    } else {
                        "?"
                    });
                inner?;
                call.give(0)
            })
            .unwrap();
        let program = "(let ((trace '()))
            (let ((value (call/cc (lambda (k)
                    (dynamic-wind
                      (lambda () (set! trace (cons 'before trace)))
                      (lambda () (call-it (lambda () (k 41))))
                      (lambda () (set! trace (cons 'after trace))))))))
              (list value (length trace))))";
        assert_eq!(scheme.evaluate::<Vec<i64>>(program).unwrap(), [41, 2]);
        assert_eq!(
            scheme.evaluate::<i64>("(+ 1 1)").unwrap(),
            2,
            "the runtime goes on"
        );
    });
    assert_eq!(*seen.borrow(), ["in", "escape"]);
}

#[test]
fn what_scheme_raises_inside_a_rust_closure_is_handled_outside() {
    with_runtime(|scheme| {
        scheme
            .define_procedure("call-it", |call: &mut Call<'_, '_>| {
                let procedure = call.argument_handle(0)?;
                call.scheme().call::<()>(&procedure, &[])
            })
            .unwrap();
        let program =
            "(guard (e ((symbol? e) (symbol->string e))) (call-it (lambda () (raise 'boom))))";
        assert_eq!(scheme.evaluate::<String>(program).unwrap(), "boom");
    });
}

#[test]
fn a_rust_closures_own_error_is_a_condition() {
    with_runtime(|scheme| {
        scheme
            .define_procedure("fail", |_: &mut Call<'_, '_>| {
                Err(Error::Host("no luck".to_owned()))
            })
            .unwrap();
        let program = "(guard (e ((error-object? e) (error-object-message e))) (fail))";
        assert!(
            scheme
                .evaluate::<String>(program)
                .unwrap()
                .contains("no luck")
        );
        let error = scheme.evaluate::<()>("(fail)").unwrap_err();
        assert!(error.to_string().contains("no luck"), "{error}");
    });
}

#[test]
fn errors_tell_report_and_place() {
    with_runtime(|scheme| {
        let Err(Error::Raised(raised)) =
            scheme.run_text("(define (f x)\n  (car x))\n(f 3)", "test.scm")
        else {
            panic!("car of 3 raises");
        };
        assert!(raised.report.contains("car"), "{}", raised.report);
        let place = &raised.backtrace[0];
        assert_eq!(
            (place.procedure.as_str(), place.file.as_str(), place.line),
            ("f", "test.scm", 2)
        );
        assert!(matches!(
            scheme.run_text("(if)", "test.scm"),
            Err(Error::Syntax(_))
        ));
        assert!(matches!(
            scheme.run_text("(exit 3)", "test.scm"),
            Err(Error::Exit(3))
        ));
    });
}

#[test]
fn handles_keep_objects_and_follow_them() {
    with_runtime(|scheme| {
        scheme.run_text("(list 1 2 3)", "test").unwrap();
        let handle = scheme.handle(scheme.value());
        for _ in 0..3 {
            scheme
                .run_text("(vector->list (make-vector 1000 'x))", "test")
                .unwrap();
            scheme.collect();
        }
        let list = scheme.value_of(&handle).unwrap();
        assert_eq!(scheme.heap().written(list).unwrap(), "(1 2 3)");
    });
}

#[test]
fn two_runtimes_live_side_by_side() {
    let mut one = runtime_builder().build().unwrap();
    let mut two = runtime_builder().build().unwrap();
    one.enter(|scheme| scheme.run_text("(define x 1)", "one").unwrap());
    two.enter(|scheme| scheme.run_text("(define x 2)", "two").unwrap());
    let handle = one.enter(|scheme| {
        scheme.collect();
        assert_eq!(scheme.evaluate::<i64>("x").unwrap(), 1);
        scheme.run_text("(lambda () x)", "one").unwrap();
        scheme.handle(scheme.value())
    });
    two.enter(|scheme| {
        scheme.collect();
        assert_eq!(scheme.evaluate::<i64>("x").unwrap(), 2);
        assert!(matches!(
            scheme.call::<i64>(&handle, &[]),
            Err(Error::ForeignHandle)
        ));
    });
    drop(two);
    assert_eq!(
        one.enter(|scheme| scheme.call::<i64>(&handle, &[]).unwrap()),
        1
    );
}

#[test]
fn another_thread_interrupts_a_loop() {
    let mut runtime = runtime_builder().build().unwrap();
    let interrupt = runtime.interrupt();
    let waker = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        interrupt.request();
    });
    runtime.enter(|scheme| {
        let error = scheme.evaluate::<()>("(let loop () (loop))").unwrap_err();
        assert!(error.to_string().contains("interrupt"), "{error}");
        assert_eq!(scheme.evaluate::<i64>("(+ 1 1)").unwrap(), 2);
    });
    waker.join().expect("the waker does not panic");
}

/// Defines `stop`, which interrupts the runtime from inside.
fn define_stop(scheme: &mut cozen::Scheme<'_, '_>, interrupt: &cozen::Interrupt) {
    let interrupt = interrupt.clone();
    scheme
        .define_procedure("stop", move |_: &mut Call<'_, '_>| {
            interrupt.request();
            Ok(())
        })
        .expect("the library makes host procedures");
}

#[test]
fn an_interrupt_passes_every_handler() {
    let mut runtime = runtime_builder().build().unwrap();
    let interrupt = runtime.interrupt();
    runtime.enter(|scheme| {
        define_stop(scheme, &interrupt);
        scheme.run_text("(define seen '())", "test").unwrap();
        for program in [
            "(let again () (guard (e (#t (set! seen (cons e seen)) (again))) (stop) (let loop () (loop))))",
            "(with-exception-handler (lambda (e) (set! seen (cons e seen)) 1)
               (lambda () (stop) (let loop () (loop))))",
            "(dynamic-wind (lambda () #f) (lambda () (stop) (let loop () (loop)))
                           (lambda () (set! seen (cons 'after seen))))",
            "(call/cc (lambda (k) (with-exception-handler k (lambda () (stop) (let loop () (loop))))))",
        ] {
            let outcome = scheme.run_text(program, "test.scm");
            let Err(Error::Interrupted { backtrace }) = outcome else {
                panic!("{program}: {outcome:?}");
            };
            assert_eq!(backtrace[0].file, "test.scm", "{program}");
            let seen: Vec<String> = scheme.evaluate("seen").unwrap();
            assert_eq!(seen, [""; 0], "{program}");
        }
        let handled = "(guard (e (#t 'handled)) (raise 1))";
        scheme.run_text(handled, "test").unwrap();
        assert_eq!(scheme.heap().written(scheme.value()).unwrap(), "handled");
    });
}

#[test]
fn a_request_while_nothing_runs_is_forgotten() {
    let mut runtime = runtime_builder().build().unwrap();
    let interrupt = runtime.interrupt();
    interrupt.request();
    let image = runtime.compile_text("(+ 1 2)", "test").unwrap();
    runtime.enter(|scheme| {
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
        interrupt.request();
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
        scheme.run_text("(lambda (x) x)", "test").unwrap();
        let identity = scheme.handle(scheme.value());
        interrupt.request();
        assert_eq!(scheme.call::<i64>(&identity, &[&4]).unwrap(), 4);
        interrupt.request();
        scheme
            .run_image(&image, "test", cozen::Retention::Reached)
            .unwrap();
        interrupt.request();
        scheme.run_text("(list 1)", "test").unwrap();
        interrupt.request();
        let answers_list = "(lambda () (list 1))";
        scheme.run_text(answers_list, "test").unwrap();
        let list = scheme.handle(scheme.value());
        interrupt.request();
        assert_eq!(scheme.call::<Vec<i64>>(&list, &[]).unwrap(), [1]);
        assert!(!interrupt.is_requested());
    });
}

#[test]
fn a_request_while_the_text_of_a_call_is_compiled_ends_the_call() {
    let (send, receive) = std::sync::mpsc::channel::<cozen::Interrupt>();
    let interrupt = std::sync::Mutex::new(receive);
    let mut runtime = runtime_builder()
        .compiler_reports(move |_| {
            let receive = interrupt.lock().expect("one thread");
            receive.recv().expect("it was sent").request();
            Ok(())
        })
        .dump_after("expand")
        .build()
        .unwrap();
    send.send(runtime.interrupt()).expect("it is received");
    let outcome =
        runtime.enter(|scheme| scheme.evaluate::<i64>("(let ((f (lambda (x) x))) (f 1))"));
    assert!(
        matches!(outcome, Err(Error::Interrupted { .. })),
        "{outcome:?}"
    );
}

#[test]
fn an_interrupt_passes_host_procedures_unless_they_have_a_result_all_the_same() {
    let mut runtime = runtime_builder().build().unwrap();
    let interrupt = runtime.interrupt();
    runtime.enter(|scheme| {
        define_stop(scheme, &interrupt);
        let spin = "(begin (stop) (let loop () (loop)))";
        scheme
            .define_procedure("passes-on", move |call: &mut Call<'_, '_>| {
                call.scheme().evaluate::<()>(spin)
            })
            .unwrap();
        scheme
            .define_procedure("changes", move |call: &mut Call<'_, '_>| {
                let inner = call.scheme().evaluate::<()>(spin);
                assert_eq!(call.scheme().evaluate::<i64>("(+ 1 2)")?, 3);
                inner.map_err(|error| Error::Host(error.to_string()))
            })
            .unwrap();
        scheme
            .define_procedure("falls", move |call: &mut Call<'_, '_>| {
                call.scheme().evaluate::<()>(spin).expect("it ends");
                Ok(())
            })
            .unwrap();
        scheme
            .define_procedure("has-result", move |call: &mut Call<'_, '_>| {
                let inner = call.scheme().evaluate::<()>(spin);
                assert!(matches!(inner, Err(Error::Interrupted { .. })));
                call.give("a result")
            })
            .unwrap();
        for name in ["passes-on", "changes", "falls"] {
            for program in [
                "(guard (e (#t 1)) (NAME))",
                "(guard (e (#t 1)) (vector-map (lambda (x) (NAME)) #(1)))",
            ] {
                let outcome = scheme.evaluate::<()>(&program.replace("NAME", name));
                let is_interrupted = matches!(outcome, Err(Error::Interrupted { .. }));
                assert!(is_interrupted, "{name}: {outcome:?}");
            }
        }
        let outcome = scheme.evaluate::<String>("(guard (e (#t \"handled\")) (has-result))");
        assert_eq!(outcome.unwrap(), "a result");
        // A later error of a host procedure is its own.
        scheme
            .define_procedure("fails", |_: &mut Call<'_, '_>| {
                Err(Error::Host("no luck".to_owned()))
            })
            .unwrap();
        let outcome =
            scheme.evaluate::<String>("(guard (e (#t \"handled\")) (has-result) (fails))");
        assert_eq!(outcome.unwrap(), "handled");
    });
}

#[test]
fn an_error_of_another_runtime_that_is_passed_on_is_a_condition() {
    let other = Rc::new(RefCell::new(runtime_builder().build().unwrap()));
    with_runtime(|scheme| {
        let asked = Rc::clone(&other);
        scheme
            .define_procedure("ask", move |call: &mut Call<'_, '_>| {
                let text: String = call.argument(0)?;
                let n: i64 = asked.borrow_mut().enter(|other| other.evaluate(&text))?;
                call.give(n)
            })
            .unwrap();
        for (asked, message) in [
            ("(raise (list 1 2 3))", "(1 2 3)"),
            ("(error \"no luck\" 7)", "no luck 7"),
            ("(car 1)", "car"),
            ("(if)", "if"),
            ("\"text\"", "expected an exact integer"),
        ] {
            let program = format!("(guard (e (#t (error-object-message e))) (ask {asked:?}))");
            let report: String = scheme.evaluate(&program).unwrap();
            assert!(report.contains(message), "{asked}: {report}");
            let Err(Error::Raised(raised)) = scheme.evaluate::<i64>(&format!("(ask {asked:?})"))
            else {
                panic!("{asked} is an error");
            };
            assert!(raised.report.contains(message), "{}", raised.report);
            assert!(scheme.value_of(&raised.object).is_ok(), "it is our own");
        }
        // A handle of the other runtime is refused wherever it gets to.
        let Err(Error::Raised(raised)) = other
            .borrow_mut()
            .enter(|other| other.evaluate::<()>("(raise car)"))
        else {
            panic!("it raises");
        };
        let foreign = scheme.call::<()>(&raised.object, &[]);
        assert!(matches!(foreign, Err(Error::ForeignHandle)), "{foreign:?}");
        assert_eq!(scheme.evaluate::<i64>("(ask \"(+ 40 2)\")").unwrap(), 42);
        scheme.collect();
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
    });
}

#[test]
fn a_list_without_end_is_no_vector_at_once() {
    let start = std::time::Instant::now();
    let mut runtime = runtime_builder().heap_bytes_max(16 << 20).build().unwrap();
    runtime.enter(|scheme| {
        for list in [
            "(let ((l (list \"text\"))) (set-cdr! l l) l)",
            "(let ((l (list \"a\" \"b\" \"c\"))) (set-cdr! (cddr l) (cdr l)) l)",
            "(cons \"a\" \"b\")",
        ] {
            let outcome = scheme.evaluate::<Vec<String>>(list);
            assert!(
                matches!(outcome, Err(Error::Conversion { .. })),
                "{outcome:?}"
            );
            let inside = scheme.evaluate::<Vec<Vec<String>>>(&format!("(list {list})"));
            assert!(
                matches!(inside, Err(Error::Conversion { .. })),
                "{inside:?}"
            );
        }
        scheme
            .define_procedure("take", |call: &mut Call<'_, '_>| {
                let list: Vec<i64> = call.argument(0)?;
                call.give(list.len())
            })
            .unwrap();
        let program = "(guard (e (#t -1)) (take (let ((l (list 1))) (set-cdr! l l) l)))";
        assert_eq!(scheme.evaluate::<i64>(program).unwrap(), -1);
    });
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn a_listener_that_panics_while_a_program_runs_is_a_condition() {
    let mut runtime = runtime_builder()
        .dump_after("expand")
        .compiler_reports(|report| match report {
            cozen::CompilerReport::Program(text) if text.contains("planted") => {
                panic!("a planted panic")
            }
            _ => Ok(()),
        })
        .build()
        .unwrap();
    runtime.enter(|scheme| {
        // The text of the program itself is no occasion.
        let program = "(guard (e (#t (error-object-message e)))
            (let ((name (string->symbol (string-append \"plan\" \"ted\"))))
              (eval `(let ((,name 1)) (car ,name)) (interaction-environment))))";
        let message: String = scheme.evaluate(program).unwrap();
        assert!(message.contains("a planted panic"), "{message}");
        scheme.collect();
        let again = "(eval '(let ((x 1)) (+ x 1)) (interaction-environment))";
        assert_eq!(scheme.evaluate::<i64>(again).unwrap(), 2);
        // Outside of programs, a panic is the embedder's.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            scheme.evaluate::<i64>("(let ((planted 1)) planted)")
        }));
        assert!(outcome.is_err());
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
    });
}

#[test]
fn a_library_that_was_compiled_but_not_run_is_expanded_again() {
    let folder = std::env::temp_dir().join(format!("cozen-{}-not-run", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let library = "(define-library (l) (export f) (import (scheme base)) (begin (define (f) 42)))";
    std::fs::write(folder.join("l.sld"), library).unwrap();
    let mut runtime = runtime_builder().library_path(&folder).build().unwrap();
    let first = runtime.compile_text("(import (l)) (f)", "first").unwrap();
    let second = runtime.compile_text("(import (l)) (f)", "second").unwrap();
    runtime.enter(|scheme| {
        for image in [&second, &first] {
            scheme
                .run_image(image, "program", cozen::Retention::Reached)
                .unwrap();
            assert_eq!(scheme.result::<i64>().unwrap(), 42);
        }
        scheme
            .run_text("(import (scheme base) (l))", "test")
            .unwrap();
        assert_eq!(scheme.evaluate::<i64>("(f)").unwrap(), 42);
    });
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_rust_closure_is_dropped_once_scheme_cannot_call_it() {
    with_runtime(|scheme| {
        let mark = Rc::new(());
        for number in 0..1000_i64 {
            let mark = Rc::clone(&mark);
            scheme
                .define_procedure("number", move |call: &mut Call<'_, '_>| {
                    assert!(Rc::strong_count(&mark) > 1);
                    call.give(number)
                })
                .unwrap();
            if number == 500 {
                scheme.run_text("(define earlier number)", "test").unwrap();
            }
        }
        scheme.collect();
        assert_eq!(
            Rc::strong_count(&mark),
            3,
            "the last one, and an earlier one"
        );
        assert_eq!(
            scheme.evaluate::<i64>("(+ (number) (earlier))").unwrap(),
            1499
        );
        scheme
            .run_text("(define number #f) (set! earlier #f)", "test")
            .unwrap();
        scheme.collect();
        assert_eq!(Rc::strong_count(&mark), 1);
    });
}

#[test]
fn a_rust_closure_may_replace_itself() {
    with_runtime(|scheme| {
        scheme
            .define_procedure("again", |call: &mut Call<'_, '_>| {
                let define = |call: &mut Call<'_, '_>| call.give(2);
                call.scheme().define_procedure("again", define)?;
                call.scheme().collect();
                call.give(1)
            })
            .unwrap();
        assert_eq!(
            scheme
                .evaluate::<i64>("(let ((one (again))) (+ one (again)))")
                .unwrap(),
            3
        );
    });
}

#[test]
fn what_rust_gives_counts_against_the_limit() {
    let builder = runtime_builder().heap_bytes_max(8 << 20);
    builder.build().expect("a runtime").enter(|scheme| {
        let give = |call: &mut Call<'_, '_>| {
            let length: usize = call.argument(0)?;
            call.give(vec![1_u64; length])
        };
        scheme.define_procedure("ones", give).unwrap();
        let text = "(define (try n)
              (guard (e ((error-object? e) (error-object-message e))) (length (ones n))))";
        scheme.run_text(text, "test").unwrap();
        let message: String = scheme.evaluate("(try 5000000)").unwrap();
        assert!(message.starts_with("heap exhausted"), "{message}");
        assert_eq!(scheme.evaluate::<i64>("(try 100000)").unwrap(), 100_000);
        let length = scheme.handle(scheme.variable("length").unwrap());
        let error = scheme
            .call::<i64>(&length, &[&vec![1_u64; 5_000_000]])
            .unwrap_err();
        assert!(matches!(error, Error::HeapExhausted { .. }), "{error}");
        let text = "x".repeat(10 << 20);
        let error = scheme.call::<i64>(&length, &[&text]).unwrap_err();
        assert!(matches!(error, Error::HeapExhausted { .. }), "{error}");
        assert_eq!(
            scheme.call::<i64>(&length, &[&vec![1_u64; 1000]]).unwrap(),
            1000
        );
    });
}
