//! Structural equality of data, of one arena or two.

use std::collections::HashSet;

use super::{Data, DatumId, DatumKind};

impl Data {
    /// Whether `left` and `right` of `other` look the same (spans aside): `equal?`, circular data
    /// included.
    pub fn equal(&self, left: DatumId, other: &Self, right: DatumId) -> bool {
        let mut pending = vec![(left, right)];
        // Two compounds that are compared once need no second look, which ends circles.
        let mut assumed = HashSet::new();
        while let Some((left, right)) = pending.pop() {
            match (self.kind(left), other.kind(right)) {
                (DatumKind::Pair(left_car, left_cdr), DatumKind::Pair(right_car, right_cdr)) => {
                    if assumed.insert((left, right)) {
                        pending.push((*left_cdr, *right_cdr));
                        pending.push((*left_car, *right_car));
                    }
                }
                (DatumKind::Vector(left_items), DatumKind::Vector(right_items)) => {
                    if left_items.len() != right_items.len() {
                        return false;
                    }
                    if assumed.insert((left, right)) {
                        pending.extend(left_items.iter().copied().zip(right_items.iter().copied()));
                    }
                }
                (DatumKind::Symbol(left), DatumKind::Symbol(right)) => {
                    if self.symbol_name(*left) != other.symbol_name(*right) {
                        return false;
                    }
                }
                (left, right) if left == right => {}
                _ => return false,
            }
        }
        true
    }
}
