//! The border to what makes native code, which is a crate of its own: what is asked of that crate, and what that
//! crate may use of the unit's other code.
//!
//! So a compiler of bytecode alone needs no code generator for machines, and none is named here.

use std::fmt;

use abi::frame_map::SlotState;
use abi::native::Tier;
use syntax::{Data, DatumId};

use super::CodegenError;
use super::frame_record::SafepointRecord;
use super::select::Shared;
use crate::core::ir::GlobalId;
use crate::id::IdVec;
use crate::link::native_code::NativeCode;
use crate::link::unit::{Constant, ConstantId, ConstantWord, FrameMapId, NameId};
use crate::ssa::ir::{CellId, ProcedureId, Unit};

/// Makes native code.
pub trait NativeGenerator: fmt::Debug + Send + Sync {
    /// Makes native code for the procedures of a unit that `tier` names and that can have some: an entry for each
    /// procedure. The same unit makes the same code.
    ///
    /// # Errors
    ///
    /// A literal that an image cannot express.
    fn generate(
        &self,
        shared: &mut Shared<'_>,
        tier: Tier,
    ) -> Result<IdVec<ProcedureId, Option<NativeCode>>, CodegenError>;
}

impl<'unit> Shared<'unit> {
    /// The unit whose code is made.
    pub fn unit(&self) -> &'unit Unit {
        self.unit
    }

    /// The number of a constant of the image, which is made once.
    pub fn constant(&mut self, constant: Constant) -> ConstantId {
        self.pool.constant(constant)
    }

    /// The word of a literal, whose constants are made once.
    ///
    /// # Errors
    ///
    /// A literal that an image cannot express.
    pub fn datum(&mut self, data: &Data, datum: DatumId) -> Result<ConstantWord, CodegenError> {
        self.pool.datum(data, datum)
    }

    /// The number of the symbol `name`.
    pub fn symbol(&mut self, name: &str) -> NameId {
        self.pool.symbol(name)
    }

    /// The number of the frame map with these states.
    pub fn frame_map(&mut self, states: &[SlotState]) -> FrameMapId {
        self.maps.intern(states)
    }

    /// The cell of a global variable, if the unit mentions it.
    pub fn cell_of_global(&self, global: GlobalId) -> Option<CellId> {
        self.cell_of_global[global]
    }

    /// The cell of a live object in literals, by the object's number, if the unit mentions it.
    pub fn cell_of_external(&self, object: u32) -> Option<CellId> {
        self.cell_of_external.get(&object).copied()
    }

    /// Whether [`Self::record_native`] is to be told what stands where.
    pub fn is_recorded(&self) -> bool {
        self.record.is_some()
    }

    /// Notes what stands where at a safepoint of a procedure's native code, if that is recorded.
    pub fn record_native(&mut self, procedure: ProcedureId, safepoint: SafepointRecord) {
        if let Some(record) = &mut self.record {
            record[procedure].native.push(safepoint);
        }
    }
}
