//! An object model is a promise.
#![forbid(unsafe_code)]

use gc::{Address, ObjectModel, Scope, Visitor};

struct Liar;

impl ObjectModel for Liar {
    type State = ();
    fn reference(word: u64) -> Option<Address> {
        Some(Address::from_word(word))
    }
    fn with_address(word: u64, _: Address) -> u64 {
        word
    }
    unsafe fn size_bytes(_: Address) -> usize {
        16
    }
    unsafe fn forwarded(_: Address) -> Option<Address> {
        None
    }
    unsafe fn forward(_: Address, _: Address) {}
    unsafe fn trace<V: Visitor>(_: Address, _: &mut V) {}
    fn each_root<V: Visitor>(_: &mut (), _: Scope, _: &mut V) {}
}

fn main() {}
