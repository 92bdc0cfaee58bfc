//! From Cranelift's output to the linker's input.

use abi::frame_map::SlotState;
use abi::native::FRAME_BYTES_MAX;
use compiler::codegen::frame::{Point, Resident};
use compiler::link::native_code::{NativeFixup, NativeFunction, UnwindRow, UnwindRule};
use compiler::link::unit::LineRow;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{ExternalName, Function, StackSlot, types};
use cranelift_codegen::isa::unwind::UnwindInst;
use cranelift_codegen::{CompiledCode, Context, FinalizedRelocTarget};

use super::call_place::{CallPlace, Listed};
use super::epilogue::free_of_frame_pointer;
use super::external_names::{decode_target, is_site};
use super::record::{ReturningCall, residents};
use super::written::Notes;

/// Bytes of the return word and the saved `rbp`.
const FRAME_TOP_BYTES: u32 = 16;
/// Distance of a hole's start from the end of the instruction, as addends of holes have it.
const HOLE_BYTES: i64 = -4;

/// A function but for the numbers of its frame maps.
#[derive(Debug)]
pub(super) struct Finished {
    /// The function, without return points.
    pub(super) function: NativeFunction,
    /// Its return points.
    pub(super) returns: Vec<FinishedReturn>,
}

/// A return point.
#[derive(Debug)]
pub(super) struct FinishedReturn {
    /// In bytes.
    pub(super) offset: u32,
    /// Whether the call takes any number of values.
    pub(super) receives: bool,
    /// Whether a stub is called that calls no procedure.
    pub(super) is_operation: bool,
    /// The states of all slots.
    pub(super) states: Vec<SlotState>,
    /// Whether the call ever comes back.
    pub(super) comes_back: bool,
    /// Where it is in SSA, if what is live is recorded.
    pub(super) at: Option<Point>,
    /// What is live there, if it is recorded.
    pub(super) residents: Vec<Resident>,
}

/// Reads out `compiled`; `None` if its frame is too large.
pub(super) fn finish(context: &Context, notes: &Notes) -> Option<Finished> {
    let compiled = context.compiled_code().expect("the function was compiled");
    let buffer = &compiled.buffer;
    let layout = buffer.frame_layout().expect("Cranelift lays out frames");
    let frame_bytes = layout.frame_to_fp_offset + FRAME_TOP_BYTES;
    if frame_bytes as usize > FRAME_BYTES_MAX {
        return None;
    }
    let mut code = compiled.code_buffer().to_vec();
    // What has no place is no instruction: constants and padding.
    for location in buffer.get_srclocs_sorted() {
        let range = location.start as usize..location.end as usize;
        free_of_frame_pointer(&mut code[range], layout.frame_to_fp_offset);
    }
    let finished = NativeFunction {
        code,
        align: buffer.alignment.max(32),
        fixups: fixups(&context.func, compiled),
        returns: Vec::new(),
        lines: lines(compiled, &notes.places),
        unwind: unwind_rows(&buffer.unwind_info),
    };
    Some(Finished {
        function: finished,
        returns: returns(compiled, notes, frame_bytes),
    })
}

fn fixups(function: &Function, compiled: &CompiledCode) -> Vec<NativeFixup> {
    // The distance from the end of an instruction to the end of the same instruction is 0, which is there already.
    let fixup = |relocation: &cranelift_codegen::FinalizedMachReloc| {
        assert!(
            matches!(relocation.kind, Reloc::X86PCRel4 | Reloc::X86CallPCRel4),
            "everything is reached relative to the instruction: {relocation:?}"
        );
        let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = relocation.target else {
            panic!("holes lead to what this folder named: {relocation:?}")
        };
        let name = &function.params.user_named_funcs()[name];
        (!is_site(name)).then(|| NativeFixup {
            at: relocation.offset,
            addend: i32::try_from(relocation.addend).expect("small distances"),
            target: decode_target(name),
        })
    };
    debug_assert!(
        compiled
            .buffer
            .relocs()
            .iter()
            .all(|relocation| relocation.addend == HOLE_BYTES)
    );
    let mut fixups: Vec<NativeFixup> = compiled.buffer.relocs().iter().filter_map(fixup).collect();
    fixups.sort_by_key(|fixup| fixup.at);
    fixups
}

