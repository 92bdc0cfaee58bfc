//! The expander: from data to Core.
