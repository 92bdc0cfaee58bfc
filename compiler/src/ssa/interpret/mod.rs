//! A reference for SSA: an interpreter in plain Rust, for tests.
//!
//! The interpreter runs whole units. Values are numbers without bounds, objects with an identity,
//! and raw words. Frames lie on a stack that continuations copy, so that a continuation may be
//! entered any number of times. Effects and errors leave a trace. A pass is right if every unit has
//! the same trace and the same result before and after it.
//!
//! The interpreter is also an oracle for the analyses. Each value that is defined, used or handed
//! over has to be a member of its inferred type and range. Each proof has to hold whenever control
//! comes by.
//!
//! Not modelled: complex numbers, ports, tables, weakness, and everything that the library does in
//! Scheme. The interpreter gives up a run that needs one of these, that takes too long, or that
//! makes numbers of more than some thousand bits. Then the effects so far count.

mod literal;
mod machine;
mod number;
mod oracle;
mod polls;
mod primitive;
mod random;
mod raw;
mod tests;
mod value;
