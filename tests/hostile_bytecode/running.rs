//! Verified images that do what no compiler writes: they run, and do no harm.

use abi::isa::{
    AnyLocal, Count, DataOffset, Index, Instruction as I, Into, IntoAny, Local, MapOffset,
    PrimitiveOperand, Word,
};
use abi::object_layout::record_type;
use abi::primitive::Primitive;
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::unit::{
    Constant, ConstantId, ConstantWord, FixupTarget, FrameMapId, LinkUnit, NameId,
};
use cozen::{Error, Retention, Runtime, verify_image};

use crate::image_support::map;
use crate::{Line, unit};

/// Runs a unit; how it ends.
fn run(unit: &LinkUnit) -> Result<(), Error> {
    let file = link(unit).expect("the unit is small");
    let image = verify_image(file, "strange").expect("the verifier has no objection");
    let mut runtime = Runtime::new().expect("a runtime");
    let done = runtime.enter(|scheme| scheme.run_image(&image, "strange", Retention::Reached));
    runtime.enter(|scheme| {
        scheme.collect();
    });
    done
}

/// Where the field of a record type that holds its parent is among the fields of the record.
const PARENT: u16 = ((record_type::PARENT - record_type::NAME) / 8) as u16;

/// Code that makes two record types (slots 5 and 4), makes the first its own parent, and takes a field of a record of
/// the first as if it was of the second. Slots 1 to 3 have the name, the fields and the parent of both.
fn own_ancestor() -> Vec<I> {
    let make_type = I::Leaf3 {
        dst: Into(4),
        primitive: PrimitiveOperand(Primitive::MakeRecordType.index()),
        a: Local(1),
        b: Local(2),
        c: Local(3),
        map: MapOffset(0),
    };
    let no_type = |slot| I::LoadWord {
        dst: Into(slot),
        word: Word(abi::tag::FALSE),
    };
    let (name, fields) = (Into(1), Into(2));
    vec![
        I::LoadCell {
            dst: name,
            cell: DataOffset(0),
        },
        I::LoadConstant {
            dst: fields,
            constant: DataOffset(0),
        },
        no_type(3),
        no_type(5),
        make_type,
        I::Copy {
            dst: IntoAny(5),
            src: AnyLocal(4),
        },
        make_type,
        I::RecordInit {
            record: Local(5),
            index: Index(PARENT),
            src: Local(5),
        },
        I::MakeRecord {
            dst: Into(6),
            record_type: Local(5),
            fields: Count(1),
        },
        I::RecordRef {
            dst: Into(1),
            record: Local(6),
            record_type: Local(4),
            index: Index(0),
        },
    ]
}

#[test]
fn a_record_type_that_is_its_own_parent_does_not_keep_the_machine_busy() {
    use abi::frame_map::SlotState::{Live, Unused};
    let symbol = [(4, FixupTarget::SymbolCell(NameId::new(0)))];
    let fields = [(4, FixupTarget::Constant(ConstantId::new(0)))];
    let all = [(4, FixupTarget::FrameMap(FrameMapId::new(5)))];
    let holes = |instruction: &I| -> &[(u32, FixupTarget)] {
        match instruction {
            I::LoadCell { .. } => &symbol,
            I::LoadConstant { .. } => &fields,
            I::Leaf3 { .. } => &all,
            _ => &[],
        }
    };
    let code = own_ancestor();
    let lines: Vec<Line<'_>> = code.iter().map(|it| (*it, holes(it))).collect();
    let mut unit = LinkUnit {
        constants: vec![Constant::Vector(vec![ConstantWord::Symbol(NameId::new(0))])].into(),
        symbols: vec!["ouroboros".into()].into(),
        ..unit(&lines)
    };
    unit.frame_maps
        .push(map(&[Unused, Live, Live, Live, Unused, Live]));
    let ended = run(&unit);
    assert!(matches!(ended, Err(Error::Raised(_))), "{ended:?}");
}
