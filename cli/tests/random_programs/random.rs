//! Choices, from a seed.

pub(crate) struct Random {
    state: u64,
    names: usize,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15,
            names: 0,
        }
    }

    /// `SplitMix64`: Steele, Lea and Flood 2014.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// One of what is separated by `|`, with the words in braces left as they are.
    pub(crate) fn one_of(&mut self, alternatives: &str) -> String {
        let all: Vec<&str> = alternatives.split('|').map(str::trim).collect();
        self.pick(&all).to_owned()
    }

    /// A name that no other call gives.
    pub(crate) fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// `count` texts, made one after the other.
    pub(crate) fn several(
        &mut self,
        count: usize,
        mut make: impl FnMut(&mut Self) -> String,
    ) -> Vec<String> {
        (0..count).map(|_| make(self)).collect()
    }
}
