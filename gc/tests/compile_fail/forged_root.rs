//! Any word is no root: not by a handle, a guardian, a table, or the state.
#![forbid(unsafe_code)]

use gc::toy::enter;
use gc::{Address, HeapOptions};

fn main() {
    enter(&HeapOptions::default(), |session| {
        let mutator = session.mutator();
        mutator.handles().root(0x1002);
        mutator.handles().handle(0x1002);
        mutator.guardian_register(mutator.guardian_create(), 0x1002);
        mutator.note_hashed_key(Address::new(0x1000), 0x1002);
        mutator.state().push_root_word(0x1002);
    })
    .unwrap();
}
