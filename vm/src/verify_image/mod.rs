//! The verifier of images from anywhere: bytecode and data are proved to be safe before they are loaded.

mod calls;
mod cells;
mod data;
mod error;
mod flow;
mod headers;
mod marks;
mod numbers;
mod operands;
mod patched_words;
mod rules;
mod scan;
mod slots;
mod step;
mod strings;
mod verify;

pub use error::{CodeProblem, DataProblem, HeaderProblem, VerifyError};
pub use verify::verify_image;
