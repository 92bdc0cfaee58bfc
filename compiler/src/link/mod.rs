//! The linker: from code and data to an ELF image.

pub mod unit;
