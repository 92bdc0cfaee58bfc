//! Which definitions of a library need no code: their values stand in the image.
//!
//! A global variable that is defined once, as a procedure without free variables, and is never assigned, has its
//! value from the start. The code generators write nothing for the definition. The unit keeps it: analyses must see
//! that the closure is given away, and to whom nobody knows.
//!
//! This is right for a library that a runtime loads before anything else: nobody sees a variable of such a library
//! before all of the library has run, but the library itself, which defines each variable before it uses it.

use crate::core::ir::GlobalId;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::ssa::ir::{Operation, Procedure, ProcedureId, Unit, ValueId};

/// Global variables with the procedures that are their values.
pub(in crate::codegen) type Definitions = IdMap<GlobalId, ProcedureId>;

/// The definitions of `unit` that can stand in the image.
pub(in crate::codegen) fn laid_out_definitions(unit: &Unit) -> Definitions {
    let mut stores: IdVec<GlobalId, u32> = unit.tables.globals.side_table(0);
    let mut definitions = Definitions::default();
    for procedure in &unit.procedures {
        let closures = static_closures(procedure);
        for operation in operations(procedure) {
            match operation {
                Operation::GlobalDefine(global, value) => {
                    stores[*global] += 1;
                    if let Some(&closure) = closures.get(value) {
                        definitions.insert(*global, closure);
                    }
                }
                Operation::GlobalSet(global, _) => stores[*global] += 1,
                _ => {}
            }
        }
    }
    definitions.retain(|&global, _| stores[global] == 1);
    definitions
}

fn operations(procedure: &Procedure) -> impl Iterator<Item = &Operation> {
    let blocks = procedure.blocks.iter();
    let instructions = blocks.flat_map(|block| &block.instructions);
    instructions.map(|instruction| &instruction.operation)
}

/// The values that are closures of procedures without free variables.
fn static_closures(procedure: &Procedure) -> IdMap<ValueId, ProcedureId> {
    let blocks = procedure.blocks.iter();
    let instructions = blocks.flat_map(|block| &block.instructions);
    let closures = instructions.filter_map(|instruction| match instruction.operation {
        Operation::StaticClosure(closure) => Some((instruction.result?, closure)),
        _ => None,
    });
    closures.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::ssa::parse::parse;

    /// The variables that are laid out, with their procedures.
    fn laid_out(entry: &str) -> Vec<(u32, u32)> {
        let text = format!(
            r#"(globals (immutable "f") (immutable "g"))
            (procedure "" 0 0 #f 0 () (block b0 () {entry}))
            (procedure "f" 0 0 #f 0 () (block b0 () (let v0 (word 8)) (return v0)))"#
        );
        let definitions = laid_out_definitions(&parse(&text).unwrap());
        let mut found: Vec<(u32, u32)> = definitions
            .iter()
            .map(|(global, procedure)| (global.number(), procedure.number()))
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn a_procedure_that_is_defined_once_stands_in_the_image() {
        let define = "(let v0 (static-closure 1)) (do (global-define 0 v0)) (return v0)";
        assert_eq!(laid_out(define), [(0, 1)]);
    }

    #[test]
    fn a_variable_that_is_stored_to_twice_is_defined_by_code() {
        for second in ["(global-set! 0 v0)", "(global-define 0 v0)"] {
            let stores = format!(
                "(let v0 (static-closure 1)) (do (global-define 0 v0)) (do {second}) (return v0)"
            );
            assert_eq!(laid_out(&stores), []);
        }
    }

    #[test]
    fn a_value_that_is_no_static_closure_is_defined_by_code() {
        let define = "(let v0 (word 8)) (do (global-define 1 v0)) (return v0)";
        assert_eq!(laid_out(define), []);
    }
}
