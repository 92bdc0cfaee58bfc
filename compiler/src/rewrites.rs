//! How many rewrites passes may still do: this finds the rewrite that miscompiles a program.
//!
//! Every pass that a level can leave out asks here before each of its rewrites, and leaves the
//! program alone if the answer is no. So the programs after `N` and after `N + 1` rewrites differ
//! in one rewrite. The program after no rewrite is the program of `-O0`.

/// A counter that goes with the program through all passes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rewrites {
    done: u64,
    limit: Option<u64>,
}

impl Rewrites {
    /// No more than `limit` rewrites, if there is a limit.
    pub const fn up_to(limit: Option<u64>) -> Self {
        Self { done: 0, limit }
    }

    /// Whether one more may be done, which is counted then.
    #[must_use]
    pub fn allow(&mut self) -> bool {
        if self.limit.is_some_and(|limit| self.done >= limit) {
            return false;
        }
        self.done += 1;
        true
    }

    /// How many were done.
    pub const fn done(&self) -> u64 {
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_are_allowed_up_to_the_limit() {
        let mut two = Rewrites::up_to(Some(2));
        assert_eq!([two.allow(), two.allow(), two.allow()], [true, true, false]);
        assert_eq!(two.done(), 2);
        let mut all = Rewrites::default();
        assert!((0..100).all(|_| all.allow()));
    }
}
