//! An independent check of frame maps: data flow over the finished bytecode.
//!
//! The forward analysis finds what each slot may hold: nothing yet, a tagged word, a raw word, or a
//! word that a call left there. The backward analysis finds which slots are read later. Both use
//! only the operand types of the instruction table and the calling convention. They share nothing
//! with the code that made the maps.

use std::collections::HashMap;

use abi::frame_map::{FrameMap, SlotState};
use abi::isa::{Instruction, OperandValue, decode_all};

use super::superinstruction;
use crate::id::IdVec;
use crate::link::unit::{FixupTarget, FrameMapId, LinkUnit, ProcedureCode};
use crate::ssa::ir::ProcedureId;

/// A slot of which a frame map says something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The procedure.
    pub procedure: ProcedureId,
    /// Offset of the safepoint's instruction in bytes; `None` for the entry.
    pub offset: Option<usize>,
    /// The slot; `None` if the map is missing or covers the wrong number of slots.
    pub slot: Option<u16>,
    /// What the map says.
    pub map: SlotState,
    /// What the analysis says; `None` if the slot is read later but may hold different things.
    pub analysis: Option<SlotState>,
}

/// What a slot may hold: a set of these bits.
type Contents = u8;
const NOTHING: Contents = 1;
const TAGGED: Contents = 2;
const RAW: Contents = 4;
const CLOBBERED: Contents = 8;

/// Checks all frame maps of `unit`.
#[must_use]
pub fn check_frame_maps(unit: &LinkUnit) -> Vec<Disagreement> {
    let shapes: IdVec<ProcedureId, Shape> = unit
        .procedures
        .iter()
        .map(|code| Shape::of(unit, code))
        .collect();
    let mut found = Vec::new();
    for (id, code) in unit.procedures.entries() {
        Analysis::new(unit, &shapes, id, code).check(&mut found);
    }
    found
}

/// What a caller has to give to a procedure.
struct Shape {
    parameters: usize,
    takes_closure: bool,
    /// Which of its parameters are raw.
    raw: Vec<bool>,
    returns: Contents,
}

impl Shape {
    fn of(unit: &LinkUnit, code: &ProcedureCode) -> Self {
        let map = FrameMap::decode(&unit.frame_maps[code.entry_map]);
        let header = &code.header;
        let parameters = usize::from(header.required)
            + usize::from(header.optional)
            + usize::from(header.has_rest());
        Self {
            parameters,
            takes_closure: map.is_some_and(|map| map.state(0) != SlotState::Unused),
            raw: code.raw_parameters.clone(),
            returns: if code.returns_raw { RAW } else { TAGGED },
        }
    }
}

/// An instruction, or a part of a superinstruction, with all that matters here.
struct CheckedStep {
    offset: usize,
    reads: Vec<usize>,
    /// Slots with what they hold afterwards.
    writes: Vec<(usize, Contents)>,
    /// Slots from here on belong to a callee.
    clobbers_from: Option<usize>,
    /// Slots that must stay while it runs although nothing reads them later.
    held: std::ops::Range<usize>,
    /// Steps that may follow.
    next: Vec<usize>,
    map: Option<FrameMapId>,
    /// Whether its map describes the frame after the operands were taken.
    suspends: Option<usize>,
    /// A copy: the contents of one slot go to another.
    copies: Option<(usize, usize)>,
}

struct Analysis<'a> {
    unit: &'a LinkUnit,
    id: ProcedureId,
    code: &'a ProcedureCode,
    steps: Vec<CheckedStep>,
    slots: usize,
    entry: Vec<Contents>,
}

/// What a map is to say of the slots.
#[derive(Clone, Copy)]
struct Expected<'a> {
    /// What each slot holds.
    contents: &'a [Contents],
    /// Whether each is read later.
    wanted: &'a [bool],
}

