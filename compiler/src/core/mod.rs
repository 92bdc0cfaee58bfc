//! Core: the tree IR of a program, its tools and its passes.

pub(crate) mod grow;
pub mod ir;
mod literal;
pub mod pass;
mod walk;

pub use literal::LiteralDatum;
pub use walk::post_order;
