//! Images whose files were read into pages, which the loaded image takes over.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};

use abi::image::ImageHeader;
use abi::native::Tier;
use compiler::link::link;
use compiler::link::unit::{Constant, LinkUnit};
use gc::Address;
use loader::{FilePages, ImageView, LoadOptions, LoadedImage, NamedImage, TrustedImage, load};

use super::image_support::{ToyHost, sample_unit, trusted};
use super::native_sample::native_unit;
use super::{ALL_PLACEMENTS, load_word, unload};

/// A unit with so many more strings that each segment of data has many pages.
fn with_strings(mut unit: LinkUnit, count: usize) -> Vec<u8> {
    for number in 0..count {
        let text = format!("string {number} of the constants");
        unit.constants.push(Constant::String(text.into()));
    }
    link(&unit).expect("the unit is well formed")
}

/// The image in pages, from a file that is gone when this returns.
fn in_pages(image: &[u8]) -> TrustedImage<'static> {
    let mut file = tempfile(image);
    file.rewind().expect("it is a file");
    let pages = FilePages::read(&file, image.len()).expect("there is memory");
    file.set_len(0).expect("it is writable");
    // SAFETY: as for [`trusted`]: nobody runs the code.
    unsafe { TrustedImage::vouch(pages) }
}

fn tempfile(contents: &[u8]) -> File {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("cozen-pages-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = File::options();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)
        .expect("a writable directory");
    std::fs::remove_file(&path).expect("it is there");
    file.write_all(contents).expect("there is room");
    file
}

/// The words of constants and cells; those that are addresses of the image as distances from its start.
fn words(image: &LoadedImage, view: &ImageView<'_>) -> Vec<u64> {
    let start = image.address(0);
    let relocated: Vec<u32> = view.relocated_words().collect();
    let header: &ImageHeader = image.header();
    let extents = [header.constants, header.cells];
    let addresses = extents
        .into_iter()
        .flat_map(|extent| (extent.start..extent.start + extent.bytes).step_by(8));
    addresses
        .map(|at| {
            let word = load_word(image.address(at));
            match relocated.binary_search(&at) {
                Ok(_) => word - Address::word(start),
                Err(_) => word,
            }
        })
        .collect()
}

#[test]
fn an_image_that_takes_over_its_pages_is_as_one_that_was_copied() {
    for (unit, count) in [
        (sample_unit(), 0),
        (sample_unit(), 5000),
        (native_unit(), 700),
    ] {
        let file = with_strings(unit, count);
        let view = ImageView::parse(&file).unwrap();
        let mut host = ToyHost::new();
        for placement in ALL_PLACEMENTS {
            for tier in [Tier::Bytecode, Tier::Native] {
                let options = LoadOptions {
                    placement,
                    tier,
                    ..LoadOptions::default()
                };
                let copied = load(trusted(&file), "copied", &mut host, options).unwrap();
                let taken = load(in_pages(&file), "taken", &mut host, options).unwrap();
                assert_eq!(words(&taken, &view), words(&copied, &view), "{placement:?}");
                let [found, expected] = [&taken, &copied].map(LoadedImage::contents);
                assert!(found.procedures().eq(expected.procedures()));
                assert_eq!(found.native_code(), expected.native_code());
                let [found, expected] = [&taken, &copied].map(|image| {
                    let origin = image.origin_of(image.entry());
                    format!("{origin:?}")
                });
                assert_eq!(found, expected, "names and lines");
                unload(&host, taken);
                unload(&host, copied);
            }
        }
    }
}

#[test]
fn an_image_in_pages_that_is_lent_is_copied_and_can_be_loaded_again() {
    let file = with_strings(sample_unit(), 5000);
    let view = ImageView::parse(&file).unwrap();
    let mut host = ToyHost::new();
    let lent = in_pages(&file);
    let options = LoadOptions::default();
    let first = load(&lent, "first", &mut host, options).unwrap();
    let second = load(lent.clone(), "second", &mut host, options).unwrap();
    assert_eq!(lent.bytes(), file);
    let third = load(lent, "third", &mut host, options).unwrap();
    let expected = words(&first, &view);
    for image in [second, third] {
        assert_eq!(words(&image, &view), expected);
        unload(&host, image);
    }
    unload(&host, first);
}

#[test]
fn the_list_of_mappings_tells_where_an_image_lies() {
    let file = with_strings(sample_unit(), 5000);
    let mut host = ToyHost::new();
    let image = load(in_pages(&file), "named", &mut host, LoadOptions::default()).unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let start = image.address(0).raw() as u64;
    let found = maps.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        let [start, offset] = [fields.next()?.split('-').next()?, fields.nth(1)?]
            .map(|field| u64::from_str_radix(field, 16).unwrap());
        let path = fields.skip(2).collect::<Vec<_>>().join(" ");
        NamedImage::of_mapping(start, offset, &path).filter(|found| found.name == "named")
    });
    let found = found.expect("it is named");
    let bytes = u64::from(image.header().image.bytes);
    assert_eq!(
        (found.start, found.end),
        (start, start + bytes.next_multiple_of(4096))
    );
    unload(&host, image);
}