impl<'a> Analysis<'a> {
    fn new(
        unit: &'a LinkUnit,
        shapes: &IdVec<ProcedureId, Shape>,
        id: ProcedureId,
        code: &'a ProcedureCode,
    ) -> Self {
        let decoded = decode_all(&code.code).expect("code generation writes instructions");
        let mut at: HashMap<usize, usize> = HashMap::new();
        let mut parts = Vec::with_capacity(decoded.len());
        for (offset, instruction) in decoded {
            let end = offset + instruction.opcode().instruction_bytes();
            at.insert(offset, parts.len());
            let each = superinstruction::parts(instruction);
            parts.extend(each.into_iter().map(|part| (offset, part, end)));
        }
        let mut targets: HashMap<usize, Vec<FixupTarget>> = HashMap::new();
        for fixup in &code.fixups {
            targets
                .entry(fixup.end as usize)
                .or_default()
                .push(fixup.target);
        }
        let steps: Vec<CheckedStep> = parts
            .into_iter()
            .enumerate()
            .map(|(index, (offset, instruction, end))| {
                let holes = targets.get(&end).map_or(&[][..], Vec::as_slice);
                let extent = Extent { index, offset, end };
                step_of(shapes, instruction, extent, holes, &at)
            })
            .collect();
        let named = steps.iter().flat_map(|step| {
            step.reads
                .iter()
                .copied()
                .chain(step.writes.iter().map(|&(slot, _)| slot))
        });
        let shape = &shapes[id];
        let slots = named
            .max()
            .map_or(0, |slot| slot + 1)
            .max(shape.parameters + 1);
        let mut entry = vec![NOTHING; slots];
        entry[1..=shape.parameters].fill(TAGGED);
        let raw = (1..).zip(&shape.raw).filter(|&(_, &is_raw)| is_raw);
        raw.for_each(|(slot, _): (usize, _)| entry[slot] = RAW);
        if shape.takes_closure {
            entry[0] = TAGGED;
        }
        Self {
            unit,
            id,
            code,
            steps,
            slots,
            entry,
        }
    }

    fn check(&self, found: &mut Vec<Disagreement>) {
        let contents = self.contents();
        let live = self.live();
        self.check_entry(&live[0], found);
        for (index, step) in self.steps.iter().enumerate() {
            let (Some(map), Some(contents)) = (step.map, &contents[index]) else {
                continue;
            };
            let mut wanted = vec![false; self.slots];
            match step.suspends {
                Some(_) => {
                    for &next in &step.next {
                        wanted
                            .iter_mut()
                            .zip(&live[next])
                            .for_each(|(want, &live)| *want |= live);
                    }
                    step.writes
                        .iter()
                        .for_each(|&(slot, _)| wanted[slot] = false);
                    step.held.clone().for_each(|slot| wanted[slot] = true);
                }
                None => wanted.clone_from(&live[index]),
            }
            let wanted = &wanted;
            self.compare(Some(step), map, Expected { contents, wanted }, found);
        }
    }

    fn check_entry(&self, live: &[bool], found: &mut Vec<Disagreement>) {
        let expected = Expected {
            contents: &self.entry,
            wanted: live,
        };
        self.compare(None, self.code.entry_map, expected, found);
    }

    /// Compares a map, of a step or else of the entry, with what slots hold and which are wanted.
    fn compare(
        &self,
        step: Option<&CheckedStep>,
        map: FrameMapId,
        expected: Expected<'_>,
        found: &mut Vec<Disagreement>,
    ) {
        let offset = step.map(|step| step.offset);
        let mut report = |slot, map, analysis| {
            found.push(Disagreement {
                procedure: self.id,
                offset,
                slot,
                map,
                analysis,
            });
        };
        let bytes = self.unit.frame_maps.get(map);
        let Some(map) = bytes.and_then(|bytes| FrameMap::decode(bytes)) else {
            return report(None, SlotState::Unused, None);
        };
        let suspended = step.and_then(|step| step.suspends);
        if suspended.is_some_and(|words| usize::from(map.slot_count()) + 1 != words) {
            report(None, SlotState::Unused, None);
        }
        let count = suspended.map_or(self.slots, |words| words - 1);
        for slot in 0..count.max(usize::from(map.slot_count())) {
            let holds = expected.contents.get(slot).copied().unwrap_or(NOTHING);
            let is_wanted = expected.wanted.get(slot).copied().unwrap_or(false);
            let analysis = match (is_wanted, holds) {
                (true, TAGGED) => Some(SlotState::Live),
                (true, RAW) => Some(SlotState::Raw),
                (true, _) => None,
                (false, holds) if holds & (TAGGED | RAW) != 0 => Some(SlotState::Dead),
                (false, _) => Some(SlotState::Unused),
            };
            let slot = slot as u16;
            if analysis != Some(map.state(slot)) {
                report(Some(slot), map.state(slot), analysis);
            }
        }
        let beyond = expected
            .wanted
            .iter()
            .enumerate()
            .skip(count)
            .filter(|&(_, &is_wanted)| is_wanted);
        for (slot, _) in beyond {
            report(Some(slot as u16), SlotState::Unused, None);
        }
    }

