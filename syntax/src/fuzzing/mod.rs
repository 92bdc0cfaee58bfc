//! What must hold for any input: checks for fuzzers, which also run as ordinary tests.

pub mod lexer;
pub mod parser;
