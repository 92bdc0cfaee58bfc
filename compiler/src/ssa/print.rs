//! SSA as text: data that [`parse`](super::parse) reads back. Places and names of values are left out.
//!
//! ```text
//! (cells "counter")
//! (globals "x" (immutable "car"))
//! (literals (word 16) (datum (a b)))
//! (procedure "sum" 1 0 #f 0 ("n")
//!   (block b0 (v0)
//!     (let v1:f64 (unbox-f64 v0))
//!     (do (poll))
//!     (branch (compare-small < v0 2) (b1 v0) (b2))))
//! ```
//!
//! `(result f64)` before the blocks says how a procedure's result is represented, if not tagged.

use std::fmt::Write as _;

use abi::tag;

use super::ir::{
    Block, BlockId, Callee, Condition, Operation, Procedure, Switch, SwitchKey, Target, Terminator,
    Unit, ValueId,
};
use crate::core::ir::Literal;
use crate::id::Id;

/// The text of a unit.
pub fn print(unit: &Unit) -> String {
    let mut text = String::new();
    print_tables(unit, &mut text);
    for procedure in &unit.procedures {
        print_procedure(procedure, &mut text);
    }
    text
}

/// Appends formatted text, which cannot fail.
macro_rules! put {
    ($text:expr, $($format:tt)*) => {
        write!($text, $($format)*).expect("writing to a string does not fail")
    };
}

fn print_tables(unit: &Unit, text: &mut String) {
    if !unit.cells.is_empty() {
        text.push_str("(cells");
        unit.cells
            .iter()
            .for_each(|name| put!(text, " {}", quoted(name)));
        text.push_str(")\n");
    }
    if !unit.tables.globals.is_empty() {
        text.push_str("(globals");
        for global in &unit.tables.globals {
            if global.immutable {
                put!(text, " (immutable {})", quoted(&global.key));
            } else {
                put!(text, " {}", quoted(&global.key));
            }
        }
        text.push_str(")\n");
    }
    if !unit.tables.literals.is_empty() {
        text.push_str("(literals");
        for literal in &unit.tables.literals {
            match literal {
                Literal::Word(word) => put!(text, " (word {})", *word as i64),
                Literal::Datum(datum) => {
                    put!(text, " (datum {})", unit.tables.data.to_text(datum.0));
                }
            }
        }
        text.push_str(")\n");
    }
}

fn quoted(name: &str) -> String {
    let mut text = String::new();
    syntax::write_string(name, &mut text).expect("writing to a string does not fail");
    text
}

fn print_procedure(procedure: &Procedure, text: &mut String) {
    let rest = if procedure.rest { "#t" } else { "#f" };
    let (required, optional, free) = (procedure.required, procedure.optional, procedure.free);
    put!(
        text,
        "(procedure {} {required} {optional} {rest} {free} (",
        quoted(&procedure.name)
    );
    let names: Vec<String> = procedure
        .parameter_names
        .iter()
        .map(|name| quoted(name))
        .collect();
    put!(text, "{})", names.join(" "));
    if procedure.result.is_raw() {
        put!(text, "\n  (result {})", procedure.result.name());
    }
    for (id, block) in procedure.blocks.entries() {
        print_block(procedure, id, block, text);
    }
    text.push_str(")\n");
}

fn print_block(procedure: &Procedure, id: BlockId, block: &Block, text: &mut String) {
    let definition = |value: ValueId| {
        let repr = procedure.values[value].repr;
        if repr.is_raw() {
            format!("v{}:{}", value.number(), repr.name())
        } else {
            format!("v{}", value.number())
        }
    };
    let parameters: Vec<String> = block
        .parameters
        .iter()
        .map(|&value| definition(value))
        .collect();
    put!(
        text,
        "\n  (block b{} ({})",
        id.number(),
        parameters.join(" ")
    );
    for instruction in &block.instructions {
        let operation = operation_text(&instruction.operation);
        match instruction.result {
            Some(result) => put!(text, "\n    (let {} {operation})", definition(result)),
            None => put!(text, "\n    (do {operation})"),
        }
    }
    put!(text, "\n    {})", terminator_text(&block.terminator));
}

fn form(head: &str, values: &[ValueId]) -> String {
    let mut text = format!("({head}");
    for value in values {
        put!(text, " v{}", value.number());
    }
    text.push(')');
    text
}

fn optional_value(value: Option<ValueId>) -> String {
    value.map_or_else(|| "#f".to_owned(), |value| format!("v{}", value.number()))
}

