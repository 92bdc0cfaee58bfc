//! Analyses compared with the definitions of their results.

mod allocations;
mod bounds;
mod flonums;
mod graphs;
mod known_calls;
mod live_values;
mod proofs;
mod types;
mod units;
