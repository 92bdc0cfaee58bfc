//! A reference for Scheme, as plain as can be: it says what random programs must print.
//!
//! Forms become a few core forms (`expand`). A machine with explicit continuations runs these. A
//! continuation is a list of frames that nothing ever changes, so a captured continuation can be
//! entered again. Frames also say which handlers, parameters and thunks of `dynamic-wind` there are
//! (`control`). Variables are found by name, and all of them live in locations. Operands are
//! evaluated from the left.

mod apply;
mod control;
mod core;
mod expand;
mod forms;
mod machine;
mod macros;
mod names;
mod number;
mod ports;
mod prelude;
mod primitives;
mod strings;
mod value;

pub(crate) use machine::{Failure, run};
