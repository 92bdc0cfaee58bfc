//! The interpreter on hand-assembled code.

mod assembler;
mod continuations;
mod fused;

use std::num::NonZeroU32;
use std::rc::Rc;

use abi::isa::{Count, Flag, Instruction, Into, Local, Opcode};
use gc::{HeapOptions, Zeal};
use loader::TrustedImage;
use syntax::{Data, DatumId};

use self::assembler::{Assembler, Code, CodePlace, Shape};
use crate::ending::VmError;
use crate::hooks::{EnvironmentNumber, FormText, Frontend, FrontendError};
use crate::mutator::Mutator;
use crate::value::Value;
use crate::vm::{Vm, VmOptions};

struct NoFrontend;

impl Frontend for NoFrontend {
    fn part_bytes(&self) -> usize {
        1
    }

    fn retained_bytes(&self) -> usize {
        0
    }

    fn settle_libraries(&mut self, _is_defined: &dyn Fn(&str) -> bool) -> Vec<Rc<str>> {
        Vec::new()
    }

    fn compile_datum(
        &mut self,
        _: &Data,
        _: DatumId,
        _: EnvironmentNumber,
        _: usize,
    ) -> Result<TrustedImage<'static>, FrontendError> {
        Err(FrontendError::default())
    }

    fn compile_file(
        &mut self,
        _: &str,
        _: EnvironmentNumber,
        _: usize,
    ) -> Result<TrustedImage<'static>, FrontendError> {
        Err(FrontendError::default())
    }

    fn compile_next(
        &mut self,
        _: &str,
        _: &[FormText],
        _: usize,
    ) -> Result<(TrustedImage<'static>, usize), FrontendError> {
        Err(FrontendError::default())
    }

    fn environment(
        &mut self,
        _: &Data,
        _: DatumId,
        _: usize,
    ) -> Result<Option<EnvironmentNumber>, FrontendError> {
        Err(FrontendError::default())
    }

    fn forget_environment(&mut self, _: EnvironmentNumber) {}
}

/// Enters a machine of a test.
fn enter<R>(vm: &mut Vm, body: impl for<'id> FnOnce(&mut Mutator<'id>) -> R) -> R {
    // SAFETY: tests keep the values of each machine to itself.
    unsafe { vm.enter(body) }
}

fn vm_with(change: impl FnOnce(&mut VmOptions)) -> Vm {
    let heap = HeapOptions {
        arena_bytes: 4 << 30,
        nursery_bytes: 256 << 10,
        verify: true,
        ..HeapOptions::default()
    };
    let mut options = VmOptions {
        heap,
        ..VmOptions::default()
    };
    change(&mut options);
    Vm::new(options, Box::new(NoFrontend)).unwrap()
}

fn zealous() -> Vm {
    vm_with(|options| {
        options.heap.zeal = Some(Zeal::Every(NonZeroU32::MIN));
    })
}

/// What a call of the procedure at `place` with fixnum arguments returns, as `write` writes it.
fn run(vm: &mut Vm, code: Code, place: CodePlace, arguments: &[i64]) -> String {
    enter(vm, |m| {
        let done = m.apply(|m| {
            let arguments = arguments.iter().map(|&n| Value::fixnum(n).unwrap());
            (code.closure(m, place), arguments.collect())
        });
        outcome(m, done)
    })
}

fn outcome(m: &Mutator<'_>, done: Result<(), VmError>) -> String {
    match done {
        Ok(()) => m.written(m.result()).unwrap(),
        Err(VmError::Failed { message, .. }) => message,
        Err(error) => format!("{error:?}"),
    }
}

/// `(define (build n) (if (= n 0) '() (cons n (build (- n 1)))))`
fn build_list(a: &mut Assembler) -> CodePlace {
    let after = a.map("-L-");
    let build = a.procedure(Shape {
        required: 1,
        slots: 6,
        entry: "-L",
        ..Shape::default()
    });
    let branch = a.branch_not_equal(1, 0);
    a.load_null(1);
    a.return_value(1);
    a.land(branch);
    a.add_small(5, 1, -1, after);
    a.call_known(build, 2, 4, after);
    a.cons(1, 1, 2);
    a.return_value(1);
    build
}

#[test]
fn a_list_is_built_on_the_way_back_from_a_deep_recursion() {
    let mut a = Assembler::default();
    let build = build_list(&mut a);
    let code = a.finish();
    for mut vm in [vm_with(|_| ()), zealous()] {
        assert_eq!(run(&mut vm, code, build, &[5]), "(5 4 3 2 1)");
    }
    let mut vm = vm_with(|options| options.heap.verify = false);
    enter(&mut vm, |m| {
        m.apply(|m| (code.closure(m, build), vec![Value::count(1_000_000)]))
            .unwrap();
        assert_eq!(m.elements(m.result()).count(), 1_000_000);
    });
}

