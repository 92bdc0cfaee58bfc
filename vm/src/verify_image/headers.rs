//! Procedure headers: they follow one another through the bytecode, and say what can be.

use abi::frame_map::FrameMap;
use abi::image::Extent;
use abi::procedure::{FLAGS, PROCEDURE_ALIGN_BYTES, ProcedureHeader};
use loader::{Contents, ImageView, Procedure};

use super::error::{HeaderProblem, VerifyError};
use super::marks::Marks;
use super::slots::State;

/// Bytes of a slot.
pub(super) const SLOT_BYTES: u32 = 8;

/// How many parameters a procedure may have: each has a slot behind that of the closure, with a number of 16 bits.
const PARAMETERS_MAX: u32 = u16::MAX as u32 - 1;

/// What separates the bytecode from native code has fewer bytes.
const PADDING_BYTES_MAX: u32 = 64 + PROCEDURE_ALIGN_BYTES as u32;

/// The procedures of an image, whose headers were verified.
#[derive(Debug)]
pub(super) struct Procedures<'image> {
    pub(super) contents: Contents<'image>,
    starts: Marks,
    /// Those that take and give values only: what has a closure of one may call it.
    of_values: Marks,
}

impl<'image> Procedures<'image> {
    /// Verifies all headers of `view`.
    pub(super) fn verify(view: &ImageView<'image>) -> Result<Self, VerifyError> {
        let contents = view.contents();
        let bytecode = bytecode(view);
        let (mut starts, mut of_values) = (Marks::new(bytecode), Marks::new(bytecode));
        let mut entered = State::default();
        let mut next = bytecode.start;
        for procedure in contents.procedures() {
            header(contents, &procedure, &mut entered)?;
            starts.add(procedure.address);
            if !procedure.header.returns_raw() && entered.has_values_only() {
                of_values.add(procedure.address);
            }
            next = procedure.code_end();
        }
        let end = bytecode.end() as u32;
        let padding_max = if view.header().native_code.bytes > 0 {
            PADDING_BYTES_MAX
        } else {
            PROCEDURE_ALIGN_BYTES as u32
        };
        if next > end || end - next >= padding_max {
            return Err(VerifyError::NoProcedure {
                address: next.next_multiple_of(PROCEDURE_ALIGN_BYTES as u32),
                end,
            });
        }
        let procedures = Self {
            contents,
            starts,
            of_values,
        };
        let entry = view.header().entry;
        if !procedures.takes_and_gives_values(entry) {
            return Err(VerifyError::Header {
                procedure: entry,
                problem: HeaderProblem::EntryRaw,
            });
        }
        Ok(procedures)
    }

    /// The procedure at an address, and its entry map; `None` if none is there.
    pub(super) fn at(&self, address: i64) -> Option<(Procedure<'image>, FrameMap<'image>)> {
        let address = u32::try_from(address).ok()?;
        if !self.starts.contains(address) {
            return None;
        }
        let procedure = self.contents.procedure(address)?;
        let map = entry_map(self.contents, &procedure)?;
        Some((procedure, map))
    }

    /// Whether a procedure is there that anybody may call who has a closure of it.
    pub(super) fn takes_and_gives_values(&self, address: u32) -> bool {
        self.of_values.contains(address)
    }
}

/// The code segment up to the native code.
fn bytecode(view: &ImageView<'_>) -> Extent {
    let header = view.header();
    let end = if header.native_code.bytes > 0 {
        header.native_code.start
    } else {
        header.code.end() as u32
    };
    Extent {
        start: header.code.start,
        bytes: end - header.code.start,
    }
}

/// How many parameters a procedure has: a list of the rest is one.
pub(super) fn parameter_count(header: &ProcedureHeader) -> u32 {
    u32::from(header.required) + u32::from(header.optional) + u32::from(header.has_rest())
}

/// The frame map at the entry of a procedure.
pub(super) fn entry_map<'image>(
    contents: Contents<'image>,
    procedure: &Procedure<'image>,
) -> Option<FrameMap<'image>> {
    let address = entry_map_address(procedure);
    contents.frame_map(u32::try_from(address).ok()?)
}

fn entry_map_address(procedure: &Procedure<'_>) -> i64 {
    i64::from(procedure.address) + i64::from(procedure.header.entry_map)
}

/// Verifies a header. `entered` becomes the state of the frame at the entry.
fn header(
    contents: Contents<'_>,
    procedure: &Procedure<'_>,
    entered: &mut State,
) -> Result<(), VerifyError> {
    let header = &procedure.header;
    let refused = |problem| {
        Err(VerifyError::Header {
            procedure: procedure.address,
            problem,
        })
    };
    if header.flags & !FLAGS != 0 {
        return refused(HeaderProblem::Flags {
            flags: header.flags,
        });
    }
    let parameters = parameter_count(header);
    let slots = header.frame_bytes / SLOT_BYTES;
    let has_room = slots > parameters && parameters <= PARAMETERS_MAX;
    if !header.frame_bytes.is_multiple_of(SLOT_BYTES) || !has_room {
        return refused(HeaderProblem::FrameSize {
            frame_bytes: header.frame_bytes,
            parameters,
        });
    }
    let map = entry_map(contents, procedure);
    let Some(map) = map.filter(|map| u32::from(map.slot_count()) <= slots) else {
        return refused(HeaderProblem::EntryMap {
            address: entry_map_address(procedure),
        });
    };
    entered.enter(map);
    // No caller puts a raw word in the place of the closure.
    let is_raw_closure = entered.is_written(0) && !entered.is_tagged(0);
    let wrong = if is_raw_closure {
        Some(0)
    } else {
        entered.first_written(parameters + 1)
    };
    if let Some(slot) = wrong {
        return refused(HeaderProblem::EntryMapSlot { slot, parameters });
    }
    Ok(())
}
