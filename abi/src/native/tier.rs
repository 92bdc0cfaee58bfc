//! The tier of procedures: native code for all that have any, bytecode for all, or a coin for each.

/// A choice of tier for every procedure of a unit or image, by the procedure's number in the order
/// of its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// Native code where there is any.
    #[default]
    Native,
    /// Bytecode alone.
    Bytecode,
    /// Each procedure's tier is chosen by a coin with this seed, for tests: programs then cross
    /// borders wherever they can be crossed.
    Mixed(u64),
}

impl Tier {
    /// Whether procedure `number` runs as native code.
    pub const fn is_native(self, number: u32) -> bool {
        match self {
            Self::Native => true,
            Self::Bytecode => false,
            Self::Mixed(seed) => mix(seed ^ mix(number as u64)) >> 63 != 0,
        }
    }
}

/// A bijection that spreads every bit over all others (Steele, Lea and Flood, Fast splittable
/// pseudorandom number generators, 2014).
const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coin_chooses_both_sides_and_differs_by_seed() {
        let chosen = |seed| (0..1000).filter(move |&number| Tier::Mixed(seed).is_native(number));
        for seed in 0..10 {
            assert!((400..600).contains(&chosen(seed).count()), "seed {seed}");
        }
        assert!(chosen(0).ne(chosen(1)));
        assert!(chosen(7).eq(chosen(7)));
    }
}
