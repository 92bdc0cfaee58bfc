//! Which tagged values are kept in slots, and where they are live.
//!
//! A collection moves objects, and native frame maps know slots only. So a tagged value that is
//! live across a safepoint is *kept*: it has a slot.
//!
//! Immediates, constants and addresses of the image never move. They are not kept, but made anew
//! wherever they are used. Raw values are left to the register allocator.

use compiler::id::{Id, IdSet, IdVec, define_ids};
use compiler::shared_set::SharedSet;
use compiler::ssa::analysis::{Flow, Graph, Liveness, Met, walk_back};
use compiler::ssa::ir::{BlockId, Operation, Procedure, Repr, Unit, ValueId};

use super::safepoints::{Safepoint, at_end, at_operation};

define_ids! {
    /// A kept value.
    pub(super) KeptId;
}

/// The kept values of a procedure.
#[derive(Debug)]
pub(super) struct Kept {
    /// For each value what it is among the kept ones.
    pub(super) of: IdVec<ValueId, Option<KeptId>>,
    /// How many values are kept.
    pub(super) count: usize,
    /// For each block the kept values that are live when it starts, its parameters excluded.
    pub(super) live_in: IdVec<BlockId, Vec<ValueId>>,
    /// For each block the kept values that are live after its terminator.
    pub(super) live_out: IdVec<BlockId, Vec<ValueId>>,
    /// How many words safepoints have to do with.
    pub(super) words: SafepointWords,
    /// The block at whose start the procedure polls.
    pub(super) poll: Option<BlockId>,
    /// Whether each kept value is used at all.
    used: IdVec<KeptId, bool>,
    /// How often each value is used.
    use_counts: IdVec<ValueId, u32>,
}

/// Words of live values at safepoints, those of each safepoint counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SafepointWords {
    /// What slow paths save at most.
    pub(super) on_slow_paths: usize,
    /// What frame maps of other calls name.
    pub(super) across_calls: usize,
    /// The most at one safepoint: each has a slot of its own.
    pub(super) most: usize,
}

/// Whether the operation's result is made anew at each use.
pub(super) fn is_remade(unit: &Unit, operation: &Operation) -> bool {
    match operation {
        Operation::Word(_) | Operation::StaticClosure(_) => true,
        Operation::Literal(literal) => !unit.tables.is_external(*literal),
        _ => false,
    }
}

impl Kept {
    /// The kept values of `procedure`, whose graph is in the order of the code, and which polls at the start of the
    /// block `poll`.
    pub(super) fn new(
        unit: &Unit,
        procedure: &Procedure,
        graph: &Graph,
        poll: Option<BlockId>,
    ) -> Self {
        let flow = &graph.flow;
        let liveness = Liveness::new(procedure, graph);
        let (is_kept, words) = find_kept(unit, procedure, flow, &liveness, poll);
        let (of, count) = number(&is_kept);
        let only_kept = |live: &SharedSet<ValueId>| -> Vec<ValueId> {
            live.iter().filter(|&value| of[value].is_some()).collect()
        };
        let mut kept = Self {
            live_in: liveness.live_in.iter().map(only_kept).collect(),
            live_out: liveness.live_out.iter().map(only_kept).collect(),
            of,
            count,
            words,
            poll,
            used: IdVec::filled(count, false),
            use_counts: procedure.values.side_table(0),
        };
        kept.find_used(procedure);
        kept
    }

    /// What `value` is among the kept ones.
    pub(super) fn place(&self, value: ValueId) -> Option<KeptId> {
        self.of[value]
    }

    /// The kept values that are live where `block` starts, its parameters included.
    pub(super) fn live_at_start(&self, procedure: &Procedure, block: BlockId) -> Vec<ValueId> {
        let parameters = &procedure.blocks[block].parameters;
        let is_used = |value: &ValueId| self.of[*value].is_some_and(|place| self.used[place]);
        let used = parameters.iter().copied().filter(is_used);
        self.live_in[block].iter().copied().chain(used).collect()
    }

    /// Whether one operation alone uses `value`, once.
    pub(super) fn is_used_once(&self, value: ValueId) -> bool {
        self.use_counts[value] == 1
    }

