//! A reference for SSA: an interpreter in plain Rust, for tests.
//!
//! It runs whole units: values are numbers without bounds, objects with an identity, and raw words; frames
//! lie on a stack that continuations copy, so that each may be entered again any number of times.
//! Effects and errors leave a trace. A pass is right if the trace and the result of every unit are the same
//! before and after it.
//!
//! The interpreter also is an oracle for the analyses: each value that is defined, used or handed over
//! has to lie in its inferred type and range, and each proof has to hold whenever control comes by.
//!
//! Not modelled: complex numbers, ports, tables, weakness, what the library does in Scheme. A run that
//! needs them, takes too long or makes numbers of more than some thousand bits is given up: then what it did so
//! far counts.

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
