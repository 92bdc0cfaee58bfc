//! The roots of one heap do not become those of another.
#![forbid(unsafe_code)]

use gc::toy::{ToyModel, ToyState};
use gc::{HeapOptions, Mutator};

fn main() {
    let new = || Mutator::<ToyModel>::new(&HeapOptions::default(), |_| ToyState::default()).unwrap();
    let (mut one, mut two) = (new(), new());
    std::mem::swap(one.state_mut(), two.state_mut());
}