    /// For each instruction of a block the kept values that are live after it, its result excluded.
    pub(super) fn live_after(&self, procedure: &Procedure, id: BlockId) -> Vec<Vec<ValueId>> {
        let block = &procedure.blocks[id];
        let mut live = self.live_out[id].clone();
        let mut is_live = IdSet::empty(self.count);
        live.iter()
            .filter_map(|&value| self.place(value))
            .for_each(|place| is_live.insert(place));
        let mut after = vec![Vec::new(); block.instructions.len()];
        walk_back(block, |met| match met {
            Met::Instruction(index, instruction) => {
                if let Some(place) = instruction.result.and_then(|result| self.place(result)) {
                    is_live.remove(place);
                    live.retain(|&value| Some(value) != instruction.result);
                }
                if at_operation(&instruction.operation) != Safepoint::None {
                    after[index].clone_from(&live);
                }
            }
            Met::Use(value) => {
                if let Some(place) = self.place(value)
                    && !is_live.contains(place)
                {
                    is_live.insert(place);
                    live.push(value);
                }
            }
            Met::End(_) | Met::BeforeEnd => {}
        });
        after
    }

    fn find_used(&mut self, procedure: &Procedure) {
        let Self {
            used,
            use_counts,
            of,
            ..
        } = self;
        let mut mark = |value: ValueId| {
            use_counts[value] += 1;
            if let Some(place) = of[value] {
                used[place] = true;
            }
        };
        for block in &procedure.blocks {
            for instruction in &block.instructions {
                instruction.operation.each_use(&mut mark);
            }
            block.terminator.each_use(&mut mark);
        }
    }
}

/// Which values are live across a safepoint, and how many words that makes.
fn find_kept(
    unit: &Unit,
    procedure: &Procedure,
    flow: &Flow,
    liveness: &Liveness,
    poll: Option<BlockId>,
) -> (IdVec<ValueId, bool>, SafepointWords) {
    let mut candidate: IdVec<ValueId, bool> = procedure
        .values
        .iter()
        .map(|value| value.repr == Repr::Tagged)
        .collect();
    for block in &procedure.blocks {
        for instruction in &block.instructions {
            if let Some(result) = instruction.result
                && is_remade(unit, &instruction.operation)
            {
                candidate[result] = false;
            }
        }
    }
    let mut kept = procedure.values.side_table(false);
    let mut words = SafepointWords::default();
    for &id in &flow.order {
        let block = &procedure.blocks[id];
        let mut live = LiveCandidates {
            candidate: &candidate,
            now: IdSet::empty(procedure.values.len()),
            count: 0,
            new: Vec::new(),
        };
        let mut meet = |safepoint: Safepoint, live: &mut LiveCandidates<'_>| {
            match safepoint {
                Safepoint::None => return,
                Safepoint::Cold => words.on_slow_paths += live.count,
                Safepoint::Always => words.across_calls += live.count,
            }
            words.most = words.most.max(live.count);
            live.keep(&mut kept);
        };
        for value in liveness.live_out[id].iter() {
            live.add(value);
        }
        walk_back(block, |met| match met {
            Met::End(terminator) => meet(at_end(terminator), &mut live),
            Met::Instruction(_, instruction) => {
                if let Some(result) = instruction.result {
                    live.remove(result);
                }
                meet(at_operation(&instruction.operation), &mut live);
            }
            Met::Use(value) => live.add(value),
            Met::BeforeEnd => {}
        });
    }
    if let Some(block) = poll {
        let parameters = &procedure.blocks[block].parameters;
        for value in liveness.live_in[block]
            .iter()
            .chain(parameters.iter().copied())
        {
            if candidate[value] {
                kept[value] = true;
            }
        }
    }
    (kept, words)
}

/// Values that may be kept and that are live where a block is walked backward.
struct LiveCandidates<'a> {
    candidate: &'a IdVec<ValueId, bool>,
    now: IdSet<ValueId>,
    /// How many there are.
    count: usize,
    /// What has become live since the last safepoint: the others are known to be kept.
    new: Vec<ValueId>,
}

impl LiveCandidates<'_> {
    fn add(&mut self, value: ValueId) {
        if self.candidate[value] && !self.now.contains(value) {
            self.now.insert(value);
            self.count += 1;
            self.new.push(value);
        }
    }

    fn remove(&mut self, value: ValueId) {
        if self.now.contains(value) {
            self.now.remove(value);
            self.count -= 1;
        }
    }

    /// What is live is kept.
    fn keep(&mut self, kept: &mut IdVec<ValueId, bool>) {
        for value in self.new.drain(..) {
            if self.now.contains(value) {
                kept[value] = true;
            }
        }
    }
}

/// Numbers the values that are kept.
fn number(is_kept: &IdVec<ValueId, bool>) -> (IdVec<ValueId, Option<KeptId>>, usize) {
    let mut count = 0;
    let mut next = || {
        count += 1;
        KeptId::from_index(count - 1)
    };
    let kept = is_kept.iter().map(|&is_kept| is_kept.then(&mut next));
    (kept.collect(), count)
}
