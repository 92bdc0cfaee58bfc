//! A value is not made of a word, and no word is written by its address.
#![forbid(unsafe_code)]

use gc::toy::enter;
use gc::{Address, Brand, HeapOptions, Value};

fn main() {
    enter(&HeapOptions::default(), |session| {
        let forged = Value::assume(0x1002, &*session, Brand::default());
        session.field(forged, 0);
        session.mutator().allocate_pinned(16);
        Address::new(0x1000).store_word(0);
    })
    .unwrap();
}
