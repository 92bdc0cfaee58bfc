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
    /// Makes native code for the procedures of a unit, as `orders` say, one order after the other. The same unit and
    /// the same order make the same code, whatever was made before.
    ///
    /// # Errors
    ///
    /// A literal that an image cannot express.
    fn generate(
        &self,
        shared: &mut Shared<'_>,
        orders: &mut dyn NativeOrders,
    ) -> Result<(), CodegenError>;
}

/// For each procedure its native code, if it has any.
pub type NativeProcedures = IdVec<ProcedureId, Option<NativeCode>>;

/// Says which native code is to be made, and takes what was made.
pub trait NativeOrders {
    /// What is to be made next; `None` if nothing is any more.
    fn next(&mut self) -> Option<NativeOrder>;

    /// Takes what was made for the last order.
    fn take(&mut self, shared: &mut Shared<'_>, native: NativeProcedures);
}

/// Some of the procedures of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Procedures {
    /// None.
    None,
    /// All.
    All,
    /// Those with a `true`.
    These(IdVec<ProcedureId, bool>),
}

impl Procedures {
    /// Whether `procedure` is among them.
    pub fn contains(&self, procedure: ProcedureId) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(these) => these[procedure],
        }
    }
}

/// Which native code is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeOrder {
    /// Which procedures the tier names.
    pub tier: Tier,
    /// Which of these get native code that can have some.
    pub procedures: Procedures,
    /// Into whose loops frames of bytecode may come ([`Shared::loop_polls`]).
    pub loops: Procedures,
}

impl NativeOrder {
    /// All that `tier` names, entered by calls alone.
    pub const fn all(tier: Tier) -> Self {
        Self {
            tier,
            procedures: Procedures::All,
            loops: Procedures::None,
        }
    }
}

/// One order, and what was made.
#[derive(Debug)]
pub(super) struct OneOrder {
    order: Option<NativeOrder>,
    pub(super) native: NativeProcedures,
}

impl OneOrder {
    pub(super) fn new(order: NativeOrder) -> Self {
        Self {
            order: Some(order),
            native: IdVec::new(),
        }
    }
}

impl NativeOrders for OneOrder {
    fn next(&mut self) -> Option<NativeOrder> {
        self.order.take()
    }

    fn take(&mut self, _: &mut Shared<'_>, native: NativeProcedures) {
        self.native = native;
    }
}
