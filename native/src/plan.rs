//! Where tagged values stand: in registers, in slots of the frame, or both.
//!
//! A collection moves objects, and native frame maps know slots only. So a tagged value that is
//! live across a safepoint is *kept*: it has a slot, is stored there before the safepoint, and is
//! read again where it is used next. Two facts follow every kept value through the procedure:
//! whether its slot is *stored* (has the value), and whether a *register* has it. This file
//! computes for the start of each block which of the facts hold on all paths there. If neither fact
//! holds on all paths, the value is read at the ends of the blocks before.
//!
//! Immediates, constants and addresses of the image never move. They are not kept, but made anew
//! wherever they are used. Raw values are left to the register allocator.

use compiler::id::{Id, IdSet, IdVec, define_ids};
use compiler::ssa::analysis::{Dominators, Flow, Liveness, Loops, entry_poll};
use compiler::ssa::ir::{BlockId, Instruction, Operation, Procedure, Repr, Unit, ValueId};

use super::safepoints::{Safepoint, at_end, at_operation};
use super::slots;

define_ids! {
    /// A kept value.
    pub(super) KeptId;
}

/// The plan of a procedure.
#[derive(Debug)]
pub(super) struct Plan {
    /// The graph.
    pub(super) flow: Flow,
    /// For each value what it is among the kept ones.
    pub(super) kept: IdVec<ValueId, Option<KeptId>>,
    /// How many values are kept.
    pub(super) kept_count: usize,
    /// The slot of each kept value.
    pub(super) slots: IdVec<KeptId, usize>,
    /// How many slots there are.
    pub(super) slot_count: usize,
    /// For each block which slots have their values when it starts.
    pub(super) stored: IdVec<BlockId, IdSet<KeptId>>,
    /// For each block which values are in registers when it starts.
    pub(super) registers: IdVec<BlockId, IdSet<KeptId>>,
    /// For each block which values are to be stored at its end, because a loop follows that needs them so.
    pub(super) store_at_end: IdVec<BlockId, Vec<ValueId>>,
    /// For each block the kept values that are live when it starts, its parameters excluded.
    pub(super) live_in: IdVec<BlockId, Vec<ValueId>>,
    /// For each block the kept values that are live after its terminator.
    pub(super) live_out: IdVec<BlockId, Vec<ValueId>>,
    /// The block at whose start the procedure polls.
    pub(super) poll: Option<BlockId>,
    /// Whether each kept value is used at all.
    used: IdVec<KeptId, bool>,
    /// How often each value is used.
    use_counts: IdVec<ValueId, u32>,
}

/// Whether the operation's result is made anew at each use.
pub(crate) fn is_remade(unit: &Unit, operation: &Operation) -> bool {
    match operation {
        Operation::Word(_) | Operation::StaticClosure(_) => true,
        Operation::Literal(literal) => !unit.tables.is_external(*literal),
        _ => false,
    }
}

impl Plan {
    /// Plans `procedure`.
    pub(super) fn new(unit: &Unit, procedure: &Procedure) -> Self {
        let first_flow = Flow::new(procedure);
        let dominators = Dominators::new(&first_flow);
        let loops = Loops::new(&first_flow, &dominators);
        let flow = Flow::with_priority(procedure, |block| loops.depth[block]);
        let liveness = Liveness::new(procedure, &flow);
        let poll = entry_poll(procedure, &flow, &dominators, &loops);
        let (kept, kept_count) = number(&find_kept(unit, procedure, &flow, &liveness, poll));
        let only_kept = |lists: IdVec<BlockId, Vec<ValueId>>| -> IdVec<BlockId, Vec<ValueId>> {
            let keep = |list: Vec<ValueId>| {
                let is_kept = |value: &ValueId| kept[*value].is_some();
                list.into_iter().filter(is_kept).collect()
            };
            lists.into_iter().map(keep).collect()
        };
        let mut plan = Self {
            live_in: only_kept(liveness.live_in),
            live_out: only_kept(liveness.live_out),
            slots: IdVec::new(),
            slot_count: 0,
            stored: IdVec::new(),
            registers: IdVec::new(),
            store_at_end: procedure.blocks.side_table(Vec::new()),
            flow,
            kept,
            used: IdVec::filled(kept_count, false),
            use_counts: procedure.values.side_table(0),
            kept_count,
            poll,
        };
        plan.find_used(procedure);
        plan.store_before_loops(procedure, &loops);
        (plan.slots, plan.slot_count) = slots::choose(&plan, procedure);
        plan.find_stored(procedure);
        plan.find_registers(procedure);
        plan
    }

