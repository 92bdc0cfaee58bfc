//! From SSA to code: bytecode and its frame maps.
