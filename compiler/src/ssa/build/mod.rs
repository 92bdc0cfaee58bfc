//! From Core to SSA: a procedure for each lambda, blocks with parameters, tests compiled to
//! branches.
//!
//! Before: stage 3 of Core. After: a unit whose first procedure is the entry, in SSA form, all
//! values tagged, no polls. Every block can be reached.
//!
//! Every expression is compiled for a [`Context`](context::Context), which says where its value
//! goes. So the test of an `if` never makes a boolean, and the values of `Receive` are never
//! packed. The work that is left lies on a stack of [steps](step::BuildStep), so that no program is too
//! deep.

mod call;
mod condition;
mod context;
mod deliver;
mod expression;
mod helper;
mod known_variables;
mod layout;
mod limits;
mod procedure;
mod step;
#[cfg(test)]
mod tests;
mod unit_builder;
mod variable;

use super::Tables;
use super::ir::{Procedure, ProcedureId, Unit};
use crate::checkpoint;
use crate::core::ir::Program;
use crate::id::IdVec;
use layout::Layout;
use procedure::ProcedureBuilder;
use unit_builder::{Job, UnitBuilder};

pub use limits::BuildError;

/// Builds the unit of a closed program.
///
/// # Errors
///
/// A procedure with more variables, or a form with more values, than instructions can number.
///
/// # Panics
///
/// When closure conversion has not run.
pub fn build(mut program: Program) -> Result<Unit, BuildError> {
    assert!(
        program.closed,
        "closure conversion runs before SSA is built"
    );
    limits::check(&program)?;
    let tables = Tables {
        literals: std::mem::take(&mut program.literals),
        data: std::mem::take(&mut program.data),
        globals: std::mem::take(&mut program.globals),
        files: std::mem::take(&mut program.files),
        activations: std::mem::take(&mut program.activations),
    };
    let layout = Layout::new(&program);
    let procedures = build_procedures(UnitBuilder::new(&program, &tables, &layout));
    Ok(Unit {
        procedures,
        cells: layout.cell_names,
        tables,
        rewrites: program.rewrites,
        checks_facts: false,
        polls_each_turn: false,
    })
}

fn build_procedures(mut unit: UnitBuilder<'_>) -> IdVec<ProcedureId, Procedure> {
    let mut procedures = IdVec::new();
    procedures.push(ProcedureBuilder::entry(&mut unit).build());
    while let Some(job) = unit.pending.pop_front() {
        checkpoint::step();
        procedures.push(match job {
            Job::Lambda(lambda) => {
                let id = procedures.next_id();
                ProcedureBuilder::of_lambda(&mut unit, id, lambda).build()
            }
            Job::Helper(helper) => helper.procedure(),
        });
    }
    procedures
}
