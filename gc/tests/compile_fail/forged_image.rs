//! Any memory is no image, no image is forgotten by who does not own it, and no pin is taken back.
#![forbid(unsafe_code)]

use gc::toy::enter;
use gc::{Address, AddressRange, HeapOptions, ImageDescription};

fn main() {
    enter(&HeapOptions::default(), |session| {
        let range = session.mutator().arena().reserve_image(1).unwrap();
        let image = session.mutator().register_image(ImageDescription {
            range,
            sealed: Vec::new(),
            cells: AddressRange::new(Address::new(0x1000), 1 << 20),
            constants: AddressRange::EMPTY,
            pins: 1,
            external_bytes: 0,
            external_mappings: 0,
        });
        session.mutator().unregister_image(image);
        session.mutator().unpin_image(image);
        session.mutator().arena().release_chunks(range);
    })
    .unwrap();
}
