//! From Core to SSA: a procedure for each lambda, blocks with parameters, tests compiled to
//! branches.
//!
//! Before: stage 3 of Core. After: a unit whose first procedure is the entry, in SSA form, all
//! values tagged, no polls. Every block can be reached.
//!
//! Every expression is compiled for a [`Context`](context::Context), which says where its value
//! goes. So the test of an `if` never makes a boolean, and the values of `Receive` are never
//! packed. The work that is left lies on a stack of [steps](step::Step), so that no program is too
//! deep.

mod call;
mod condition;
mod context;
mod expression;
mod helper;
mod layout;
mod limits;
mod procedure;
mod step;
#[cfg(test)]
mod tests;
mod variable;

use std::collections::VecDeque;

use super::Tables;
use super::ir::{BlockId, Procedure, ProcedureId, Unit};
use crate::core::ir::{LambdaId, Program};
use crate::id::{Id, IdVec};
use helper::Helper;
use layout::Layout;
use procedure::ProcedureBuilder;
use variable::Variables;

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
    };
    let layout = Layout::new(&program);
    let unit = Builder {
        program: &program,
        tables: &tables,
        layout: &layout,
        variables: Variables::new(&program),
        numbers: program.lambdas.side_table(None),
        label_blocks: program.lambdas.side_table(None),
        helpers: Vec::new(),
        pending: VecDeque::new(),
        procedure_count: 1,
    };
    let procedures = unit.run();
    Ok(Unit {
        procedures,
        cells: layout.cell_names,
        tables,
        rewrites: program.rewrites,
        checks_facts: false,
    })
}

/// What all procedures share.
struct Builder<'program> {
    program: &'program Program,
    tables: &'program Tables,
    layout: &'program Layout,
    variables: Variables,
    /// The procedures of lambdas that were met.
    numbers: IdVec<LambdaId, Option<ProcedureId>>,
    /// The block of each label that was met.
    label_blocks: IdVec<LambdaId, Option<BlockId>>,
    /// Procedures that no lambda stands for.
    helpers: Vec<(Helper, ProcedureId)>,
    /// Procedures to be built, in the order of their numbers.
    pending: VecDeque<Job>,
    procedure_count: u32,
}

#[derive(Clone, Copy)]
enum Job {
    Lambda(LambdaId),
    Helper(Helper),
}

impl Builder<'_> {
    fn run(mut self) -> IdVec<ProcedureId, Procedure> {
        let mut procedures = IdVec::new();
        procedures.push(ProcedureBuilder::entry(&mut self).build());
        while let Some(job) = self.pending.pop_front() {
            procedures.push(match job {
                Job::Lambda(lambda) => {
                    let id = procedures.next_id();
                    ProcedureBuilder::of_lambda(&mut self, id, lambda).build()
                }
                Job::Helper(helper) => helper.procedure(),
            });
        }
        procedures
    }

    fn procedure_of(&mut self, lambda: LambdaId) -> ProcedureId {
        if let Some(number) = self.numbers[lambda] {
            return number;
        }
        let number = self.enqueue(Job::Lambda(lambda));
        self.numbers[lambda] = Some(number);
        number
    }

    fn helper(&mut self, helper: Helper) -> ProcedureId {
        if let Some(&(_, number)) = self.helpers.iter().find(|(known, _)| *known == helper) {
            return number;
        }
        let number = self.enqueue(Job::Helper(helper));
        self.helpers.push((helper, number));
        number
    }

    fn enqueue(&mut self, job: Job) -> ProcedureId {
        let number = ProcedureId::new(self.procedure_count);
        self.procedure_count += 1;
        self.pending.push_back(job);
        number
    }
}