/// `(define (count n) (if (= n 0) 0 (begin (cons n n) (+ 1 (count (- n 1))))))`: garbage on the way
/// down and back, with polls.
fn count_with_garbage(a: &mut Assembler) -> CodePlace {
    let after = a.map("---");
    let before = a.map("-L-");
    let polled = a.map("--L");
    let count = a.procedure(Shape {
        required: 1,
        slots: 6,
        entry: "-L",
        ..Shape::default()
    });
    let branch = a.branch_not_equal(1, 0);
    a.return_value(1);
    a.land(branch);
    a.cons(2, 1, 1);
    a.add_small(5, 1, -1, before);
    a.call_known(count, 2, 4, after);
    let map = a.map_offset(Opcode::Poll, polled);
    a.emit(Instruction::Poll { map });
    a.cons(1, 2, 2);
    a.add_small(1, 2, 1, polled);
    a.return_value(1);
    count
}

#[test]
fn collections_on_a_deep_stack_stop_at_the_barrier() {
    let mut a = Assembler::default();
    let count = count_with_garbage(&mut a);
    let code = a.finish();
    let mut vm = vm_with(|options| options.heap.verify = false);
    assert_eq!(run(&mut vm, code, count, &[1_000_000]), "1000000");
    let collections = enter(&mut vm, |m| m.statistics().minor.count);
    assert!(collections > 100, "{collections}");
    assert_eq!(run(&mut zealous(), code, count, &[50]), "50");
}

#[test]
fn without_a_library_a_condition_ends_the_run() {
    let mut a = Assembler::default();
    let car = a.procedure(Shape {
        required: 1,
        slots: 4,
        entry: "-L",
        ..Shape::default()
    });
    a.car(1, 1);
    a.return_value(1);
    let code = a.finish();
    let mut vm = vm_with(|_| ());
    assert_eq!(run(&mut vm, code, car, &[5]), "wrong-type car 1 \"pair\" 5");
    let wrong_count = run(&mut vm, code, car, &[5, 6]);
    assert!(
        wrong_count.starts_with("wrong-argument-count"),
        "{wrong_count}"
    );
}

#[test]
fn conditions_call_the_handler_in_place_of_the_frame() {
    let mut a = Assembler::default();
    let car = a.procedure(Shape {
        required: 1,
        slots: 4,
        entry: "-L",
        ..Shape::default()
    });
    a.car(1, 1);
    a.return_value(1);
    let handler = a.procedure(Shape {
        required: 3,
        slots: 6,
        entry: "-LLL",
        ..Shape::default()
    });
    a.cons(1, 1, 2);
    a.return_value(1);
    let code = a.finish();
    let mut vm = zealous();
    enter(&mut vm, |m| {
        m.define_global("%vm-error", |m| code.closure(m, handler));
    });
    assert_eq!(
        run(&mut vm, code, car, &[5]),
        "(wrong-type car 1 \"pair\" 5)"
    );
}

#[test]
fn optional_and_rest_arguments_are_put_in_their_places() {
    let mut a = Assembler::default();
    let shape = Shape {
        required: 1,
        optional: 1,
        has_rest: true,
        slots: 6,
        entry: "-LLL",
    };
    let procedure = a.procedure(shape);
    a.cons(2, 2, 3);
    a.cons(1, 1, 2);
    a.return_value(1);
    let code = a.finish();
    let mut vm = zealous();
    assert_eq!(run(&mut vm, code, procedure, &[1, 2, 3, 4]), "(1 2 3 4)");
    assert_eq!(run(&mut vm, code, procedure, &[1, 2]), "(1 2)");
    let absent = run(&mut vm, code, procedure, &[1]);
    assert!(absent.starts_with("(1 #<"), "{absent}");
    let many: Vec<i64> = (0..1000).collect();
    let written = run(&mut vm, code, procedure, &many);
    assert!(written.ends_with(" 998 999)"), "{written}");
}

#[test]
fn receive_takes_any_number_of_values() {
    let mut a = Assembler::default();
    let give = a.procedure(Shape {
        required: 3,
        slots: 5,
        entry: "-LLL",
        ..Shape::default()
    });
    a.emit(Instruction::ReturnValues {
        first: Local(1),
        count: Count(3),
    });
    let after = a.map("------");
    let take = a.procedure(Shape {
        required: 3,
        slots: 12,
        entry: "-LLL",
        ..Shape::default()
    });
    for slot in 1..4 {
        a.copy(slot + 6, slot);
    }
    a.call_known(give, 1, 6, after);
    a.emit(Instruction::Receive {
        first: Into(1),
        required: Count(1),
        rest: Flag(1),
    });
    a.cons(1, 2, 1);
    a.return_value(1);
    let strict = a.procedure(Shape {
        required: 3,
        slots: 12,
        entry: "-LLL",
        ..Shape::default()
    });
    for slot in 1..4 {
        a.copy(slot + 6, slot);
    }
    a.call_known(give, 1, 6, after);
    a.emit(Instruction::Receive {
        first: Into(1),
        required: Count(2),
        rest: Flag(0),
    });
    a.return_value(1);
    let code = a.finish();
    let mut vm = zealous();
    assert_eq!(
        run(&mut vm, code, give, &[7, 8, 9]),
        "7",
        "a plain return point takes the first"
    );
    assert_eq!(run(&mut vm, code, take, &[7, 8, 9]), "((8 9) . 7)");
    let message = run(&mut vm, code, strict, &[7, 8, 9]);
    assert!(message.starts_with("wrong-value-count 2"), "{message}");
}

