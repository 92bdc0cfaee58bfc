//! Two sessions are not exchanged for each other.
#![forbid(unsafe_code)]

use gc::HeapOptions;
use gc::toy::enter;

fn main() {
    enter(&HeapOptions::default(), |one| {
        enter(&HeapOptions::default(), |two| {
            let value = one.pair(one.integer(1), one.integer(2));
            std::mem::swap(one, two);
            one.field(value, 0);
        })
        .unwrap();
    })
    .unwrap();
}
