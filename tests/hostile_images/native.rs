//! Images whose tables of native code lead astray.

use abi::image::{Extent, ImageHeader};
use abi::native::return_table::ENTRY_BYTES;
use abi::procedure::{NATIVE_ENTRY_OFFSET, NATIVE_KEY_OFFSET};
use compiler::link::link;
use loader::{ImageView, LoadError};

use crate::image_support::second;
use crate::native_sample::{native_image, native_unit};
use crate::{Forgery, refusal_of};

fn refusal(damage: impl FnOnce(&mut Forgery)) -> LoadError {
    refusal_of(Forgery::of(native_image()), damage)
}

fn header() -> ImageHeader {
    *ImageView::parse(&native_image())
        .expect("the sample is well-formed")
        .header()
}

/// File offset of the one return point; the read-only segment stands at 0.
fn return_point() -> usize {
    let file = native_image();
    let table = header().native_returns;
    let mut entries = (table.start as usize..table.end() as usize).step_by(ENTRY_BYTES);
    let is_used = |&at: &usize| file[at..at + 4] != [0; 4];
    entries.find(is_used).expect("there is one")
}

/// File offset of the header of the procedure with native code.
fn procedure() -> usize {
    let file = native_image();
    let view = ImageView::parse(&file).expect("the sample is well-formed");
    let second = view.contents().procedures().nth(1);
    let fold = second.expect("the sample has two procedures");
    let offset = fold.address - header().code.start;
    Forgery::of(file.clone()).segments[1].start + offset as usize
}

#[test]
fn tables_of_return_points_that_cannot_be_searched_are_refused() {
    let error = refusal(|f| f.set_header(|header| header.native_returns.bytes -= 1));
    assert!(
        matches!(error, LoadError::NativeReturnTable { .. }),
        "{error:?}"
    );
    let table = header().native_returns;
    let error = refusal(|f| f.put(table.start as usize, &vec![1; table.bytes as usize]));
    assert!(
        matches!(error, LoadError::NativeReturnTable { .. }),
        "a search would not end: {error:?}"
    );
    let error = refusal(|f| f.set_header(|header| header.native_code = Extent::default()));
    assert!(
        matches!(error, LoadError::NativeReturnTable { code_bytes: 0, .. }),
        "{error:?}"
    );
}

#[test]
fn return_points_that_lead_astray_are_refused() {
    let code_bytes = header().native_code.bytes;
    let damages: [(usize, &[u8]); 6] = [
        (0, &code_bytes.to_le_bytes()),
        // Where the search for it does not come by.
        (0, &12_u32.to_le_bytes()),
        (4, &3_u16.to_le_bytes()),
        (4, &0xfff0_u16.to_le_bytes()),
        (6, &4_u16.to_le_bytes()),
        (8, &u32::MAX.to_le_bytes()),
    ];
    for (at, bytes) in damages {
        let error = refusal(|f| f.put(return_point() + at, bytes));
        assert!(
            matches!(error, LoadError::NativeReturn { .. }),
            "{at} {bytes:?}: {error:?}"
        );
    }
}

#[test]
fn a_frame_that_is_smaller_than_its_map_is_refused() {
    // The sample's second map has two slots, and the frame has one.
    let maps = header().frame_maps;
    let error = refusal(|f| {
        let second = maps.start + 2;
        f.put(return_point() + 8, &second.to_le_bytes());
    });
    assert!(matches!(error, LoadError::NativeReturn { .. }), "{error:?}");
}

#[test]
fn entries_outside_the_native_code_are_refused() {
    for distance in [-4_i32, 32, i32::MAX, i32::MIN] {
        let error = refusal(|f| {
            f.put(procedure() + NATIVE_ENTRY_OFFSET, &distance.to_le_bytes());
        });
        assert!(
            matches!(error, LoadError::NativeEntry { target, .. } if target < 1 << 32),
            "{error:?}"
        );
    }
}

#[test]
fn keys_that_contradict_the_arity_are_refused() {
    let mut unit = native_unit();
    // So long that it is more than padding.
    unit.procedures[second()].code.resize(200, 0);
    let forgery = Forgery::of(link(&unit).unwrap());
    let error = refusal_of(forgery, |f| {
        f.put(procedure() + NATIVE_KEY_OFFSET, &7_u32.to_le_bytes());
    });
    assert!(
        matches!(error, LoadError::ProcedureInvalid { .. }),
        "{error:?}"
    );
}
