//! Objects: typed views of the memory that references lead to.

mod base;
pub(crate) mod bytevector;
pub(crate) mod environment;
pub(crate) mod port;
pub(crate) mod string;
pub(crate) mod symbol;
pub(crate) mod symbol_table;
pub(crate) mod table;

pub(crate) use base::{Object, holds_values};
