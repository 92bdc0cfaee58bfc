//! Core in, the shape of SSA out.

use super::build;
use crate::core::parse;
use crate::core::pass::{close, convert_assignments, fix_letrec, integrate_primitives};
use crate::id::Id;
use crate::ssa::ir::{Procedure, ProcedureId, Terminator, Unit};
use crate::ssa::print::print;

fn built(text: &str) -> Unit {
    let program = parse(text).unwrap();
    let program = close(convert_assignments(fix_letrec(integrate_primitives(
        program,
    ))));
    build(program).unwrap()
}

/// The blocks of a procedure, one a line: parameters, names of the operations, end.
fn shape(procedure: &Procedure) -> String {
    let mut lines = Vec::new();
    for (id, block) in procedure.blocks.entries() {
        let parameters: Vec<u32> = block
            .parameters
            .iter()
            .map(|value| value.number())
            .collect();
        let mut line = format!("b{} {parameters:?}:", id.number());
        for instruction in &block.instructions {
            let operation = format!("{:?}", instruction.operation);
            let name = operation.split('(').next().unwrap();
            line += " ";
            line += name;
        }
        let end = match &block.terminator {
            Terminator::Jump(_) => " jump".to_owned(),
            Terminator::Branch(condition, ..) => format!(" branch {condition:?}"),
            Terminator::Return(_) => " return".to_owned(),
            Terminator::ReturnValues(values) => format!(" return {}", values.len()),
            Terminator::CallReceive { required, .. } => format!(" receive {required}"),
            other => format!(" {other:?}"),
        };
        line += &end;
        lines.push(line);
    }
    lines.join("\n")
}

#[test]
fn calls_of_known_procedures_and_small_constants_are_direct() {
    let unit = built(
        "(letrec ((fib@0 (lambda fib.0 (n.1) (if (call (immutable <) n.1 2) n.1 \
         (call (immutable +) (call fib@0 (call (immutable -) n.1 1)) \
         (call fib@0 (call (immutable -) n.1 2))))))) (call fib@0 30))",
    );
    assert_eq!(unit.procedures.len(), 2);
    assert!(unit.cells.is_empty());
    let fib = &unit.procedures[ProcedureId::new(1)];
    assert_eq!(
        shape(fib),
        "\
b0 [0]: branch CompareSmall(Less, ValueId(0), 2)
b1 []: return
b2 []: AddSmall CallKnown AddSmall CallKnown Primitive return"
    );
}

#[test]
fn tests_are_branches_and_booleans_only_where_they_are_wanted() {
    let unit = built(
        "(lambda _.0 (x.0 y.1) (if (if (call (immutable null?) x.0) (call (immutable not) y.1) #f) 1 2))",
    );
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "\
b0 [0, 1]: branch Type(Null, ValueId(0))
b1 []: Word return
b2 []: Word return
b3 []: branch True(ValueId(1))"
    );
    let unit = built("(lambda _.0 (x.0) (call (immutable vector) (call (immutable <) x.0 1)))");
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "\
b0 [0]: branch CompareSmall(Less, ValueId(0), 1)
b1 [1]: Primitive return
b2 []: Word jump
b3 []: Word jump"
    );
}

#[test]
fn top_level_variables_are_in_cells_only_where_procedures_use_them() {
    let unit = built(
        "(letrec ((x@0 (call (immutable list) 1)) (y@1 (call (immutable list) 2)) \
         (f@2 (lambda f.0 () x@0))) (call (immutable vector) f@2 y@1))",
    );
    assert_eq!(unit.cells, ["x".into()]);
    assert_eq!(
        shape(&unit.procedures[ProcedureId::ENTRY]),
        "b0 []: Word Primitive CellSet Word Primitive StaticClosure Primitive return"
    );
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "b0 []: CellRef return"
    );
}

#[test]
fn closures_hold_what_is_free() {
    let unit = built("(lambda _.0 (x.0) (lambda _.1 () (call (immutable vector) x.0 x.0)))");
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "b0 [0]: MakeClosure ClosureInit return"
    );
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(2)]),
        "b0 [0]: ClosureRef Primitive return"
    );
}

