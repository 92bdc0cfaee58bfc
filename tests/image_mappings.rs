//! Loaded images leave no mapping, no descriptor and no page of the process behind.
//!
//! The test is alone in its file, because it counts those of the whole process.

mod image_support;

use std::collections::BTreeSet;

use compiler::link::link;
use compiler::link::unit::LinkUnit;
use compiler::options::Purpose;
use gc::{Address, CHUNK_BYTES, ImageId};
use image_support::{ToyHost, sample_image, sample_unit, trusted};
use loader::{LoadOptions, LoadedImage, Placement, Registry, load};

/// Those in which an image may have mappings.
const PLACEMENTS: [Placement; 2] = [Placement::Mapped, Placement::Copied];

/// The sample, small enough to lie beside other images.
fn small_image() -> Vec<u8> {
    let unit = LinkUnit {
        purpose: Purpose::Memory,
        ..sample_unit()
    };
    link(&unit).expect("the sample is well formed")
}

fn load_sample(host: &mut ToyHost, file: &[u8], placement: Placement) -> LoadedImage {
    let options = LoadOptions {
        placement,
        ..LoadOptions::default()
    };
    load(trusted(file), "sample", host, options).expect("there is room")
}

fn unload(host: &ToyHost, image: LoadedImage) {
    // SAFETY: tests keep nothing that leads into the image.
    assert!(unsafe { host.mutator.unregister_image(image.id()) });
    // SAFETY: as said, and the collector has forgotten it.
    unsafe { image.unload() };
}

/// A file that the kernel shows of this process.
fn kernel_file(name: &str) -> String {
    std::fs::read_to_string(format!("/proc/self/{name}")).expect("procfs is mounted")
}

/// Mappings and descriptors of this process.
fn kernel_counts() -> (usize, usize) {
    let mappings = kernel_file("maps").lines().count();
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("procfs is mounted");
    (mappings, descriptors.count())
}

fn resident_pages() -> usize {
    let counts = kernel_file("statm");
    let resident = counts
        .split(' ')
        .nth(1)
        .expect("resident pages come second");
    resident.parse().expect("a number")
}

fn a_dropped_heap_takes_its_images_with_it() {
    let file = sample_image();
    assert_nothing_stays(|count| {
        for _ in 0..count / 10 {
            let mut host = ToyHost::new();
            for placement in PLACEMENTS {
                drop(load_sample(&mut host, &file, placement));
            }
        }
    });
}

/// After so many rounds, the process has what it had after a tenth of them.
fn assert_nothing_stays(mut rounds: impl FnMut(usize)) {
    const COUNT: usize = 1000;
    rounds(COUNT / 10);
    let (before, resident_before) = (kernel_counts(), resident_pages());
    rounds(COUNT);
    let (after, resident_after) = (kernel_counts(), resident_pages());
    assert!(
        after.0.abs_diff(before.0) < 10,
        "mappings: {before:?} {after:?}"
    );
    assert_eq!(after.1, before.1, "descriptors");
    assert!(
        resident_after < resident_before + 500,
        "pages: {resident_before} {resident_after}"
    );
}

fn ten_thousand_loads_leave_nothing_behind() {
    let file = sample_image();
    let mut host = ToyHost::new();
    assert_nothing_stays(|count| {
        for cycle in 0..10 * count {
            let image = load_sample(&mut host, &file, PLACEMENTS[cycle % 2]);
            unload(&host, image);
        }
    });
}

fn small_images_lie_beside_one_another_and_leave_their_chunks_empty() {
    const COUNT: usize = 200;
    let file = small_image();
    let mut host = ToyHost::new();
    let mut registry = Registry::new(host.mutator.arena().clone());
    let before = kernel_counts();
    let ids: Vec<ImageId> = (0..COUNT)
        .map(|_| {
            let image = load_sample(&mut host, &file, Placement::Mapped);
            registry.insert(image).id()
        })
        .collect();
    let starts: Vec<Address> = registry.images().map(|image| image.range().start).collect();
    let chunks: BTreeSet<usize> = starts
        .iter()
        .map(|start| start.raw() / CHUNK_BYTES)
        .collect();
    assert!(chunks.len() < COUNT / 10, "{} chunks", chunks.len());
    assert!(
        kernel_counts().0 <= before.0 + 4,
        "no image has a mapping of its own"
    );
    for &id in &ids {
        let image = registry.get(id).expect("it is loaded");
        let inside = image.address(8);
        let found = registry.image_at(inside).expect("an image lies there");
        assert_eq!(found.id(), id);
        let end = image.range().end;
        assert_ne!(registry.image_at(end).map(LoadedImage::id), Some(id));
    }
    // Every second one, then all others: places are taken again meanwhile.
    for &id in ids.iter().step_by(2) {
        unload(&host, registry.remove(id).expect("it is loaded"));
    }
    for &id in ids.iter().skip(1).step_by(2) {
        let image = load_sample(&mut host, &file, Placement::Mapped);
        unload(&host, image);
        unload(&host, registry.remove(id).expect("it is loaded"));
    }
    for start in starts {
        assert_eq!(host.mutator.arena().kind_of(start), gc::ChunkKind::Free);
    }
    let after = kernel_counts();
    assert!(
        after.0 <= before.0 + 4 && after.1 == before.1,
        "{before:?} {after:?}"
    );
}

#[test]
fn images_leave_nothing_of_the_process_behind() {
    a_dropped_heap_takes_its_images_with_it();
    ten_thousand_loads_leave_nothing_behind();
    small_images_lie_beside_one_another_and_leave_their_chunks_empty();
}
