//! Scheme text: tokens, numbers, data with source positions.
