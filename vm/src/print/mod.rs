//! Values as text: `display`, `write`, `write-shared` (R7RS 6.13.3).
//!
//! No recursion: the [`printer`] keeps a stack of tasks. The objects that need labels are found first, see
//! [`labels`].

mod frugal;
mod labels;
mod leaf;
mod parts;
mod printer;
mod style;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use printer::to_text;
pub(crate) use printer::{to_abridged_text, to_text_supervised};
pub(crate) use style::Style;
