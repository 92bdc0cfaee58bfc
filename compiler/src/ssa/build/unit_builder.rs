//! What the procedures of a unit share while they are built: numbers, variables, and what is left to build.

use std::collections::VecDeque;

use super::helper::Helper;
use super::known_variables::KnownVariables;
use super::layout::Layout;
use crate::core::ir::{LambdaId, Program};
use crate::id::{Id, IdVec};
use crate::ssa::Tables;
use crate::ssa::ir::{BlockId, ProcedureId};

/// What all procedures share.
pub(super) struct UnitBuilder<'program> {
    pub(super) program: &'program Program,
    pub(super) tables: &'program Tables,
    pub(super) layout: &'program Layout,
    pub(super) variables: KnownVariables,
    /// The procedures of lambdas that were met.
    pub(super) numbers: IdVec<LambdaId, Option<ProcedureId>>,
    /// The block of each label that was met.
    pub(super) label_blocks: IdVec<LambdaId, Option<BlockId>>,
    /// Procedures that no lambda stands for.
    pub(super) helpers: Vec<(Helper, ProcedureId)>,
    /// Procedures to be built, in the order of their numbers.
    pub(super) pending: VecDeque<Job>,
    pub(super) procedure_count: u32,
}

/// A procedure to be built.
#[derive(Clone, Copy)]
pub(super) enum Job {
    Lambda(LambdaId),
    Helper(Helper),
}

impl<'program> UnitBuilder<'program> {
    /// Nothing is built yet.
    pub(super) fn new(
        program: &'program Program,
        tables: &'program Tables,
        layout: &'program Layout,
    ) -> Self {
        Self {
            program,
            tables,
            layout,
            variables: KnownVariables::new(program),
            numbers: program.lambdas.side_table(None),
            label_blocks: program.lambdas.side_table(None),
            helpers: Vec::new(),
            pending: VecDeque::new(),
            procedure_count: 1,
        }
    }

    /// The procedure of a lambda, which is built later.
    pub(super) fn procedure_of(&mut self, lambda: LambdaId) -> ProcedureId {
        if let Some(number) = self.numbers[lambda] {
            return number;
        }
        let number = self.enqueue(Job::Lambda(lambda));
        self.numbers[lambda] = Some(number);
        number
    }

    /// A procedure that no lambda stands for, which is built later.
    pub(super) fn helper(&mut self, helper: Helper) -> ProcedureId {
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
