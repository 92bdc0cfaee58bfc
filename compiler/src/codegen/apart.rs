//! Bytecode of a unit, whose native code is made apart from it, in any number of parts.

use super::CodegenError;
use super::generate::{Generated, SharedData, bytecode, finished};
use super::native::{NativeGenerator, NativeOrder, NativeOrders, NativeProcedures};
use super::unit::{Shared, laid_out_definitions};
use crate::link::unit::LinkUnit;
use crate::phase_times::PhaseTimes;
use crate::ssa::ir::Unit;

/// A unit whose bytecode was made, and what native code needs to know of it.
#[derive(Debug)]
pub struct Apart<'unit> {
    shared: Shared<'unit>,
    /// How many constants and symbols the bytecode has.
    data: (usize, usize),
    /// How many frame maps it has.
    map_count: usize,
    /// Bytes of it.
    code_bytes: usize,
}

/// Makes the bytecode of `unit`, as [`generate`](super::generate) and [`generate_library`](super::generate_library) do.
/// Whether native code is made afterwards does not change it.
///
/// # Errors
///
/// As [`generate`](super::generate).
///
/// # Panics
///
/// As [`generate`](super::generate).
pub fn generate_apart<'unit>(
    unit: &'unit Unit,
    is_library: bool,
    times: &mut PhaseTimes,
) -> Result<(LinkUnit, Apart<'unit>), CodegenError> {
    let mut shared = Shared::new(unit);
    if is_library {
        shared.definitions = Some(laid_out_definitions(unit));
    }
    shared.is_linked_later = true;
    let cells = shared.collect_all_cells();
    times.resume();
    let procedures = bytecode(&mut shared, unit.procedures.side_table(None))?;
    let library = shared.library_objects();
    times.record("bytecode");
    let code_bytes = procedures.iter().map(|procedure| procedure.code.len());
    let code_bytes = code_bytes.sum();
    let generated = Generated {
        procedures,
        cells,
        library,
    };
    let data = SharedData {
        frame_maps: shared.maps.maps.clone(),
        constants: shared.pool.constants.clone(),
        symbols: shared.pool.symbols.clone(),
    };
    let link_unit = finished(unit, generated, data);
    let apart = Apart {
        data: (shared.pool.constants.len(), shared.pool.symbols.len()),
        map_count: shared.maps.maps.len(),
        code_bytes,
        shared,
    };
    Ok((link_unit, apart))
}

impl<'unit> Apart<'unit> {
    /// Bytes of bytecode.
    pub const fn code_bytes(&self) -> usize {
        self.code_bytes
    }

    /// The unit.
    pub const fn unit(&self) -> &'unit Unit {
        self.shared.unit
    }

    /// Makes native code as `orders` say. There is none if it needs data that the bytecode does not need, for which the
    /// image has no place: messages of checks of facts do.
    ///
    /// # Errors
    ///
    /// A literal that an image cannot express.
    pub fn native(
        &mut self,
        generator: &dyn NativeGenerator,
        orders: &mut dyn ApartOrders,
    ) -> Result<(), CodegenError> {
        let mut orders = Within {
            orders,
            data: self.data,
            map_count: self.map_count,
            is_spoilt: false,
        };
        generator.generate(&mut self.shared, &mut orders)
    }
}

/// As [`NativeOrders`], for native code apart from its image.
pub trait ApartOrders {
    /// What is to be made next; `None` if nothing is any more.
    fn next(&mut self) -> Option<NativeOrder>;

    /// Takes what was made for the last order, with the frame maps that the bytecode lacks.
    fn take(&mut self, native: NativeProcedures, maps: &[Vec<u8>]);
}

/// Leaves what procedures share as it was after each order.
struct Within<'orders> {
    orders: &'orders mut dyn ApartOrders,
    data: (usize, usize),
    map_count: usize,
    /// Whether native code needed data of its own.
    is_spoilt: bool,
}

impl NativeOrders for Within<'_> {
    fn next(&mut self) -> Option<NativeOrder> {
        if self.is_spoilt {
            return None;
        }
        self.orders.next()
    }

    fn take(&mut self, shared: &mut Shared<'_>, native: NativeProcedures) {
        self.is_spoilt = self.data != (shared.pool.constants.len(), shared.pool.symbols.len());
        let maps = shared.maps.split_off(self.map_count);
        if !self.is_spoilt {
            self.orders.take(native, &maps);
        }
    }
}
