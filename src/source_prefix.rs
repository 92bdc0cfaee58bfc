//! What source files are called in images, where that is not what they are called here.

use std::rc::Rc;

use compiler::core::ir::Program;

/// Names of files that begin so begin otherwise in images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePrefix {
    /// How names begin here.
    pub here: String,
    /// How they begin in images.
    pub in_images: String,
}

impl SourcePrefix {
    /// Gives the files of a program the names that they have in images.
    pub(crate) fn apply(&self, program: &mut Program) {
        for name in &mut program.files {
            if let Some(rest) = name.strip_prefix(self.here.as_str()) {
                *name = Rc::from(format!("{}{rest}", self.in_images));
            }
        }
    }
}
