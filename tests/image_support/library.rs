//! The sample as the image of a library.

use compiler::id::Id as _;
use compiler::link::unit::{
    Constant, ConstantId, ConstantWord, LibraryObjects, LinkUnit, NameId, StaticLocation,
};
use compiler::options::Purpose;
use compiler::ssa::ir::CellId;

use super::image_support::sample_unit;

/// The sample as a library: its symbols, and a global variable `lambda` that is a procedure, lie in the image.
pub(crate) fn library_unit() -> LinkUnit {
    let mut unit = sample_unit();
    let names = unit.symbols.clone();
    let names = names.into_iter().map(Constant::String);
    let location = StaticLocation {
        cell: Some(CellId::new(0)),
        name: NameId::new(1),
        value: ConstantWord::Constant(ConstantId::new(1)),
    };
    unit.library = Some(LibraryObjects {
        names: names.map(|name| unit.constants.push(name)).collect(),
        locations: vec![location],
    });
    LinkUnit {
        purpose: Purpose::Library,
        ..unit
    }
}
