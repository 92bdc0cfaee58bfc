//! The compiler: from Scheme text to the bytes of an image.
//!
//! The compiler needs no runtime. It knows neither the heap nor the virtual machine. It knows images only by what
//! [`abi`] says of them. The same source gives the same bytes.
//!
//! Its parts, in the order in which a program passes through them:
//!
//! 1. [`expand`] resolves macros, libraries and definitions. It turns data with positions, which the crate `syntax`
//!    reads, into Core.
//! 2. [`core`](crate::core) is the first intermediate language, a scoped tree close to the source. The passes in
//!    [`core::pass`](crate::core::pass) inline procedures, turn loops into jumps, and convert assignments and
//!    closures.
//! 3. [`ssa`] is the second intermediate language: blocks with parameters, each value defined once. `ssa::build`
//!    makes SSA from Core. The analyses in [`ssa::analysis`] find facts. The passes in [`ssa::pass`] use the facts
//!    to remove work, unbox numbers and place polls.
//! 4. [`codegen`] turns SSA into bytecode with frame maps. A [`codegen::NativeGenerator`] of another crate makes
//!    native code of the same SSA.
//! 5. [`link`] lays out code, constants and tables for tools, and writes an ELF file.
//!
//! Beside these parts, [`options`] holds what a caller may choose, and [`diagnostic`] reports mistakes in a source
//! text. [`parts`] orders native code apart from its image. [`rewrites`] counts what optional passes do, so that a
//! wrong rewrite can be found by halving. [`internal_error`] turns a panic of the compiler into an error. [`id`] has
//! the tables that all parts use, [`shared_set`] sets of which there are many alike.
//!
//! Start reading at [`compile`](mod@compile): it shows the pipeline as a list of passes. The file `ARCHITECTURE.md`
//! of the repository follows one procedure through all parts. Each pass says in its module what it needs, what it
//! does, and what it claims.

#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod codegen;
pub mod compile;
pub mod core;
pub mod diagnostic;
pub mod expand;
pub mod id;
mod id_map;
mod image_options;
pub mod internal_error;
pub mod link;
pub mod lists;
pub mod memory;
pub mod options;
pub mod parse_error;
pub mod parts;
pub mod phase_times;
pub mod rewrites;
pub mod shared_set;
pub mod ssa;
pub mod unwind;
