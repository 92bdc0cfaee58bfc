//! The check behind the fuzz target of images, as ordinary functions that the tests run, too.

pub mod load_image;