    /// The kept values that are live where `block` starts, its parameters included.
    pub(super) fn live_at_start(&self, procedure: &Procedure, block: BlockId) -> Vec<ValueId> {
        let parameters = &procedure.blocks[block].parameters;
        let is_used = |value: &ValueId| self.kept[*value].is_some_and(|place| self.used[place]);
        let used = parameters.iter().copied().filter(is_used);
        self.live_in[block].iter().copied().chain(used).collect()
    }

    /// Whether one operation alone uses `value`, once.
    pub(super) fn is_used_once(&self, value: ValueId) -> bool {
        self.use_counts[value] == 1
    }

    /// What `value` is among the kept ones.
    pub(super) fn place(&self, value: ValueId) -> Option<KeptId> {
        self.kept[value]
    }

    /// Whether no two of the kept ones among `values` have the same slot.
    pub(super) fn has_own_slots(&self, values: &[ValueId]) -> bool {
        let mut taken = vec![false; self.slot_count];
        let places = values.iter().filter_map(|&value| self.place(value));
        places
            .map(|place| self.slots[place])
            .all(|slot| !std::mem::replace(&mut taken[slot], true))
    }

    /// For each instruction of a block the kept values that are live after it, its result excluded.
    pub(super) fn live_after(&self, procedure: &Procedure, id: BlockId) -> Vec<Vec<ValueId>> {
        let block = &procedure.blocks[id];
        let mut live = self.live_out[id].clone();
        let mut is_live = IdSet::empty(self.kept_count);
        live.iter()
            .filter_map(|&value| self.place(value))
            .for_each(|place| is_live.insert(place));
        let add = |value: ValueId, live: &mut Vec<ValueId>, is_live: &mut IdSet<KeptId>| {
            if let Some(place) = self.place(value)
                && !is_live.contains(place)
            {
                is_live.insert(place);
                live.push(value);
            }
        };
        block
            .terminator
            .each_use(|value| add(value, &mut live, &mut is_live));
        let mut after = vec![Vec::new(); block.instructions.len()];
        for (instruction, after) in block.instructions.iter().zip(&mut after).rev() {
            if let Some(place) = instruction.result.and_then(|result| self.place(result)) {
                is_live.remove(place);
                live.retain(|&value| Some(value) != instruction.result);
            }
            if at_operation(&instruction.operation) != Safepoint::None {
                after.clone_from(&live);
            }
            instruction
                .operation
                .each_use(|value| add(value, &mut live, &mut is_live));
        }
        after
    }

