//! Analyses held against what their results are defined to be.

mod allocations;
mod bounds;
mod flonums;
mod graphs;
mod known_calls;
mod proofs;
mod types;
mod units;
