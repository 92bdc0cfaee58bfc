//! The section `.cozen.interface`: what compiled libraries export, and their macros, for the compiler of programs
//! that import them.
//!
//! A reader finds a library, an export of a library, or the key of a procedure by binary search. A reader looks at
//! nothing else. All numbers are of 32 bits, little-endian:
//!
//! ```text
//! header     string_count, library_count, binding_count, macro_count, returning_count
//! strings    string_count + 1 offsets into the text: where each string starts, and where the last one ends
//! libraries  name, first binding, number of bindings
//! bindings   name, kind of meaning, value of meaning
//! macros     kind, name, rules, first binding, number of bindings
//!            or, of another library: kind, its name, hash of its interface, the macro's number there, 0
//! returning  keys of globals: procedures that return one value, and return it themselves
//! text       the strings, one behind the other, in UTF-8
//! ```
//!
//! Names, rules and values are numbers of strings; the value of a macro is the macro's number. Strings are sorted, and
//! no two are equal. So the libraries, sorted by the numbers of their names, are sorted by name. So are the bindings of
//! each library and of each macro.

mod contents;
mod writer;

pub use contents::{
    Bindings, ForeignMacro, Interface, MacroDefinition, MacroNumber, Meaning, end_key,
};
pub use writer::InterfaceWriter;

#[cfg(test)]
mod tests;