/// Calls itself without end: `(define (forever) (cons (forever) '()))`
fn forever(a: &mut Assembler) -> CodePlace {
    let after = a.map("--");
    let forever = a.procedure(Shape {
        slots: 6,
        ..Shape::default()
    });
    a.call_known(forever, 1, 4, after);
    a.return_value(1);
    forever
}

#[test]
fn an_exhausted_stack_is_a_condition_and_the_next_run_has_it_all() {
    let mut a = Assembler::default();
    let forever = forever(&mut a);
    let build = build_list(&mut a);
    let code = a.finish();
    let mut vm = vm_with(|options| options.stack_bytes_max = 1 << 20);
    for _ in 0..2 {
        let message = run(&mut vm, code, forever, &[]);
        assert!(message.starts_with("stack-exhausted"), "{message}");
    }
    assert_eq!(run(&mut vm, code, build, &[2]), "(2 1)");
}

#[test]
fn an_interrupt_ends_the_run_at_the_next_poll() {
    let mut a = Assembler::default();
    let idle = a.map("");
    let endless = a.procedure(Shape {
        slots: 2,
        ..Shape::default()
    });
    let start = a.load_small(1, 0);
    a.jump_poll(start, idle);
    let code = a.finish();
    let mut vm = vm_with(|_| ());
    vm.interrupt().raise(crate::INTERRUPT_BIT);
    let ended = run(&mut vm, code, endless, &[]);
    assert!(ended.starts_with("Interrupted"), "{ended}");
}

#[test]
fn an_exhausted_heap_is_a_condition() {
    let mut a = Assembler::default();
    let idle = a.map("-L");
    let endless = a.procedure(Shape {
        required: 1,
        slots: 3,
        entry: "-L",
        ..Shape::default()
    });
    let start = a.cons(1, 1, 1);
    a.jump_poll(start, idle);
    let code = a.finish();
    let mut vm = vm_with(|options| {
        options.heap.heap_bytes_max = Some(8 << 20);
        options.heap.verify = false;
    });
    let message = run(&mut vm, code, endless, &[1]);
    assert!(message.starts_with("heap-exhausted"), "{message}");
}

/// `(define (call-one f x) (car (f x)))`, `(define (spread f list) (apply f list))`
#[test]
fn closures_are_called_and_lists_are_spread() {
    let mut a = Assembler::default();
    let after = a.map("-----");
    let call_one = a.procedure(Shape {
        required: 2,
        slots: 10,
        entry: "-LL",
        ..Shape::default()
    });
    for (dst, src) in [(6, 1), (7, 2)] {
        a.copy(dst, src);
    }
    a.call(1, 1, 6, after);
    a.car(1, 1);
    a.return_value(1);
    let spread = a.procedure(Shape {
        required: 2,
        slots: 4,
        entry: "-LL",
        ..Shape::default()
    });
    for (dst, src) in [(0, 1), (1, 2)] {
        a.copy(dst, src);
    }
    a.emit(Instruction::TailApply {
        arguments: Count(1),
    });
    let build = build_list(&mut a);
    let rest = Shape {
        has_rest: true,
        slots: 3,
        entry: "-L",
        ..Shape::default()
    };
    let list = a.procedure(rest);
    a.return_value(1);
    let code = a.finish();
    let mut vm = zealous();
    let called = enter(&mut vm, |m| {
        let done = m.apply(|m| {
            (
                code.closure(m, call_one),
                vec![code.closure(m, build), Value::count(4)],
            )
        });
        outcome(m, done)
    });
    assert_eq!(called, "4");
    for length in [0, 3, 500] {
        enter(&mut vm, |m| {
            m.apply(|m| (code.closure(m, build), vec![Value::count(length)]))
                .unwrap();
            let before = m.written(m.result()).unwrap();
            let done = m.apply(|m| {
                (
                    code.closure(m, spread),
                    vec![code.closure(m, list), m.result()],
                )
            });
            assert_eq!(outcome(m, done), before);
            let done = m.apply(|m| (code.closure(m, spread), vec![m.result(), Value::ZERO]));
            assert_eq!(outcome(m, done), "wrong-type apply 2 \"list\" 0");
        });
    }
}
