//! Continuations and calls of the host.

use std::rc::Rc;

use abi::isa::{
    BranchOffset, Count, Instruction, Into, IntoReturned, Local, Opcode, PrimitiveOperand,
    TestOperand,
};
use abi::primitive::Primitive;
use abi::type_test::TypeTest;
use gc::Scope;

use super::assembler::{Assembler, CodePlace, Shape};
use super::{build_list, enter, outcome, run, vm_with, zealous};
use crate::value::Value;

/// Returns its continuation: `(define (here) (%capture))`
fn capture_procedure(a: &mut Assembler) -> CodePlace {
    let map = a.map("--");
    let here = a.procedure(Shape {
        slots: 4,
        ..Shape::default()
    });
    let map = a.map_offset(Opcode::Capture, map);
    a.emit(Instruction::Capture { dst: Into(1), map });
    a.return_value(1);
    here
}

/// Returns through the same continuation as often as a box counts up to 3, then the count.
fn multi_shot(a: &mut Assembler) -> CodePlace {
    let here = capture_procedure(a);
    let after = a.map("-LL-");
    let count = a.map("-LLL-");
    let main = a.procedure(Shape {
        slots: 10,
        ..Shape::default()
    });
    a.load_small(1, 0);
    a.emit(Instruction::MakeBox {
        dst: Into(2),
        src: Local(1),
    });
    a.load_small(1, 77);
    a.call_known(here, 3, 6, after);
    let done = a.emit(Instruction::BranchType {
        src: Local(3),
        test: TestOperand(TypeTest::Fixnum as u8),
        offset: BranchOffset(0),
    });
    a.emit(Instruction::BoxRef {
        dst: Into(4),
        boxed: Local(2),
    });
    a.add_small(4, 4, 1, count);
    a.emit(Instruction::BoxSet {
        boxed: Local(2),
        src: Local(4),
    });
    a.load_null(5);
    let last = a.branch_equal(4, 3);
    a.cons(5, 3, 5);
    a.reinstate(3, 5);
    a.land(last);
    a.cons(5, 4, 5);
    a.reinstate(3, 5);
    a.land(done);
    a.cons(1, 1, 3);
    a.return_value(1);
    main
}

/// Calls `target`, which takes no arguments, from `depth` frames down, each with a live slot.
fn deep_caller(a: &mut Assembler, target: CodePlace) -> CodePlace {
    let after = a.map("-L-");
    let deep = a.procedure(Shape {
        required: 1,
        slots: 8,
        entry: "-L",
        ..Shape::default()
    });
    let branch = a.branch_not_equal(1, 0);
    a.call_known(target, 2, 4, after);
    a.return_value(2);
    a.land(branch);
    a.add_small(5, 1, -1, after);
    a.call_known(deep, 2, 4, after);
    a.cons(2, 1, 2);
    a.return_value(2);
    deep
}

#[test]
fn continuations_can_be_returned_to_many_times() {
    let mut a = Assembler::default();
    let main = multi_shot(&mut a);
    let deep = deep_caller(&mut a, main);
    let code = a.finish();
    for mut vm in [vm_with(|_| ()), zealous()] {
        assert_eq!(run(&mut vm, code, main, &[]), "(77 . 3)");
        assert_eq!(run(&mut vm, code, deep, &[3]), "(3 2 1 77 . 3)");
    }
    let mut vm = vm_with(|_| ());
    let written = run(&mut vm, code, deep, &[10_000]);
    assert!(written.starts_with("(10000 9999 ") && written.ends_with(" 2 1 77 . 3)"));
}

#[test]
fn a_continuation_of_a_run_that_is_over_goes_on_in_this_one() {
    let mut a = Assembler::default();
    let here = capture_procedure(&mut a);
    let back = a.procedure(Shape {
        required: 2,
        slots: 6,
        entry: "-LL",
        ..Shape::default()
    });
    a.reinstate(1, 2);
    let code = a.finish();
    let mut vm = vm_with(|_| ());
    let result = enter(&mut vm, |m| {
        m.apply(|m| (code.closure(m, here), Vec::new())).unwrap();
        let done = m.apply(|m| {
            let value = Value::fixnum(7).expect("small");
            let values = m.list([value]);
            (code.closure(m, back), vec![m.result(), values])
        });
        outcome(m, done)
    });
    assert_eq!(result, "7");
}