    /// What each slot may hold before each step; `None` for steps that nothing reaches.
    fn contents(&self) -> Vec<Option<Vec<Contents>>> {
        let mut before: Vec<Option<Vec<Contents>>> = vec![None; self.steps.len()];
        before[0] = Some(self.entry.clone());
        let mut pending = vec![0];
        while let Some(index) = pending.pop() {
            let step = &self.steps[index];
            let mut after = before[index].clone().expect("pending steps are reached");
            if let Some(from) = step.clobbers_from {
                after
                    .iter_mut()
                    .skip(from)
                    .for_each(|contents| *contents |= CLOBBERED);
            }
            let copied = step.copies.map(|(_, from)| after[from]);
            step.writes
                .iter()
                .for_each(|&(slot, contents)| after[slot] = contents);
            if let (Some((to, _)), Some(copied)) = (step.copies, copied) {
                after[to] = copied;
            }
            for &next in &step.next {
                let grew = match &mut before[next] {
                    Some(known) => {
                        known
                            .iter_mut()
                            .zip(&after)
                            .fold(false, |grew, (known, &more)| {
                                let old = std::mem::replace(known, *known | more);
                                grew || old | more != old
                            })
                    }
                    unknown => {
                        *unknown = Some(after.clone());
                        true
                    }
                };
                if grew {
                    pending.push(next);
                }
            }
        }
        before
    }

    /// Which slots are read at or after each step before they are written.
    fn live(&self) -> Vec<Vec<bool>> {
        let mut live = vec![vec![false; self.slots]; self.steps.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for (index, step) in self.steps.iter().enumerate().rev() {
                let mut now = vec![false; self.slots];
                for &next in &step.next {
                    now.iter_mut()
                        .zip(&live[next])
                        .for_each(|(now, &live)| *now |= live);
                }
                step.writes.iter().for_each(|&(slot, _)| now[slot] = false);
                step.reads.iter().for_each(|&slot| now[slot] = true);
                if now != live[index] {
                    live[index] = now;
                    changed = true;
                }
            }
        }
        live
    }
}

/// Where an instruction is.
#[derive(Clone, Copy)]
struct Extent {
    /// Its number among the steps.
    index: usize,
    /// Where its code starts.
    offset: usize,
    /// Where its code ends.
    end: usize,
}

fn step_of(
    shapes: &IdVec<ProcedureId, Shape>,
    instruction: Instruction,
    extent: Extent,
    holes: &[FixupTarget],
    at: &HashMap<usize, usize>,
) -> CheckedStep {
    let Extent { index, offset, end } = extent;
    let mut step = CheckedStep {
        offset,
        reads: Vec::new(),
        writes: Vec::new(),
        clobbers_from: None,
        held: 0..0,
        next: Vec::new(),
        map: holes.iter().find_map(|hole| match hole {
            FixupTarget::FrameMap(map) if takes_map(instruction) => Some(*map),
            _ => None,
        }),
        suspends: None,
        copies: None,
    };
    let callee = holes.iter().find_map(|hole| match hole {
        FixupTarget::Procedure(procedure) => Some(&shapes[*procedure]),
        _ => None,
    });
    if falls_through(instruction) {
        step.next.push(index + 1);
    }
    step.next
        .extend((index + 1..).take(table_jumps(instruction)));
    instruction.each_operand(|_, operand| match operand {
        OperandValue::Local(slot) => step.reads.push(slot.0.into()),
        OperandValue::RawLocal(slot) => step.reads.push(slot.0.into()),
        OperandValue::AnyLocal(slot) => step.reads.push(slot.0.into()),
        OperandValue::IntoReturned(slot) => step.writes.push((slot.0.into(), TAGGED)),
        OperandValue::Into(slot) => step.writes.push((slot.0.into(), TAGGED)),
        OperandValue::IntoRaw(slot) => step.writes.push((slot.0.into(), RAW)),
        OperandValue::IntoAny(slot) => step.writes.push((slot.0.into(), NOTHING)),
        OperandValue::BranchOffset(distance) => {
            let target = end as i64 + i64::from(distance.0);
            step.next.push(at[&(target as usize)]);
        }
        _ => {}
    });
    add_implicit_operands(instruction, callee, &mut step);
    step
}

