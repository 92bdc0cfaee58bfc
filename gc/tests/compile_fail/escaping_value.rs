//! A value does not leave the heap's scope.

use gc::HeapOptions;
use gc::toy::enter;

fn main() {
    let pair = enter(&HeapOptions::default(), |session| session.pair(session.integer(1), session.integer(2)));
    drop(pair);
}
