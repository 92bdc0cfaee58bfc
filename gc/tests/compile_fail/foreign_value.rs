//! A value of one heap cannot be stored into another.

use gc::HeapOptions;
use gc::toy::enter;

fn main() {
    enter(&HeapOptions::default(), |first| {
        enter(&HeapOptions::default(), |second| {
            let mine = first.pair(first.integer(1), first.integer(2));
            second.pair(mine, second.integer(0));
        })
        .unwrap();
    })
    .unwrap();
}
