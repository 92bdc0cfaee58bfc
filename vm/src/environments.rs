//! The objects that environments for `eval` are: each has the number of an environment of the compiler.
//!
//! An environment has one object at most, so that `eq?` tells whether two are the same. Once a collection finds the
//! object gone, nothing can be evaluated in the environment any more, and the compiler forgets it.

use gc::Scope;

use crate::hooks::EnvironmentNumber;

/// The words of the objects, which keep nothing.
#[derive(Debug, Default)]
pub(crate) struct Environments {
    /// By number. The compiler uses numbers again, so the table has no more places than there were environments at
    /// one time.
    words: Vec<Option<u64>>,
    /// The numbers whose objects were young at the last look.
    young: Vec<usize>,
}

impl Environments {
    /// The word of the object of an environment, if it has one.
    pub(crate) fn get(&self, number: usize) -> Option<u64> {
        *self.words.get(number)?
    }

    /// Adds the object of an environment that has none: a young one.
    pub(crate) fn add(&mut self, number: usize, word: u64) {
        if number >= self.words.len() {
            self.words.resize(number + 1, None);
        }
        self.words[number] = Some(word);
        self.young.push(number);
    }

    /// Brings words up to date, and answers the environments whose objects are gone.
    pub(crate) fn settle(
        &mut self,
        scope: Scope,
        survivor: &mut dyn FnMut(u64) -> Option<u64>,
    ) -> Vec<EnvironmentNumber> {
        let young = std::mem::take(&mut self.young);
        let numbers = match scope {
            Scope::Minor => young,
            Scope::Full => (0..self.words.len()).collect(),
        };
        let mut gone = Vec::new();
        for number in numbers {
            let Some(word) = self.words[number] else {
                continue;
            };
            self.words[number] = survivor(word);
            if self.words[number].is_none() {
                gone.push(EnvironmentNumber::from_index(number));
            }
        }
        gone
    }

    /// The words of all objects.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.words.iter().flatten().copied()
    }
}
