//! Small images: their segments follow one another, and nothing else is taken for one.

use compiler::link::link;
use compiler::link::unit::LinkUnit;
use compiler::options::Purpose;
use loader::fuzzing::load_image::check;
use loader::{ImageView, LoadError, SegmentKind};

use crate::image_support::sample_unit;
use crate::{Forgery, refusal, refusal_of};

/// The sample, made for memory: its segments follow one another.
fn small_image() -> Vec<u8> {
    let unit = LinkUnit {
        purpose: Purpose::Memory,
        ..sample_unit()
    };
    link(&unit).expect("the sample is well formed")
}

#[test]
fn small_images_out_of_shape_are_refused() {
    let small = Forgery::of(small_image());
    assert!(small.header().is_small());
    ImageView::parse(&small.file).expect("the linker makes what the loader takes");

    let refused = |damage: &dyn Fn(&mut Forgery)| refusal_of(Forgery::of(small_image()), damage);
    // Alignment of a file's segments.
    let error = refused(&|f| f.put(Forgery::program_header(1, 48), &0x1_0000_u64.to_le_bytes()));
    assert!(
        matches!(error, LoadError::SegmentAlignment { .. }),
        "{error:?}"
    );
    // Another address than in the file.
    let error = refused(&|f| {
        let start = f.header().code.start + 16;
        f.set_header(|header| header.code.start = start);
        f.put(
            Forgery::program_header(1, 16),
            &u64::from(start).to_le_bytes(),
        );
    });
    assert!(
        matches!(error, LoadError::SegmentAlignment { .. }),
        "{error:?}"
    );
    // A segment that overlaps the one before.
    let error = refused(&|f| {
        let start = f.header().code.start - 16;
        f.set_header(|header| {
            header.code.start = start;
            header.code.bytes += 16;
        });
        f.put(
            Forgery::program_header(1, 8),
            &u64::from(start).to_le_bytes(),
        );
        f.put(
            Forgery::program_header(1, 16),
            &u64::from(start).to_le_bytes(),
        );
        let bytes = u64::from(f.header().code.bytes).to_le_bytes();
        f.put(Forgery::program_header(1, 32), &bytes);
        f.put(Forgery::program_header(1, 40), &bytes);
    });
    assert!(
        matches!(
            error,
            LoadError::SegmentOverlap {
                segment: SegmentKind::Code,
                ..
            }
        ),
        "{error:?}"
    );
    // Native code.
    let error = refused(&|f| f.set_header(|header| header.native_code = header.code));
    assert!(
        matches!(error, LoadError::NativeCodeInSmallImage { .. }),
        "{error:?}"
    );
    // A small image that says it is large, and a large one that says it is small.
    let error = refused(&|f| f.set_header(|header| header.image.bytes = 0x10_0000));
    assert!(
        matches!(error, LoadError::SegmentAlignment { .. }),
        "{error:?}"
    );
    let error = refusal(|f| f.set_header(|header| header.image.bytes = 1000));
    assert!(
        matches!(error, LoadError::SegmentAlignment { .. }),
        "{error:?}"
    );
}

#[test]
fn flips_in_a_small_image_never_make_the_loader_panic() {
    let file = small_image();
    for at in 0..file.len() {
        for bit in [1, 0x80] {
            let mut damaged = file.clone();
            damaged[at] ^= bit;
            check(&damaged);
        }
    }
}
