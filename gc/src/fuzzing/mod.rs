//! What the fuzz targets check, as ordinary functions that the tests run too.

pub mod gc_operations;