/// The text of one operation.
pub fn operation_text(operation: &Operation) -> String {
    match operation {
        Operation::Literal(literal) => format!("(literal {})", literal.number()),
        Operation::Word(word) if tag::is_fixnum(*word) => {
            format!("(fixnum {})", tag::fixnum_value(*word))
        }
        Operation::Word(word) => format!("(word {})", *word as i64),
        Operation::Raw(word) => format!("(raw {})", *word as i64),
        Operation::GlobalRef(global) => format!("(global-ref {})", global.number()),
        Operation::GlobalSet(global, value) => {
            format!("(global-set! {} v{})", global.number(), value.number())
        }
        Operation::GlobalDefine(global, value) => {
            format!("(global-define {} v{})", global.number(), value.number())
        }
        Operation::CellRef(cell) => format!("(cell-ref {})", cell.number()),
        Operation::CellSet(cell, value) => {
            format!("(cell-set! {} v{})", cell.number(), value.number())
        }
        Operation::CheckInitialized(value, name) => {
            format!("(check-initialized v{} {})", value.number(), quoted(name))
        }
        Operation::Primitive(primitive, operands) => {
            form(&format!("primitive {}", primitive.name()), operands)
        }
        Operation::AddSmall(value, small) => format!("(add-small v{} {small})", value.number()),
        Operation::StaticClosure(procedure) => format!("(static-closure {})", procedure.number()),
        Operation::MakeClosure(procedure, free) => {
            format!("(make-closure {} {free})", procedure.number())
        }
        Operation::ClosureInit(closure, index, value) => {
            format!(
                "(closure-init v{} {index} v{})",
                closure.number(),
                value.number()
            )
        }
        Operation::ClosureRef(closure, index) => {
            format!("(closure-ref v{} {index})", closure.number())
        }
        Operation::Call(callee, operands) => form(&format!("call v{}", callee.number()), operands),
        Operation::CallKnown(procedure, closure, operands) => {
            let closure = optional_value(*closure);
            form(
                &format!("call-known {} {closure}", procedure.number()),
                operands,
            )
        }
        Operation::CallHost(primitive, operands) => {
            form(&format!("call-host {}", primitive.name()), operands)
        }
        Operation::Raw1(raw, value) => form(raw.name(), &[*value]),
        Operation::Raw2(raw, a, b) => form(raw.name(), &[*a, *b]),
        Operation::Poll => "(poll)".to_owned(),
    }
}

fn condition_text(condition: &Condition) -> String {
    let compare = |head: &str, relation: &str, a: ValueId, b: ValueId| {
        format!("({head} {relation} v{} v{})", a.number(), b.number())
    };
    match *condition {
        Condition::True(value) => form("true", &[value]),
        Condition::Type(test, value) => form(&format!("type {}", test.name()), &[value]),
        Condition::Eq(a, b) => form("eq", &[a, b]),
        Condition::EqWord(value, word) => format!("(eq-word v{} {word})", value.number()),
        Condition::Compare(relation, a, b) => compare("compare", relation.name(), a, b),
        Condition::CompareSmall(relation, a, small) => {
            format!(
                "(compare-small {} v{} {small})",
                relation.name(),
                a.number()
            )
        }
        Condition::CompareF64(relation, a, b) => compare("compare-f64", relation.name(), a, b),
        Condition::CompareI64(relation, a, b) => compare("compare-i64", relation.name(), a, b),
        Condition::CompareU64(relation, a, b) => compare("compare-u64", relation.name(), a, b),
    }
}

fn block_name(block: BlockId) -> String {
    format!("b{}", block.number())
}

fn target_text(target: &Target) -> String {
    form(&block_name(target.block), &target.arguments)
}

fn switch_text(switch: &Switch) -> String {
    let key = match switch.key {
        SwitchKey::SymbolHash { shift, bits } => format!("symbol-hash {shift} {bits}"),
        key => key.name().to_owned(),
    };
    let mut text = format!("(switch {}", form(&key, &[switch.value]));
    for (key, target) in &switch.cases {
        put!(text, " ({key} {})", target_text(target));
    }
    put!(text, " (else {}))", target_text(&switch.default));
    text
}

fn terminator_text(terminator: &Terminator) -> String {
    match terminator {
        Terminator::None => "(none)".to_owned(),
        Terminator::Jump(target) => format!("(jump {})", target_text(target)),
        Terminator::Branch(condition, yes, no) => {
            let (yes, no) = (target_text(yes), target_text(no));
            format!("(branch {} {yes} {no})", condition_text(condition))
        }
        Terminator::Switch(switch) => switch_text(switch),
        Terminator::Return(value) => form("return", &[*value]),
        Terminator::ReturnValues(values) => form("return-values", values),
        Terminator::TailCall(callee, operands) => {
            form(&format!("tail-call v{}", callee.number()), operands)
        }
        Terminator::TailCallKnown(procedure, closure, operands) => {
            let closure = optional_value(*closure);
            form(
                &format!("tail-call-known {} {closure}", procedure.number()),
                operands,
            )
        }
        Terminator::TailApply(callee, list) => form("tail-apply", &[*callee, *list]),
        Terminator::Reinstate(continuation, values) => form("reinstate", &[*continuation, *values]),
        Terminator::ReinstateValue(continuation, value) => {
            form("reinstate-value", &[*continuation, *value])
        }
        Terminator::CallReceive {
            callee,
            arguments,
            required,
            rest,
            block,
            ..
        } => {
            let callee = match callee {
                Callee::Value(value) => format!("v{}", value.number()),
                Callee::Known(procedure, closure) => {
                    format!(
                        "(known {} {})",
                        procedure.number(),
                        optional_value(*closure)
                    )
                }
            };
            let rest = if *rest { "#t" } else { "#f" };
            let head = format!(
                "call-receive {callee} {required} {rest} {}",
                block_name(*block)
            );
            form(&head, arguments)
        }
    }
}