#[test]
fn what_goes_to_a_continuation_is_a_list() {
    let mut a = Assembler::default();
    let here = capture_procedure(&mut a);
    let back = a.procedure(Shape {
        required: 2,
        slots: 6,
        entry: "-LL",
        ..Shape::default()
    });
    a.reinstate(1, 2);
    let code = a.finish();
    for is_circular in [true, false] {
        let mut vm = vm_with(|_| ());
        let result = enter(&mut vm, |m| {
            m.apply(|m| (code.closure(m, here), Vec::new())).unwrap();
            let done = m.apply(|m| {
                let values = m.cons(Value::TRUE, Value::FALSE);
                if is_circular {
                    m.set_cdr(values, values).expect("it is no literal");
                }
                (code.closure(m, back), vec![m.result(), values])
            });
            outcome(m, done)
        });
        assert!(
            result.starts_with("wrong-type %reinstate 2 \"list\""),
            "{result}"
        );
    }
}

/// Calls the host procedure whose ticket the register of the winders holds, with the list of its argument.
fn host_caller(a: &mut Assembler) -> CodePlace {
    let after = a.map("-L");
    let caller = a.procedure(Shape {
        required: 1,
        slots: 8,
        entry: "-L",
        ..Shape::default()
    });
    let map = a.map_offset(Opcode::Leaf, after);
    a.emit(Instruction::Leaf {
        dst: Into(2),
        primitive: PrimitiveOperand(Primitive::Winders.index()),
        first: Local(2),
        count: Count(0),
        map,
    });
    a.load_null(3);
    a.cons(3, 1, 3);
    let map = a.map_offset(Opcode::CallHost, after);
    a.emit(Instruction::CallHost {
        primitive: PrimitiveOperand(Primitive::CallHost.index()),
        first: Local(2),
        count: Count(2),
        dst: IntoReturned(2),
        words: Count(4),
        map,
    });
    a.cons(1, 2, 1);
    a.return_value(1);
    caller
}

#[test]
fn host_procedures_run_scheme_and_collect() {
    let mut a = Assembler::default();
    let caller = host_caller(&mut a);
    let build = build_list(&mut a);
    let code = a.finish();
    let mut vm = zealous();
    enter(&mut vm, |m| {
        m.set_winders(m.add_host_procedure(Box::new(move |m| {
            m.apply(|m| (code.closure(m, build), vec![m.argument(0)]))?;
            m.collect_now();
            m.apply(|m| (code.closure(m, build), vec![m.argument(0)]))?;
            Ok(())
        })));
    });
    assert_eq!(run(&mut vm, code, caller, &[3]), "((3 2 1) . 3)");
}

#[test]
fn an_escape_leaves_the_inner_run() {
    let mut a = Assembler::default();
    let here = capture_procedure(&mut a);
    let caller = host_caller(&mut a);
    let back = a.procedure(Shape {
        required: 1,
        slots: 6,
        entry: "-L",
        ..Shape::default()
    });
    a.load_null(2);
    a.cons(2, 2, 2);
    a.reinstate(1, 2);
    let after = a.map("--");
    let main = a.procedure(Shape {
        slots: 10,
        ..Shape::default()
    });
    a.call_known(here, 1, 4, after);
    let escaped = a.emit(Instruction::BranchNull {
        src: Local(1),
        offset: BranchOffset(0),
    });
    a.copy(5, 1);
    a.call_known(caller, 1, 4, after);
    a.land(escaped);
    a.load_small(2, 99);
    a.cons(1, 2, 1);
    a.return_value(1);
    let code = a.finish();
    for mut vm in [vm_with(|_| ()), zealous()] {
        enter(&mut vm, |m| {
            m.set_winders(m.add_host_procedure(Box::new(move |m| {
                m.apply(|m| (code.closure(m, back), vec![m.argument(0)]))?;
                Ok(())
            })));
        });
        assert_eq!(run(&mut vm, code, main, &[]), "(99)");
    }
}

#[test]
fn a_host_procedure_is_dropped_once_its_ticket_is_gone() {
    for scope in [Scope::Minor, Scope::Full] {
        let mut vm = vm_with(|_| ());
        enter(&mut vm, |m| {
            let marks = [(); 3].map(|()| Rc::new(()));
            let [kept, lost, replaced] = marks.each_ref().map(|mark| {
                let mark = Rc::clone(mark);
                m.add_host_procedure(Box::new(move |_| {
                    let _ = &mark;
                    Ok(())
                }))
            });
            assert!(m.host_procedure(lost).is_some());
            m.set_winders(m.cons(kept, replaced));
            m.collect_scope(scope);
            let held = || marks.each_ref().map(Rc::strong_count);
            assert_eq!(held(), [2, 1, 2]);
            let (kept, _) = m.pair(m.winders()).unwrap();
            assert!(m.host_procedure(kept).is_some());
            m.set_winders(m.list([kept]));
            m.collect_scope(Scope::Full);
            assert_eq!(held(), [2, 1, 1]);
            // The numbers are given again, and old tickets are none.
            let fresh = m.add_host_procedure(Box::new(|_| Ok(())));
            assert!(m.host_procedure(fresh).is_some());
            assert!(m.host_procedure(m.list([fresh])).is_none());
        });
    }
}
