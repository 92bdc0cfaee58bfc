//! Core: the tree IR of a program, its tools and its passes.

pub mod activation;
pub(crate) mod globalize;
#[cfg(test)]
pub(crate) mod golden;
mod grow;
#[cfg(test)]
pub(crate) mod interpret;
pub mod ir;
mod literal;
mod parse;
pub mod pass;
mod place;
mod print;
#[cfg(test)]
pub(crate) mod random;
pub(crate) mod returning;
#[cfg(test)]
mod tests;
mod text_layout;
mod verify;
mod walk;

pub use ir::LiteralDatum;
pub(crate) use literal::{constant_word, immediate_word};
pub use parse::parse;
pub use verify::{Stage, VerifyError, verify};
pub use walk::post_order;