#[test]
fn what_another_closure_holds_is_loaded_through_it_once() {
    let program = parse(
        "(lambda _.0 (x.0 y.1) (fix ((f.2 (lambda f.1 () (%free x.0 y.1) (cons x.0 y.1)))) \
         (lambda _.2 () (%free f.2) (%through (x.0 f.2) (y.1 f.2)) (list f.2 y.1 x.0 y.1))))",
    );
    let text = print(&build(program.unwrap()).unwrap());
    let (_, last) = text.rsplit_once("(procedure").unwrap();
    insta::assert_snapshot!(last, @r#"
    "" 0 0 #f 1 ()
     (block b0 (v0)
       (let v1 (closure-ref v0 0))
       (let v2 (closure-ref v1 1))
       (let v3 (closure-ref v1 0))
       (let v4 (primitive list v1 v2 v3 v2))
       (return v4)))
    "#);
}

#[test]
fn closures_of_one_group_are_filled_where_they_are_made_unless_they_hold_what_follows() {
    let of_group = |f: &str, g: &str| {
        let unit = built(&format!(
            "(lambda _.0 (x.0) (fix ((f.1 (lambda f.1 () (list {f}))) (g.2 (lambda g.2 () (list {g})))) \
             (list f.1 g.2)))"
        ));
        shape(&unit.procedures[ProcedureId::new(1)])
    };
    assert_eq!(
        of_group("x.0", "f.1 x.0"),
        "b0 [0]: MakeClosure ClosureInit MakeClosure ClosureInit ClosureInit Primitive return"
    );
    assert_eq!(
        of_group("g.2 x.0", "x.0"),
        "b0 [0]: MakeClosure ClosureInit MakeClosure ClosureInit ClosureInit Primitive return"
    );
    assert_eq!(
        of_group("g.2 x.0", "f.1 x.0"),
        "b0 [0]: MakeClosure MakeClosure ClosureInit ClosureInit ClosureInit ClosureInit Primitive return"
    );
}

#[test]
fn values_are_never_packed_for_a_receiver() {
    let unit = built(
        "(lambda _.0 (f.0) (receive (a.1 b.2) (if f.0 (values 1 2) (call f.0)) (vector a.1 b.2)))",
    );
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "\
b0 [0]: branch True(ValueId(0))
b1 [1, 2]: Primitive return
b2 []: Word Word jump
b3 []: receive 2
b4 [5, 6]: jump"
    );
    let unit = built("(lambda _.0 () (vector (values 1 2)))");
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "b0 []: Word Word CallKnown Primitive return"
    );
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(2)]),
        "b0 [0, 1]: return 2"
    );
}

#[test]
fn loops_have_no_calls() {
    let unit = built(
        "(lambda _.0 (n.0) (labels ((loop.1 (i.1) (if (< i.1 n.0) (goto loop.1 (+ i.1 1)) i.1))) \
         (goto loop.1 0)))",
    );
    assert_eq!(
        shape(&unit.procedures[ProcedureId::new(1)]),
        "\
b0 [0]: Word jump
b1 [1]: branch Compare(Less, ValueId(1), ValueId(0))
b2 []: AddSmall jump
b3 []: return"
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let operands = " 1".repeat(40_000);
    let program = parse(&format!("(list{operands})")).unwrap();
    assert_eq!(
        build(close(program)).unwrap_err().to_string(),
        "40000 values at once, the limit is 32767"
    );
}

#[test]
fn the_index_of_a_records_field_is_literal() {
    let refused = |text: &str| build(close(parse(text).unwrap())).map(drop);
    refused("(%record-ref 1 2 0)").expect("a small fixnum is a literal index");
    for text in [
        "(%record-ref 1 2 (car 3))",
        "(%record-ref 1 2 -1)",
        "(%record-ref 1 2 65536)",
        "(%record-ref 1 2 #t)",
        "(%record-set! 1 2 (car 3) 4)",
    ] {
        let error = refused(text).unwrap_err().to_string();
        assert!(
            error.contains("needs a literal index of a field"),
            "{error}"
        );
    }
}
