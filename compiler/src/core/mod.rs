//! Core: the tree IR of a program, its tools and its passes.

pub mod ir;
mod literal;

pub use literal::LiteralDatum;
