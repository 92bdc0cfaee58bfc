//! Roots, and the place where the next object goes, cannot be written.
#![forbid(unsafe_code)]

use gc::HeapOptions;
use gc::toy::enter;

fn main() {
    enter(&HeapOptions::default(), |session| {
        session.mutator().state().roots.borrow_mut().push(0x1002);
        session.mutator().allocation_area().cursor.set(0x1000);
    })
    .unwrap();
}
