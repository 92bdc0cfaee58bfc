//! Cozen, a Scheme runtime: the embedding interface.