    fn find_used(&mut self, procedure: &Procedure) {
        let Self {
            used,
            use_counts,
            kept,
            ..
        } = self;
        let mut mark = |value: ValueId| {
            use_counts[value] += 1;
            if let Some(place) = kept[value] {
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

    /// A value that a loop keeps across its calls is stored once before the loop.
    fn store_before_loops(&mut self, procedure: &Procedure, loops: &Loops) {
        let mut has_call = procedure.blocks.side_table(false);
        for &id in &self.flow.order {
            if !calls(procedure, id) {
                continue;
            }
            let mut header = loops.innermost[id];
            while let Some(block) = header {
                if std::mem::replace(&mut has_call[block], true) {
                    break;
                }
                header = self.outer_loop(loops, block);
            }
        }
        for &header in &self.flow.order {
            if !loops.is_header[header] || !has_call[header] {
                continue;
            }
            for &before in &self.flow.predecessors[header] {
                if !self.flow.is_retreating(before, header) {
                    let values = self.live_in[header].clone();
                    self.store_at_end[before].extend(values);
                }
            }
        }
    }

    fn outer_loop(&self, loops: &Loops, header: BlockId) -> Option<BlockId> {
        let depth = loops.depth[header];
        let entries = self.flow.predecessors[header].iter();
        entries
            .filter(|&&block| loops.depth[block] < depth)
            .find_map(|&block| loops.innermost[block])
    }

    fn find_stored(&mut self, procedure: &Procedure) {
        let mut stored = procedure.blocks.side_table(IdSet::full(self.kept_count));
        stored[BlockId::ENTRY] = IdSet::empty(self.kept_count);
        let live_after: IdVec<BlockId, Vec<Vec<ValueId>>> = (procedure.blocks.ids())
            .map(|id| self.live_after(procedure, id))
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &id in &self.flow.order {
                let mut state = stored[id].clone();
                self.stored_through(procedure, id, &live_after[id], &mut state);
                for next in procedure.blocks[id].terminator.successors() {
                    changed |= stored[next].intersect(&state);
                }
            }
        }
        self.stored = stored;
    }

    fn stored_through(
        &self,
        procedure: &Procedure,
        id: BlockId,
        live_after: &[Vec<ValueId>],
        state: &mut IdSet<KeptId>,
    ) {
        let block = &procedure.blocks[id];
        let forget = |value: ValueId, state: &mut IdSet<KeptId>| {
            if let Some(place) = self.place(value) {
                state.remove(place);
            }
        };
        let store = |values: &[ValueId], state: &mut IdSet<KeptId>| {
            let places = values.iter().filter_map(|&value| self.place(value));
            places.for_each(|place| state.insert(place));
        };
        for &parameter in &block.parameters {
            forget(parameter, state);
        }
        for (instruction, live) in block.instructions.iter().zip(live_after) {
            if at_operation(&instruction.operation) == Safepoint::Always {
                store(live, state);
            }
            if let Some(result) = instruction.result {
                forget(result, state);
            }
        }
        if at_end(&block.terminator) == Safepoint::Always {
            store(&self.live_out[id], state);
        }
        store(&self.store_at_end[id], state);
    }

    fn find_registers(&mut self, procedure: &Procedure) {
        let mut registers = procedure.blocks.side_table(IdSet::full(self.kept_count));
        let mut changed = true;
        while changed {
            changed = false;
            for &id in &self.flow.order {
                let mut state = registers[id].clone();
                self.registers_through(procedure, id, &mut state);
                for next in procedure.blocks[id].terminator.successors() {
                    let mut given = state.clone();
                    for &value in &self.live_in[next] {
                        // What is in no slot on some way has to come in a register on all.
                        if let Some(place) = self.place(value)
                            && !self.stored[next].contains(place)
                        {
                            given.insert(place);
                        }
                    }
                    changed |= registers[next].intersect(&given);
                }
            }
        }
        self.registers = registers;
    }

    fn registers_through(&self, procedure: &Procedure, id: BlockId, state: &mut IdSet<KeptId>) {
        let block = &procedure.blocks[id];
        let hold = |value: ValueId, state: &mut IdSet<KeptId>| {
            if let Some(place) = self.place(value) {
                state.insert(place);
            }
        };
        block
            .parameters
            .iter()
            .for_each(|&parameter| hold(parameter, state));
        for instruction in &block.instructions {
            instruction.operation.each_use(|value| hold(value, state));
            if at_operation(&instruction.operation) == Safepoint::Always {
                state.clear();
            }
            if let Some(result) = instruction.result {
                hold(result, state);
            }
        }
        block.terminator.each_use(|value| hold(value, state));
        if at_end(&block.terminator) == Safepoint::Always {
            state.clear();
        }
    }
}

fn calls(procedure: &Procedure, id: BlockId) -> bool {
    let block = &procedure.blocks[id];
    let is_call =
        |instruction: &Instruction| at_operation(&instruction.operation) == Safepoint::Always;
    block.instructions.iter().any(is_call) || at_end(&block.terminator) == Safepoint::Always
}

/// Which values are live across a safepoint.
fn find_kept(
    unit: &Unit,
    procedure: &Procedure,
    flow: &Flow,
    liveness: &Liveness,
    poll: Option<BlockId>,
) -> IdVec<ValueId, bool> {
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
    for &id in &flow.order {
        let block = &procedure.blocks[id];
        let mut live: Vec<ValueId> = liveness.live_out[id]
            .iter()
            .copied()
            .filter(|&value| candidate[value])
            .collect();
        let mut keep = |live: &[ValueId]| {
            for value in live {
                kept[*value] = true;
            }
        };
        if at_end(&block.terminator) != Safepoint::None {
            keep(&live);
        }
        let add = |value: ValueId, live: &mut Vec<ValueId>| {
            if candidate[value] && !live.contains(&value) {
                live.push(value);
            }
        };
        block.terminator.each_use(|value| add(value, &mut live));
        for instruction in block.instructions.iter().rev() {
            live.retain(|&value| Some(value) != instruction.result);
            if at_operation(&instruction.operation) != Safepoint::None {
                keep(&live);
            }
            instruction
                .operation
                .each_use(|value| add(value, &mut live));
        }
    }
    if let Some(block) = poll {
        let parameters = &procedure.blocks[block].parameters;
        for &value in liveness.live_in[block].iter().chain(parameters) {
            if candidate[value] {
                kept[value] = true;
            }
        }
    }
    kept
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
