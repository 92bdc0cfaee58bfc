//! Any address is no slot, and no barrier is asked about it.
#![forbid(unsafe_code)]

use gc::toy::enter;
use gc::{Address, HeapOptions, Slot};

fn main() {
    enter(&HeapOptions::default(), |session| {
        let slot = Slot::new(Address::new(0x10));
        let young = session.pair(session.integer(1), session.integer(2));
        let _ = session.mutator().barrier(slot, young.word());
    })
    .unwrap();
}
