//! Parallel moves as a sequence of copies.
//!
//! ```text
//! (s1 <- s2) || (s2 <- s1) || (s3 <- s1)   =>   s3 <- s1; temp <- s1; s1 <- s2; s2 <- temp
//! ```
//!
//! A move goes first if no other move still reads its destination. When only cycles are left, one
//! source of a cycle is saved in a temporary slot.

use crate::id_map::IdMap;

/// A copy from one slot to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    /// Where to.
    pub(super) to: u16,
    /// Where from.
    pub(super) from: u16,
}

/// So many moves are compared with each other.
const FEW: usize = 8;

/// Orders `moves`, which happen at once, such that one after the other they do the same. No two of
/// them have the same destination, and none names `temporary`.
pub(super) fn resolve_moves(moves: &[Move], temporary: u16) -> Vec<Move> {
    let moves: Vec<Move> = moves
        .iter()
        .copied()
        .filter(|each| each.to != each.from)
        .collect();
    let is_read = |slot: u16| moves.iter().any(|each| each.from == slot);
    if moves.len() <= FEW && !moves.iter().any(|each| is_read(each.to)) {
        return moves;
    }
    let mut source_of: IdMap<u16, u16> = IdMap::default();
    let mut readers: IdMap<u16, u32> = IdMap::default();
    for each in &moves {
        source_of.insert(each.to, each.from);
        *readers.entry(each.from).or_default() += 1;
    }
    let mut resolved = Vec::with_capacity(moves.len());
    let mut drain = |start: u16, source_of: &mut IdMap<u16, u16>, resolved: &mut Vec<Move>| {
        let mut to = start;
        while readers.get(&to).is_none_or(|&count| count == 0) {
            let Some(from) = source_of.remove(&to) else {
                break;
            };
            resolved.push(Move { to, from });
            *readers.get_mut(&from).expect("every source is counted") -= 1;
            to = from;
        }
    };
    for each in &moves {
        drain(each.to, &mut source_of, &mut resolved);
    }
    // Only disjoint cycles are left.
    for each in &moves {
        if source_of.remove(&each.to).is_none() {
            continue;
        }
        resolved.push(Move {
            to: temporary,
            from: each.to,
        });
        resolved.push(*each);
        let mut to = each.from;
        while to != each.to {
            let from = source_of
                .remove(&to)
                .expect("a cycle comes back to its start");
            let from_saved = if from == each.to { temporary } else { from };
            resolved.push(Move {
                to,
                from: from_saved,
            });
            to = from;
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(moves: &[Move], slots: &mut [u16]) {
        for each in moves {
            slots[usize::from(each.to)] = slots[usize::from(each.from)];
        }
    }

    proptest! {
        #[test]
        fn in_sequence_the_moves_do_what_they_do_at_once(sources in prop::collection::vec(0..12_u16, 12)) {
            let moves: Vec<Move> =
                sources.iter().enumerate().map(|(to, &from)| Move { to: to as u16, from }).collect();
            let mut slots: Vec<u16> = (0..13).collect();
            let sequence = resolve_moves(&moves, 12);
            run(&sequence, &mut slots);
            prop_assert_eq!(&slots[..12], &sources[..]);
            let needed = moves.iter().filter(|each| each.to != each.from).count();
            prop_assert!(sequence.len() <= needed + needed / 2);
        }
    }

    #[test]
    fn a_chain_needs_no_temporary() {
        let moves = [Move { to: 1, from: 2 }, Move { to: 2, from: 3 }];
        assert_eq!(resolve_moves(&moves, 9), moves);
    }
}
