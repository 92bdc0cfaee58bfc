//! Unwind information of native code: the section `.eh_frame` (Linux Standard Base, Exception Frames),
//! one entry a function.

use gimli::write::{
    Address, CallFrameInstruction, CommonInformationEntry, EhFrame, EndianVec,
    FrameDescriptionEntry, FrameTable,
};
use gimli::{DW_EH_PE_pcrel, DW_EH_PE_sdata4, DwEhPe, Encoding, Format, LittleEndian, X86_64};

use super::error::LinkError;
use super::layout::Layout;
use super::native_code::{NativeFunction, UnwindRow, UnwindRule};
use super::unit::LinkUnit;

/// `.eh_frame` has a version of its own.
const ENCODING: Encoding = Encoding {
    format: Format::Dwarf32,
    version: 1,
    address_size: 8,
};

/// Distances to code: the section is loaded with it, and nothing is relocated.
const POINTERS: DwEhPe = DwEhPe(DW_EH_PE_pcrel.0 | DW_EH_PE_sdata4.0);

const WORD_BYTES: i32 = 8;

/// Encodes the section as it stands at the layout's address; its size depends on the unit alone. Empty
/// if there is no native code.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Result<Vec<u8>, LinkError> {
    if unit.native_functions().next().is_none() {
        return Ok(Vec::new());
    }
    let mut table = FrameTable::default();
    let common = table.add_cie(common_entry());
    for (function, &address) in unit.native_functions().zip(&layout.native_functions) {
        let distance = i64::from(address) - i64::from(layout.unwind);
        table.add_fde(common, entry(function, distance));
    }
    let mut section = EhFrame(EndianVec::new(LittleEndian));
    table
        .write_eh_frame(&mut section)
        .map_err(|error| LinkError::DebugInformation {
            reason: error.to_string(),
        })?;
    Ok(section.0.into_vec())
}

/// The size of the section in bytes, before its address is known.
pub(super) fn bytes(unit: &LinkUnit) -> Result<u64, LinkError> {
    let layout = Layout {
        native_functions: unit.native_functions().map(|_| 0).collect(),
        ..Layout::default()
    };
    Ok(encode(unit, &layout)?.len() as u64)
}

/// At a function's first byte, only the return address is on the stack.
fn common_entry() -> CommonInformationEntry {
    let mut common = CommonInformationEntry::new(ENCODING, 1, -8, X86_64::RA);
    common.fde_address_encoding = POINTERS;
    common.add_instruction(CallFrameInstruction::Cfa(X86_64::RSP, WORD_BYTES));
    common.add_instruction(CallFrameInstruction::Offset(X86_64::RA, -WORD_BYTES));
    common
}

/// `distance`: from the start of the section to the function.
fn entry(function: &NativeFunction, distance: i64) -> FrameDescriptionEntry {
    let address = Address::Constant(distance.cast_unsigned());
    let mut entry = FrameDescriptionEntry::new(address, function.code.len() as u32);
    for &UnwindRow { offset, rule } in &function.unwind {
        match rule {
            UnwindRule::FramePushed => {
                entry.add_instruction(offset, CallFrameInstruction::CfaOffset(2 * WORD_BYTES));
                let saved = CallFrameInstruction::Offset(X86_64::RBP, -2 * WORD_BYTES);
                entry.add_instruction(offset, saved);
            }
            UnwindRule::FrameSet => {
                entry.add_instruction(offset, CallFrameInstruction::CfaRegister(X86_64::RBP));
            }
            UnwindRule::Saved { register, below } => {
                let below = i32::try_from(below).expect("frames are small");
                let saved = CallFrameInstruction::Offset(gimli::Register(register), -below);
                entry.add_instruction(offset, saved);
            }
        }
    }
    entry
}
