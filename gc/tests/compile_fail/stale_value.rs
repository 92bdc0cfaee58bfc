//! A value does not outlive the next collection.

use gc::toy::enter;
use gc::{HeapOptions, Scope};

fn main() {
    enter(&HeapOptions::default(), |session| {
        let pair = session.pair(session.integer(1), session.integer(2));
        let _ = session.collect(Scope::Full);
        session.field(pair, 0);
    })
    .unwrap();
}
