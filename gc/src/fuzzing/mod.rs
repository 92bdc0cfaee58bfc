//! The checks behind the fuzz targets, as ordinary functions that the tests run, too.

pub mod gc_operations;
