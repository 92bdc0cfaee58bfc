//! What the command line promises of native code: signals interrupt it, stock tools find their way through it,
//! and the same source makes the same bytes.

mod images;
mod interrupts;
mod tools;
