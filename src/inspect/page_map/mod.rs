//! A picture of the pages of an ELF file: a row a page, a colour a section.
//!
//! ```text
//! bytes ─ PageMap::parse ─► pieces of the file ─┬─ svg  ─► a picture with titles
//!                                               ├─ png  ─► a picture of pixels
//!                                               └─ text ─► lines for a terminal
//! ```
//!
//! The pictures show the file, not the memory of a process: what a segment has in memory alone is in the legend. Any
//! ELF file will do, of 32 or 64 bits and of either byte order.

mod canvas;
mod colours;
mod deflate;
mod font;
mod geometry;
mod legend;
mod parse;
mod pieces;
mod png;
mod svg;
mod text;

pub use parse::PageMapError;
pub use pieces::{PAGE_BYTES, PageMap};
