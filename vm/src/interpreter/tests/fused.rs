//! Superinstructions, and bytes that are no instruction.

use abi::isa::{AnyLocal, Instruction, Into, IntoAny, Local, Opcode, Word32};
use abi::tag;

use super::assembler::{Assembler, Code, CodePlace, Shape};
use super::{build_list, run, vm_with, zealous};

/// Code with `build_list`, and a procedure of one argument that puts the list of it into slot 2 and
/// goes on with what `body` writes; slots up to 9 are free.
fn on_a_list(body: impl FnOnce(&mut Assembler)) -> (Code, CodePlace) {
    let mut a = Assembler::default();
    let build = build_list(&mut a);
    let after = a.map("-L---------");
    let main = a.procedure(Shape {
        required: 1,
        slots: 16,
        entry: "-L",
        ..Shape::default()
    });
    a.copy(13, 1);
    a.call_known(build, 2, 12, after);
    body(&mut a);
    (a.finish(), main)
}

#[test]
fn two_loads_from_pairs_may_depend_on_each_other() {
    type Make = fn(Into, Local, Into, Local) -> Instruction;
    let each: [(Make, &str); 4] = [
        (
            |dst, pair, dst2, pair2| Instruction::CdrCar {
                dst,
                pair,
                dst2,
                pair2,
            },
            "((2 1) . 2)",
        ),
        (
            |dst, pair, dst2, pair2| Instruction::CdrCdr {
                dst,
                pair,
                dst2,
                pair2,
            },
            "((2 1) 1)",
        ),
        (
            |dst, pair, dst2, pair2| Instruction::CarCar {
                dst,
                pair,
                dst2,
                pair2,
            },
            "wrong-type car 1 \"pair\" 3",
        ),
        (
            |dst, pair, dst2, pair2| Instruction::CarCdr {
                dst,
                pair,
                dst2,
                pair2,
            },
            "wrong-type cdr 1 \"pair\" 3",
        ),
    ];
    for (make, expected) in each {
        let (code, main) = on_a_list(|a| {
            a.emit(make(Into(3), Local(2), Into(4), Local(3)));
            a.cons(3, 3, 4);
            a.return_value(3);
        });
        assert_eq!(run(&mut vm_with(|_| ()), code, main, &[3]), expected);
    }
}

#[test]
fn of_two_loads_the_first_may_raise() {
    let (code, main) = on_a_list(|a| {
        a.emit(Instruction::CdrCar {
            dst: Into(3),
            pair: Local(1),
            dst2: Into(4),
            pair2: Local(2),
        });
        a.return_value(3);
    });
    let mut vm = vm_with(|_| ());
    assert_eq!(
        run(&mut vm, code, main, &[3]),
        "wrong-type cdr 1 \"pair\" 3"
    );
}

#[test]
fn copies_are_made_one_after_the_other() {
    let (code, main) = on_a_list(|a| {
        a.emit(Instruction::Copy3 {
            dst: IntoAny(3),
            src: AnyLocal(1),
            dst2: IntoAny(1),
            src2: AnyLocal(2),
            dst3: IntoAny(2),
            src3: AnyLocal(3),
        });
        a.cons(1, 1, 2);
        a.return_value(1);
    });
    assert_eq!(run(&mut vm_with(|_| ()), code, main, &[2]), "((2 1) . 2)");
}

#[test]
fn a_word_is_returned_as_it_stands() {
    for (word, written) in [(tag::TRUE, "#t"), (tag::NULL, "()"), (-24_i64 as u64, "-3")] {
        let (code, main) = on_a_list(|a| {
            let word = Word32(word as i32);
            a.emit(Instruction::ReturnWord { word });
        });
        assert_eq!(run(&mut vm_with(|_| ()), code, main, &[1]), written);
    }
}

/// Counts down from its argument and conses what it counts, with a poll before each pair and at
/// each end of the loop.
fn count_down(a: &mut Assembler) -> CodePlace {
    let before = a.map("-LL");
    let count = a.procedure(Shape {
        required: 1,
        slots: 6,
        entry: "-L",
        ..Shape::default()
    });
    a.load_null(2);
    let map = a.map_offset(Opcode::PollCons, before);
    let again = a.emit(Instruction::PollCons {
        dst: Into(2),
        car: Local(1),
        cdr: Local(2),
        map,
    });
    a.add_small(1, 1, -1, before);
    a.poll_branch_not_equal(1, 0, again, before);
    a.return_value(2);
    count
}

#[test]
fn polls_in_front_of_other_work_see_the_frame_before_it() {
    let mut a = Assembler::default();
    let count = count_down(&mut a);
    let code = a.finish();
    for mut vm in [vm_with(|_| ()), zealous()] {
        assert_eq!(run(&mut vm, code, count, &[4]), "(1 2 3 4)");
    }
    let written = run(&mut vm_with(|_| ()), code, count, &[100_000]);
    assert!(written.starts_with("(1 2 3 ") && written.ends_with(" 99999 100000)"));
}

#[test]
fn a_byte_that_is_no_opcode_raises() {
    for byte in (0..=u8::MAX).filter(|&byte| Opcode::from_byte(byte).is_none()) {
        let (code, main) = on_a_list(|a| a.byte(byte));
        let message = run(&mut vm_with(|_| ()), code, main, &[1]);
        assert_eq!(message, format!("trap {byte}"));
    }
}
