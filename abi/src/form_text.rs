//! The rest of a text that is evaluated form by form: a list of vectors with these elements, one for each form.

/// The text of the form, with what separates it from the form before: a string.
pub const TEXT: usize = 0;
/// How many line feeds stand before the text in its file: a fixnum.
pub const LINE: usize = 1;
/// How many characters stand before the text in its line: a fixnum.
pub const COLUMN: usize = 2;
/// Whether it looks like a definition, and the next form, if there is one, follows at once: a boolean.
pub const IS_DEFINITION: usize = 3;
/// Whether letters in symbols are folded where the text starts: a boolean.
pub const FOLDS_CASE: usize = 4;
/// How many elements there are.
pub const FIELDS: usize = 5;