/// Slots that an instruction names by a first one and a count, or by the calling convention.
fn add_implicit_operands(instruction: Instruction, callee: Option<&Shape>, step: &mut CheckedStep) {
    let call = |words: usize, operands: usize, with_closure: bool, step: &mut CheckedStep| {
        let first = words + usize::from(!with_closure);
        step.reads.extend(first..=words + operands);
        step.clobbers_from = Some(words - 1);
        step.suspends = Some(words);
    };
    match instruction {
        Instruction::Copy { dst, src } => step.copies = Some((dst.0.into(), src.0.into())),
        Instruction::Call {
            arguments, words, ..
        } => {
            call(words.0.into(), arguments.0.into(), true, step);
        }
        Instruction::CallKnown { words, .. } => {
            let callee = callee.expect("known calls name procedures");
            call(
                words.0.into(),
                callee.parameters,
                callee.takes_closure,
                step,
            );
            step.writes
                .iter_mut()
                .for_each(|(_, contents)| *contents = callee.returns);
        }
        Instruction::CallHost {
            first,
            count,
            words,
            ..
        } => {
            step.reads.clear();
            let first = usize::from(first.0);
            step.held = first..first + usize::from(count.0);
            step.reads.extend(step.held.clone());
            step.clobbers_from = Some(usize::from(words.0) - 1);
            step.suspends = Some(words.0.into());
        }
        Instruction::TailCall { arguments } | Instruction::TailApply { arguments } => {
            step.reads.extend(0..=usize::from(arguments.0));
        }
        Instruction::TailCallKnown { .. } => {
            let callee = callee.expect("known calls name procedures");
            step.reads
                .extend(usize::from(!callee.takes_closure)..=callee.parameters);
        }
        Instruction::ReturnValues { first, count } | Instruction::Leaf { first, count, .. } => {
            step.reads.clear();
            step.reads
                .extend(usize::from(first.0)..usize::from(first.0) + usize::from(count.0));
        }
        Instruction::Receive {
            first,
            required,
            rest,
        } => {
            let count = usize::from(required.0) + usize::from(rest.0);
            let first = usize::from(first.0);
            // The call before it has left its first value, if any, in the first slot.
            step.writes = (first..first + count).map(|slot| (slot, TAGGED)).collect();
        }
        _ => {}
    }
}

/// How many jumps after the instruction are a table of which it takes one.
fn table_jumps(instruction: Instruction) -> usize {
    match instruction {
        Instruction::SwitchWord { count, .. } | Instruction::SwitchStringLength { count, .. } => {
            usize::from(count.0) + 1
        }
        Instruction::SwitchSymbol { bits, .. } => (1 << bits.0) + 1,
        _ => 0,
    }
}

fn takes_map(instruction: Instruction) -> bool {
    let mut takes_map = false;
    instruction.each_operand(|_, operand| {
        takes_map |= matches!(operand, OperandValue::MapOffset(_));
    });
    takes_map
}

fn falls_through(instruction: Instruction) -> bool {
    !matches!(
        instruction,
        Instruction::Jump { .. }
            | Instruction::JumpPoll { .. }
            | Instruction::SwitchWord { .. }
            | Instruction::SwitchSymbol { .. }
            | Instruction::SwitchStringLength { .. }
            | Instruction::TailCall { .. }
            | Instruction::TailCallKnown { .. }
            | Instruction::TailApply { .. }
            | Instruction::ReturnValue { .. }
            | Instruction::ReturnWord { .. }
            | Instruction::ReturnValues { .. }
            | Instruction::Reinstate { .. }
            | Instruction::ReinstateValue { .. }
            | Instruction::ExitBase {}
            | Instruction::Underflow {}
            | Instruction::ReturnBarrier {}
            | Instruction::ReturnToNative {}
            | Instruction::EnterLoop {}
            | Instruction::Trap {}
    )
}
