//! An image's life: found by address, sealed, reported unreachable, unloaded without a trace.

use abi::procedure::PROCEDURE_HEADER_BYTES;
use cozen::{CompilerOptions, Frontend};
use gc::{Address, CollectReason, Outcome, Scope};
use loader::{ImageView, Placement, Registry, SegmentKind};

use crate::image_support::{ToyHost, sample_image};
use crate::{PLACEMENTS, load_sample, unload};

/// What the kernel says of the page that `address` lies in, for example `r--p`.
pub(crate) fn access_to(address: Address) -> String {
    let maps = kernel_file("maps");
    let line = maps.lines().find(|line| {
        let (start, rest) = line.split_once('-').expect("a range");
        let (end, _) = rest.split_once(' ').expect("more fields");
        let bound = |text| usize::from_str_radix(text, 16).expect("a number");
        (bound(start)..bound(end)).contains(&address.raw())
    });
    let mut fields = line.expect("the address is mapped").split(' ');
    fields.nth(1).expect("access comes second").into()
}

#[test]
fn only_the_cells_are_writable_and_bytecode_is_not_executable() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let image = load_sample(&mut host, placement);
        let header = *image.header();
        let access =
            SegmentKind::ALL.map(|kind| access_to(image.address(kind.extent(&header).start)));
        assert_eq!(access, ["r--p", "r--p", "r--p", "rw-p"], "{placement:?}");
        let start = image.range().start;
        unload(&host, image);
        assert_eq!(access_to(start), "---p");
    }
}

#[test]
fn any_address_leads_to_its_image_and_code_to_its_line() {
    let mut host = ToyHost::new();
    let mut registry = Registry::new(host.mutator.arena().clone());
    let ids: Vec<_> = PLACEMENTS
        .map(|placement| registry.insert(load_sample(&mut host, placement)).id())
        .into();
    for &id in &ids {
        let image = registry.get(id).unwrap();
        assert_eq!(registry.image_at(image.entry()).unwrap().id(), id);
        let last = image.range().end.offset_bytes(1_usize.wrapping_neg());
        assert_eq!(registry.image_at(last).unwrap().id(), id);
        assert!(registry.image_at(image.range().end).is_none());

        let entry = registry
            .origin_of(image.entry().offset_bytes(PROCEDURE_HEADER_BYTES))
            .unwrap();
        assert_eq!((entry.procedure, entry.file), (None, Some("main.scm")));
        assert_eq!((entry.line, entry.column), (1, 1));
        let fold = image.contents().procedures().nth(1).unwrap();
        let place = |virtual_address| registry.origin_of(image.address(virtual_address)).unwrap();
        let first = place(fold.address);
        assert_eq!(
            (first.procedure, first.line),
            (Some("fold"), 10),
            "the header too"
        );
        let second = place(fold.code_start() + 5);
        assert_eq!(
            (second.file, second.line, second.column),
            (Some("lib/fold.scm"), 11, 4)
        );
        let arity = image.debug_tables().arity(fold.address).unwrap();
        assert_eq!(
            (arity.name.as_str(), arity.required, arity.line),
            ("fold", 1, 10)
        );
        assert_eq!(arity.parameters, ["kons"]);
        assert!(registry.origin_of(image.address(0)).is_none(), "no code");
    }
    for id in ids {
        unload(&host, registry.remove(id).unwrap());
        assert!(registry.remove(id).is_none());
    }
    assert!(registry.is_empty());
}

#[test]
fn the_collector_reports_an_image_that_nothing_needs() {
    let mut host = ToyHost::new();
    let mut registry = Registry::new(host.mutator.arena().clone());
    let id = registry
        .insert(load_sample(&mut host, Placement::Mapped))
        .id();
    let full = CollectReason::Forced(Scope::Full);
    assert!(host.mutator.pin_image(id));
    assert_eq!(host.mutator.collect(full), Outcome::Done);
    assert!(
        host.mutator.state().unreachable_images().is_empty(),
        "it is pinned"
    );
    // SAFETY: the pin is the one that was put on above.
    assert!(unsafe { host.mutator.unpin_image(id) });
    assert_eq!(host.mutator.collect(full), Outcome::Done);
    assert_eq!(host.mutator.state().unreachable_images(), [id]);
    let image = registry.remove(id).unwrap();
    let start = image.range().start;
    // SAFETY: the collector reported the image unreachable.
    unsafe { image.unload() };
    assert_eq!(host.mutator.arena().kind_of(start), gc::ChunkKind::Free);
}

#[test]
fn what_importers_need_stands_in_a_section_of_its_own() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let interface = view.tool_section(abi::image::section::INTERFACE);
    assert_eq!(interface, Some(&b"exports"[..]));
    assert_eq!(view.tool_section(".debug_none"), None);
}

/// A file that the kernel shows of this process.
fn kernel_file(name: &str) -> String {
    std::fs::read_to_string(format!("/proc/self/{name}")).expect("procfs is mounted")
}

#[test]
fn a_line_that_is_looked_up_alone_is_that_of_the_whole_table() {
    let text = "(define (f x) (if (pair? x) (+ 1 (f (cdr x))) 0))
(define (g x)
  (vector-for-each (lambda (y) (display (f y)))
                   x))
(g (vector '(1 2) '()))";
    let mut frontend = Frontend::standard(Vec::new(), CompilerOptions::default());
    let image = frontend
        .compile_text(text, "lines.scm")
        .expect("it compiles");
    let view = ImageView::parse(image.bytes()).expect("an image");
    let (alone, whole) = (view.debug_tables(), view.debug_tables());
    assert!(whole.rows().len() > 20);
    let end = whole.rows().last().expect("there are rows").address + 16;
    for address in 0..end {
        assert_eq!(alone.row_at(address), whole.row_at(address), "{address:#x}");
    }
}
