//! Scheme text: tokens, numbers, data with source positions.
//!
//! This crate has the lexical syntax of R7RS (chapter 2, section 7.1). [`Parser`] turns text into
//! events for a [`DatumBuilder`]. [`DataBuilder`] is a builder that fills an arena, [`Data`]. No
//! input makes this crate panic or overflow the stack: nesting lives in vectors, never in
//! recursion.
//!
//! ```
//! use syntax::{Data, DatumKind};
//!
//! let (data, forms) = Data::parse("(define x '(1 2.5 \"three\"))").unwrap();
//! assert_eq!(data.to_text(forms[0]), "(define x '(1 2.5 \"three\"))");
//! assert!(matches!(data.kind(forms[0]), DatumKind::Pair(..)));
//! ```

#![forbid(unsafe_code)]

mod builder;
mod character_class;
mod datum;
mod error;
pub mod fuzzing;
mod lexer;
pub mod number;
mod parser;
mod placed_message;
mod span;
mod string_escape;
mod supervisor;
mod token;

pub use builder::{DatumBuilder, Leaf, ListEnd};
pub use character_class::KEYWORD_PREFIX;
pub use datum::{Data, DataBuilder, DatumId, DatumKind, Items, SymbolId};
pub use error::{SyntaxError, SyntaxErrorKind, decode_source};
pub use lexer::Lexer;
pub use number::parse::parse_number;
pub use number::{Complex, Integer, Number, NumberError, Ratio};
pub use parser::{Parser, PausedParser, Progress, TextPart};
pub use placed_message::PlacedMessage;
pub use span::{LineColumn, LineIndex, Span};
pub use string_escape::{
    character_name, write_character, write_string, write_string_of, write_symbol,
};
pub use supervisor::{Stop, Supervisor, Unsupervised};
pub use token::{Abbreviation, Bracket, Constant, Token};
