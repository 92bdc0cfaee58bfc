//! Both code generators write every primitive, and say of each what they write.
//!
//! In debug builds code generation checks itself: frame maps against an analysis of the bytecode, calls in
//! native code against what the primitive's row says of such calls. Here both write every row.

use std::fmt::Write as _;

use abi::primitive::{Effect, MANY, Primitive, PrimitiveClass, ResultType};
use compiler::codegen::generate;
use compiler::id::Id as _;
use compiler::options::Tier;
use compiler::phase_times::PhaseTimes;
use compiler::ssa::ir::ProcedureId;
use compiler::ssa::parse::parse;
use compiler::ssa::verify::verify;
use native::Cranelift;

/// How many operands a primitive without a limit is given: as many as are named one by one, and more.
const COUNTS: [u16; 4] = [1, 2, 3, 5];

fn counts(primitive: Primitive) -> Vec<u16> {
    let (min, max) = (primitive.arguments_min(), primitive.arguments_max());
    if max == MANY {
        let counts = COUNTS.into_iter().filter(|&count| count > min);
        return [min].into_iter().chain(counts).collect();
    }
    (min..=max).collect()
}

/// A procedure of `count` parameters that gives them to the primitive, behind an entry; it returns the
/// value, or branches on it and nothing else.
fn unit_text(primitive: Primitive, count: u16, branches: bool) -> String {
    let mut operands = String::new();
    let index = "(let v90 (fixnum 0))";
    for number in 0..count {
        let is_index =
            number == 2 && matches!(primitive, Primitive::RecordRef | Primitive::RecordSet);
        let operand = if is_index { 90 } else { number };
        write!(operands, " v{operand}").expect("strings grow");
    }
    let kind = match primitive.class() {
        PrimitiveClass::Host => "call-host",
        PrimitiveClass::Inline | PrimitiveClass::Leaf => "primitive",
    };
    let call = format!("({kind} {}{operands})", primitive.name());
    let body = match primitive.result() {
        ResultType::Unspecified => format!("(do {call}) (return v90)"),
        _ if branches => format!(
            "(let v91 {call}) (branch (true v91) (b1) (b2))) (block b1 () (return v90))
             (block b2 () (return v90)"
        ),
        _ => format!("(let v91 {call}) (return v91)"),
    };
    let names = vec!["\"x\""; usize::from(count)].join(" ");
    let values: Vec<String> = (0..count).map(|number| format!("v{number}")).collect();
    let values = values.join(" ");
    format!(
        "(procedure \"\" 0 0 #f 0 () (block b0 () (let v0 (fixnum 0)) (return v0)))
         (procedure \"p\" {count} 0 #f 0 ({names})
           (block b0 ({values}) {index} {body}))"
    )
}

#[test]
fn every_primitive_has_bytecode_and_native_code_and_calls_what_its_row_says() {
    let is_operation = |primitive: &&Primitive| {
        primitive.effect() != Effect::Control || **primitive == Primitive::Capture
    };
    for &primitive in Primitive::ALL.iter().filter(is_operation) {
        for count in counts(primitive) {
            for branches in [false, true] {
                let text = unit_text(primitive, count, branches);
                let unit = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(verify(&unit), [], "{text}");
                for tier in [Tier::Bytecode, Tier::Native] {
                    let linked =
                        generate(&unit, tier, Some(&Cranelift), &mut PhaseTimes::default());
                    let linked = linked.unwrap_or_else(|error| panic!("{text}: {error}"));
                    let code = &linked.procedures[ProcedureId::new(1)];
                    assert_eq!(code.native.is_some(), tier == Tier::Native, "{text}");
                }
            }
        }
    }
}