/// The place of the call that ends at `offset`; `None` if it is the jump of a general entry.
fn place_before(compiled: &CompiledCode, places: &[CallPlace], offset: u32) -> Option<CallPlace> {
    let locations = compiled.buffer.get_srclocs_sorted();
    let index = locations.partition_point(|location| location.start < offset);
    let location = index
        .checked_sub(1)
        .map(|index| &locations[index])
        .filter(|location| offset <= location.end && !location.loc.is_default());
    Some(places[location?.loc.bits() as usize])
}

fn returns(compiled: &CompiledCode, notes: &Notes, frame_bytes: u32) -> Vec<FinishedReturn> {
    let layout = compiled.buffer.frame_layout();
    let layout = layout.expect("Cranelift lays out frames");
    let words = frame_bytes / 8;
    let slot = |offset: u32| ((frame_bytes - 8 - offset) / 8 - 1) as usize;
    // Registers of the caller and words of the register allocator, but for our own slots.
    let mut blank = vec![SlotState::Raw; words as usize - 1];
    for (_, described) in layout.stackslots.iter() {
        blank[slot(described.offset)] = SlotState::Dead;
    }
    let maps = compiled.buffer.user_stack_maps();
    let mut returns = Vec::new();
    for site in compiled.buffer.call_sites() {
        // Cranelift takes tail calls for calls here.
        let place = place_before(compiled, &notes.places, site.ret_addr);
        let Some(place) = place.filter(|place| place.listed != Listed::Never) else {
            continue;
        };
        let mut states = blank.clone();
        let map = maps.iter().find(|(offset, ..)| *offset == site.ret_addr);
        for (kind, offset) in map.iter().flat_map(|(_, _, map)| map.entries()) {
            debug_assert_eq!(kind, types::I64, "only values are named");
            states[slot(offset)] = SlotState::Live;
        }
        let slot_of = |number: StackSlot| slot(layout.stackslots[number].offset) as u16;
        let residents = |at: Point| {
            let returning = ReturningCall {
                listed: place.listed,
                at,
                offset: site.ret_addr,
            };
            residents(&notes.safepoints, returning, compiled, slot_of)
        };
        returns.push(FinishedReturn {
            offset: site.ret_addr,
            receives: place.listed == Listed::Receiving,
            is_operation: matches!(place.listed, Listed::Operation | Listed::Raising),
            states,
            comes_back: place.listed != Listed::Raising,
            at: place.point,
            residents: place.point.map_or(Vec::new(), residents),
        });
    }
    returns
}

fn lines(compiled: &CompiledCode, places: &[CallPlace]) -> Vec<LineRow> {
    let mut rows: Vec<LineRow> = Vec::new();
    for location in compiled.buffer.get_srclocs_sorted() {
        if location.loc.is_default() {
            continue;
        }
        let place = places[location.loc.bits() as usize].place;
        let last = rows.last().map(LineRow::line_and_name);
        if !place.needs_row_behind(last) {
            continue;
        }
        let row = LineRow::new(location.start, place);
        let is_same = |last: &LineRow| {
            LineRow {
                offset: row.offset,
                ..*last
            } == row
        };
        if !rows.last().is_some_and(is_same) {
            rows.push(row);
        }
    }
    // The prologue belongs to the first line.
    if let Some(first) = rows.first().copied().filter(|first| first.offset > 0) {
        rows.insert(0, LineRow { offset: 0, ..first });
        rows.remove(1);
    }
    rows
}

fn unwind_rows(instructions: &[(u32, UnwindInst)]) -> Vec<UnwindRow> {
    let mut rows = Vec::new();
    let mut clobbers_below = 0;
    for (offset, instruction) in instructions {
        let rule = match *instruction {
            UnwindInst::PushFrameRegs { .. } => UnwindRule::FramePushed,
            UnwindInst::DefineNewFrame {
                offset_upward_to_caller_sp,
                offset_downward_to_clobbers,
            } => {
                clobbers_below = offset_upward_to_caller_sp + offset_downward_to_clobbers;
                UnwindRule::FrameSet
            }
            UnwindInst::SaveReg {
                clobber_offset,
                reg,
            } => UnwindRule::Saved {
                register: dwarf_number(reg.hw_enc()),
                below: clobbers_below - clobber_offset,
            },
            _ => continue,
        };
        rows.push(UnwindRow {
            offset: *offset,
            rule,
        });
    }
    rows
}

/// The DWARF number of a general register (System V ABI, x86-64 supplement, figure 3.36).
fn dwarf_number(encoding: u8) -> u16 {
    match encoding {
        1 => 2,
        2 => 1,
        4 => 7,
        5 => 6,
        6 => 4,
        7 => 5,
        other => u16::from(other),
    }
}
