//! One instruction: what it reads, checks, writes, and where it leads.

use abi::frame_map::FrameMap;
use abi::image::Extent;
use abi::isa::{BranchOffset, CodeOffset, DataOffset, MapOffset};
use abi::object_layout::WORD_BYTES;
use abi::tag;
use loader::Procedure;

use super::error::CodeProblem;
use super::fresh::Fresh;
use super::headers::Procedures;
use super::objects::Objects;
use super::slots::State;
use super::ways::Ways;

/// What instructions may lead to: the parts of the image that were verified before.
#[derive(Debug)]
pub(super) struct Surroundings<'image> {
    pub(super) procedures: Procedures<'image>,
    pub(super) objects: Objects<'image>,
    pub(super) cells: Extent,
}

/// Whether code goes on behind an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    On,
    Stop,
}

/// An instruction that is looked at.
pub(super) struct Step<'a, 'image> {
    pub(super) surroundings: &'a Surroundings<'image>,
    pub(super) procedure: &'a Procedure<'image>,
    /// Slots of the frame.
    pub(super) slots: u32,
    /// Offset of the instruction, and of its end.
    pub(super) start: u32,
    pub(super) end: u32,
    /// What is known before it, and then behind it.
    pub(super) now: &'a mut State,
    /// The slots with closures that were made since the last safepoint, in this straight piece of code.
    pub(super) fresh: &'a mut Fresh,
    pub(super) ways: &'a mut Ways,
}

type Verdict = Result<(), CodeProblem>;

impl<'image> Step<'_, 'image> {
    /// Offset of the end of the instruction.
    pub(super) const fn end(&self) -> u32 {
        self.end
    }

    /// Slots of the frame.
    pub(super) const fn slots(&self) -> u32 {
        self.slots
    }

    fn has_slot(&self, slot: u32) -> Verdict {
        if slot < self.slots {
            Ok(())
        } else {
            Err(CodeProblem::Slot {
                slot,
                slots: self.slots,
            })
        }
    }

    /// A slot is read as a value.
    #[inline]
    pub(super) fn read_tagged(&self, slot: u32) -> Verdict {
        if self.now.is_tagged(slot) {
            return Ok(());
        }
        self.has_slot(slot)?;
        Err(CodeProblem::NotTagged { slot })
    }

    /// So many slots from one on are read as values.
    pub(super) fn read_values(&self, first: u32, count: u32) -> Verdict {
        (first..first + count).try_for_each(|slot| self.read_tagged(slot))
    }

    /// A slot is read as a word.
    #[inline]
    pub(super) fn read_written(&self, slot: u32) -> Verdict {
        if self.now.is_written(slot) {
            return Ok(());
        }
        self.has_slot(slot)?;
        Err(CodeProblem::NotWritten { slot })
    }

    /// A slot gets a value, or else a raw word.
    #[inline]
    pub(super) fn write(&mut self, slot: u32, is_tagged: bool) -> Verdict {
        self.has_slot(slot)?;
        self.now.write(slot, is_tagged);
        self.fresh.remove(slot);
        Ok(())
    }

    /// A slot takes what another one holds.
    #[inline]
    pub(super) fn copy(&mut self, to: u32, from: u32) -> Verdict {
        self.read_written(from)?;
        let is_fresh = self.fresh.contains(from);
        self.write(to, self.now.is_tagged(from))?;
        if is_fresh {
            self.fresh.add(to);
        }
        Ok(())
    }

    /// The virtual address that an offset from the end of the instruction leads to.
    #[inline]
    fn address(&self, offset: i32) -> i64 {
        i64::from(self.procedure.code_start()) + i64::from(self.end) + i64::from(offset)
    }

    /// A collection may look at so many slots of the frame, and finds its map there.
    #[inline]
    pub(super) fn suspend_by(&mut self, map: MapOffset, slots: u32) -> Verdict {
        let address = self.address(map.0);
        let contents = self.surroundings.procedures.contents;
        let found = u32::try_from(address)
            .ok()
            .and_then(|address| contents.frame_map(address));
        let map = found.ok_or(CodeProblem::NoMap { address })?;
        if u32::from(map.slot_count()) > slots {
            return Err(CodeProblem::MapSlots {
                map_slots: map.slot_count(),
                slots,
            });
        }
        self.fresh.clear();
        self.now.suspend(map)
    }

    /// The instruction polls.
    pub(super) fn poll(&mut self) {
        self.now.since = self.start + 1;
        self.now.allocated = 0;
    }

    /// Code may go on at a distance from `from`, an offset.
    #[inline]
    pub(super) fn jump(&mut self, from: u32, distance: BranchOffset) -> Verdict {
        let target = i64::from(from) + i64::from(distance.0);
        self.ways.lead(self.now, self.start, target)
    }

    /// The procedure that an operand names.
    pub(super) fn procedure_at(
        &self,
        code: CodeOffset,
    ) -> Result<(Procedure<'image>, FrameMap<'image>), CodeProblem> {
        let address = self.address(code.0);
        let found = self.surroundings.procedures.at(address);
        found.ok_or(CodeProblem::NoProcedure { address })
    }

    /// The code of a closure that is made.
    pub(super) fn closure_code(&self, code: CodeOffset) -> Verdict {
        let (procedure, _) = self.procedure_at(code)?;
        let address = procedure.address;
        if (self.surroundings.procedures).takes_and_gives_values(address) {
            return Ok(());
        }
        Err(CodeProblem::ClosureOfRaw { address })
    }

    /// A cell of the image.
    #[inline]
    pub(super) fn cell(&self, cell: DataOffset) -> Verdict {
        let address = self.address(cell.0);
        let cells = self.surroundings.cells;
        let offset = address - i64::from(cells.start);
        let is_cell = offset >= 0
            && offset + WORD_BYTES as i64 <= i64::from(cells.bytes)
            && offset % WORD_BYTES as i64 == 0;
        if is_cell {
            Ok(())
        } else {
            Err(CodeProblem::Cell { address })
        }
    }

    /// An object of the image; the tag is in the offset.
    pub(super) fn constant(&self, constant: DataOffset) -> Verdict {
        let address = self.address(constant.0);
        let pointer = u64::try_from(address).ok();
        let found = pointer.and_then(|pointer| self.surroundings.objects.find(pointer));
        match found {
            Some(_) => Ok(()),
            None => Err(CodeProblem::Constant { address }),
        }
    }

    /// An immediate in the code.
    pub(super) fn plain_value(word: u64) -> Verdict {
        if tag::is_plain_value(word) {
            Ok(())
        } else {
            Err(CodeProblem::Word { word })
        }
    }
}
