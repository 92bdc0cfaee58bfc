//! Native parts of an image, made one after the other: who wants which, and takes them.

use crate::codegen::{Apart, ApartOrders, NativeOrder, NativeProcedures, Procedures};
use crate::id::{Id as _, IdVec};
use crate::link::{LinkError, LinkedImage, PartPlace};
use crate::options::Tier;
use crate::ssa::ir::{ProcedureId, Unit};

/// A program whose bytecode lies in an image, for who says what becomes native code.
#[derive(Clone, Copy, Debug)]
pub struct ProgramCode<'a> {
    /// Its code, which both tiers are made of.
    pub unit: &'a Unit,
    /// The virtual addresses of the procedures' headers in the image, ascending.
    pub addresses: &'a IdVec<ProcedureId, u32>,
    /// The virtual address where its bytecode ends.
    pub end: u32,
}

impl ProgramCode<'_> {
    /// The procedure whose bytecode the code at a virtual address of the image is, if it is bytecode.
    pub fn procedure_at(&self, address: u32) -> Option<ProcedureId> {
        let starts = self.addresses.entries().rev();
        let mut before = starts.skip_while(|&(_, &start)| start > address);
        (address < self.end).then(|| before.next().map(|(id, _)| id))?
    }

    /// Bytes of a procedure's bytecode, its header included.
    pub fn bytes_of(&self, procedure: ProcedureId) -> u32 {
        let next = ProcedureId::new(procedure.number() + 1);
        let end = self.addresses.get(next).copied().unwrap_or(self.end);
        end - self.addresses[procedure]
    }
}

/// Native code that becomes a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartOrder {
    /// All native code that the image can have: always the same part. Loops have no entries.
    Whole,
    /// The same, with entries into loops.
    WholeWithLoops,
    /// That of some procedures, with entries into the loops of some.
    Some {
        /// Whose native code.
        procedures: IdVec<ProcedureId, bool>,
        /// Whose loops; these have native code, too.
        loops: IdVec<ProcedureId, bool>,
    },
}

/// Says which parts are made, and takes them.
pub trait PartOrders {
    /// What is to be made next; `None` if nothing is any more.
    fn next(&mut self, program: ProgramCode<'_>) -> Option<PartOrder>;

    /// Takes the part that was ordered last; `None` if no procedure in it has native code, or there is no room.
    fn take(&mut self, part: Option<Vec<u8>>);
}

/// Makes the parts that `wanted` orders.
pub(crate) struct Parts<'a> {
    pub(crate) tier: Tier,
    pub(crate) image: &'a mut LinkedImage,
    pub(crate) unit: &'a Unit,
    pub(crate) wanted: &'a mut dyn PartOrders,
    /// Where the part that is being made will lie.
    place: PartPlace,
    /// Why a part that has all native code could not be linked.
    pub(crate) failure: Option<LinkError>,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(
        tier: Tier,
        apart: &Apart<'a>,
        image: &'a mut LinkedImage,
        wanted: &'a mut dyn PartOrders,
    ) -> Self {
        Self {
            tier,
            image,
            unit: apart.unit(),
            wanted,
            place: PartPlace::First,
            failure: None,
        }
    }
}

impl ApartOrders for Parts<'_> {
    fn next(&mut self) -> Option<NativeOrder> {
        if self.failure.is_some() {
            return None;
        }
        let order = self.wanted.next(ProgramCode {
            unit: self.unit,
            addresses: self.image.procedures(),
            end: self.image.code_end(),
        })?;
        let all = NativeOrder::all(self.tier);
        let (order, place) = match order {
            PartOrder::Whole => (all, PartPlace::First),
            PartOrder::WholeWithLoops => {
                let loops = Procedures::All;
                (NativeOrder { loops, ..all }, PartPlace::First)
            }
            PartOrder::Some { procedures, loops } => {
                let order = NativeOrder {
                    tier: self.tier,
                    procedures: Procedures::These(procedures),
                    loops: Procedures::These(loops),
                };
                (order, PartPlace::Behind)
            }
        };
        self.place = place;
        Some(order)
    }

    fn take(&mut self, native: NativeProcedures, maps: &[Vec<u8>]) {
        match self.image.part(native, maps, self.place) {
            Ok(part) => self.wanted.take(part),
            Err(error) if self.place == PartPlace::First => self.failure = Some(error),
            Err(_) => self.wanted.take(None),
        }
    }
}

/// One part with all native code.
pub(crate) struct WholePart {
    order: Option<PartOrder>,
    pub(crate) part: Option<Vec<u8>>,
}

impl WholePart {
    pub(crate) const fn new(order: PartOrder) -> Self {
        Self {
            order: Some(order),
            part: None,
        }
    }
}

impl PartOrders for WholePart {
    fn next(&mut self, _: ProgramCode<'_>) -> Option<PartOrder> {
        self.order.take()
    }

    fn take(&mut self, part: Option<Vec<u8>>) {
        self.part = part;
    }
}
