//! From Scheme text to image bytes: expansion, IRs, passes, code generation, linking.

#![forbid(unsafe_code)]

pub mod codegen;
pub mod compile;
pub mod core;
pub mod diagnostic;
pub mod expand;
pub mod id;
pub mod internal_error;
pub mod link;
pub mod options;
pub mod parse_error;
pub mod phase_times;
pub mod rewrites;
pub mod ssa;
