//! The command line `cozen`.

fn main() {}
