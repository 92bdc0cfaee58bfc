//! Verified images that do what no compiler writes: they run, and do no harm.

use abi::isa::{
    Count, DataOffset, Index, Instruction as I, Into, Local, MapOffset, PrimitiveOperand, Word,
};
use abi::object_layout::record_type;
use abi::primitive::Primitive;
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::unit::{Constant, ConstantId, ConstantWord, FixupTarget, LinkUnit, NameId};
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

#[test]
fn a_record_type_that_is_its_own_parent_does_not_keep_the_machine_busy() {
    use abi::frame_map::SlotState::{Live, Unused};
    const PARENT: u16 = ((record_type::PARENT - record_type::NAME) / 8) as u16;
    let symbol = (4, FixupTarget::SymbolCell(NameId::new(0)));
    let fields = (4, FixupTarget::Constant(ConstantId::new(0)));
    let all = (
        4,
        FixupTarget::FrameMap(compiler::link::unit::FrameMapId::new(5)),
    );
    let make_type = I::Leaf3 {
        dst: Into(4),
        primitive: PrimitiveOperand(Primitive::MakeRecordType.index()),
        a: Local(1),
        b: Local(2),
        c: Local(3),
        map: MapOffset(0),
    };
    let copy = I::Copy {
        dst: abi::isa::IntoAny(5),
        src: abi::isa::AnyLocal(4),
    };
    let lines: &[Line<'_>] = &[
        (
            I::LoadCell {
                dst: Into(1),
                cell: DataOffset(0),
            },
            &[symbol],
        ),
        (
            I::LoadConstant {
                dst: Into(2),
                constant: DataOffset(0),
            },
            &[fields],
        ),
        (
            I::LoadWord {
                dst: Into(3),
                word: Word(abi::tag::FALSE),
            },
            &[],
        ),
        (
            I::LoadWord {
                dst: Into(5),
                word: Word(abi::tag::FALSE),
            },
            &[],
        ),
        (make_type, &[all]),
        (copy, &[]),
        (make_type, &[all]),
        (
            I::RecordInit {
                record: Local(5),
                index: Index(PARENT),
                src: Local(5),
            },
            &[],
        ),
        (
            I::MakeRecord {
                dst: Into(6),
                record_type: Local(5),
                fields: Count(1),
            },
            &[],
        ),
        (
            I::RecordRef {
                dst: Into(1),
                record: Local(6),
                record_type: Local(4),
                index: Index(0),
            },
            &[],
        ),
    ];
    let mut unit = LinkUnit {
        constants: vec![Constant::Vector(vec![ConstantWord::Symbol(NameId::new(0))])].into(),
        symbols: vec!["ouroboros".into()].into(),
        ..unit(lines)
    };
    unit.frame_maps
        .push(map(&[Unused, Live, Live, Live, Unused, Live]));
    let ended = run(&unit);
    assert!(matches!(ended, Err(Error::Raised(_))), "{ended:?}");
}
