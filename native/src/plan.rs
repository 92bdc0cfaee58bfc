//! Where tagged values stand: in registers, in slots of the frame, or both.
//!
//! A value that is *kept* ([`super::kept`]) is stored to its slot before each safepoint that it lives
//! across, and is read again where it is used next. Two facts follow every kept value through the procedure:
//! whether its slot is *stored* (has the value), and whether a *register* has it. This file
//! computes for the start of each block which of the facts hold on all paths there. If neither fact
//! holds on all paths, the value is read at the ends of the blocks before.

use compiler::id::{IdSet, IdVec};
use compiler::ssa::analysis::{Flow, Graph, Loops, entry_poll};
use compiler::ssa::ir::{BlockId, Instruction, Procedure, Unit, ValueId};

use super::kept::{Kept, KeptId};
use super::safepoints::{Safepoint, at_end, at_operation};
use super::slots;

/// The plan of a procedure.
#[derive(Debug)]
pub(super) struct Plan {
    /// The graph.
    pub(super) flow: Flow,
    /// The values that need slots.
    pub(super) kept: Kept,
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
}

impl Plan {
    /// Plans `procedure`.
    pub(super) fn new(unit: &Unit, procedure: &Procedure) -> Self {
        let graph = Graph::in_code_order(procedure);
        let poll = entry_poll(procedure, &graph);
        Self::of_graph(unit, procedure, graph, poll)
    }

    /// Plans what `procedure` does from the start of `block` on, where it polls first.
    pub(super) fn entered_at(unit: &Unit, procedure: &Procedure, block: BlockId) -> Self {
        let graph = Graph::in_code_order(procedure);
        Self::of_graph(unit, procedure, graph, Some(block))
    }

    fn of_graph(unit: &Unit, procedure: &Procedure, graph: Graph, poll: Option<BlockId>) -> Self {
        let kept = Kept::new(unit, procedure, &graph, poll);
        let Graph { flow, loops, .. } = graph;
        let mut plan = Self {
            slots: IdVec::new(),
            slot_count: 0,
            stored: IdVec::new(),
            registers: IdVec::new(),
            store_at_end: procedure.blocks.side_table(Vec::new()),
            flow,
            kept,
        };
        plan.store_before_loops(procedure, &loops);
        (plan.slots, plan.slot_count) =
            slots::choose(&plan.kept, procedure, &plan.flow, &plan.store_at_end);
        plan.find_stored(procedure);
        plan.find_registers(procedure);
        plan
    }

    /// What `value` is among the kept ones.
    pub(super) fn place(&self, value: ValueId) -> Option<KeptId> {
        self.kept.place(value)
    }

    /// Whether no two of the kept ones among `values` have the same slot.
    pub(super) fn has_own_slots(&self, values: &[ValueId]) -> bool {
        let mut taken = vec![false; self.slot_count];
        let places = values.iter().filter_map(|&value| self.place(value));
        places
            .map(|place| self.slots[place])
            .all(|slot| !std::mem::replace(&mut taken[slot], true))
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
                    let values = self.kept.live_in[header].clone();
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
        let mut stored = procedure.blocks.side_table(IdSet::full(self.kept.count));
        stored[BlockId::ENTRY] = IdSet::empty(self.kept.count);
        let live_after: IdVec<BlockId, Vec<Vec<ValueId>>> = (procedure.blocks.ids())
            .map(|id| self.kept.live_after(procedure, id))
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
            store(&self.kept.live_out[id], state);
        }
        store(&self.store_at_end[id], state);
    }

    fn find_registers(&mut self, procedure: &Procedure) {
        let mut registers = procedure.blocks.side_table(IdSet::full(self.kept.count));
        let mut changed = true;
        while changed {
            changed = false;
            for &id in &self.flow.order {
                let mut state = registers[id].clone();
                self.registers_through(procedure, id, &mut state);
                for next in procedure.blocks[id].terminator.successors() {
                    let mut given = state.clone();
                    for &value in &self.kept.live_in[next] {
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
