//! The border to what makes native code, which is a crate of its own: what is asked of that crate.
//!
//! So a compiler of bytecode alone needs no code generator for machines, and none is named here.

use std::fmt;

use super::CodegenError;
use super::unit::Shared;
use crate::id::IdVec;
use crate::link::native_code::NativeCode;
use crate::ssa::ir::ProcedureId;
use abi::native::Tier;

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
