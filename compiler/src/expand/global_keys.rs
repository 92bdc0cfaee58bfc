//! The keys of globals: no two of those that libraries define have the same.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The keys that are taken.
#[derive(Debug, Default)]
pub(super) struct GlobalKeys {
    taken: HashMap<Rc<str>, TakenKey>,
    /// Of keys that were wanted again: the number in the last key that was made in their place.
    counts: HashMap<Rc<str>, usize>,
    /// Libraries whose globals images define that were made apart.
    images: HashSet<Rc<str>>,
    /// Whether a text has mentioned a procedure that evaluates forms.
    pub(super) may_evaluate: bool,
}

/// The keys of the procedures that evaluate forms.
const EVALUATORS: [&str; 4] = ["eval", "load", "%thunk-of", "%thunk-of-file"];

#[derive(Debug)]
struct TakenKey {
    order: Order,
    /// Whether it is kept for good.
    is_held: bool,
}

/// Whether a key was made in the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    First,
    Later,
}

impl GlobalKeys {
    /// A text mentions the global `key`.
    pub(super) fn note_mentioned(&mut self, key: &str) {
        self.may_evaluate |= EVALUATORS.contains(&key);
    }

    /// How many keys are taken.
    pub(super) fn len(&self) -> usize {
        self.taken.len()
    }

    /// Whether a key is taken.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.taken.contains_key(key)
    }

    /// Takes a key, unless it is taken or was; whether it was free.
    pub(super) fn take(&mut self, key: &Rc<str>) -> bool {
        !self.counts.contains_key(key) && self.take_as(key, Order::First)
    }

    /// Takes a key for `text` in a library: `(library)#text`, or `(library)~2#text` and so on. Messages show what comes
    /// after the `#`.
    pub(super) fn take_new(&mut self, library: &str, text: &str) -> Rc<str> {
        // No image has keys of this form.
        let other = self.images.contains(library);
        let library = &*if other {
            Cow::Owned(format!("{library}+"))
        } else {
            Cow::Borrowed(library)
        };
        let first: Rc<str> = format!("{library}#{text}").into();
        if self.take(&first) {
            return first;
        }
        // No key is ever free again, so the search goes on where the last one ended.
        let mut count = self.counts.get(&first).copied().unwrap_or(1);
        let key = loop {
            count += 1;
            let key: Rc<str> = format!("{library}~{count}#{text}").into();
            if self.take_as(&key, Order::Later) {
                break key;
            }
        };
        self.counts.insert(first, count);
        key
    }

    /// Leaves all keys that begin with the name of the library to an image.
    pub(super) fn leave_to_image(&mut self, library: &Rc<str>) {
        self.images.insert(Rc::clone(library));
    }

    fn take_as(&mut self, key: &Rc<str>, order: Order) -> bool {
        let Entry::Vacant(place) = self.taken.entry(Rc::clone(key)) else {
            return false;
        };
        place.insert(TakenKey {
            order,
            is_held: false,
        });
        true
    }

    /// Keeps the keys so far for good.
    pub(super) fn hold(&mut self) {
        self.taken.values_mut().for_each(|key| key.is_held = true);
    }

    /// Forgets the keys that `stays` refuses, unless they are held, and answers them. They are not made again.
    pub(super) fn forget(&mut self, stays: impl Fn(&str) -> bool) -> Vec<Rc<str>> {
        let goes = |text: &Rc<str>, key: &mut TakenKey| !key.is_held && !stays(text);
        let mut forgotten = Vec::new();
        for (text, key) in self.taken.extract_if(goes) {
            // The count of the first leads past all later ones.
            if key.order == Order::First {
                self.counts.entry(Rc::clone(&text)).or_insert(1);
            }
            forgotten.push(text);
        }
        forgotten.sort_unstable();
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_forgotten_is_not_made_again() {
        let mut keys = GlobalKeys::default();
        // The text of a name may look like a number.
        for library in ["(a)", "(a |)~2|)"] {
            let first = keys.take_new(library, "x");
            let second = keys.take_new(library, "x");
            assert_eq!(keys.forget(|key| *key == *second), [Rc::clone(&first)]);
            let third = keys.take_new(library, "x");
            assert_ne!(third, first);
            assert_ne!(third, second);
            keys.forget(|_| false);
            let fourth = keys.take_new(library, "x");
            assert!([first, second, third].iter().all(|key| *key != fourth));
            keys.forget(|_| false);
        }
        assert_eq!(keys.len(), 0);
    }

    #[test]
    fn keys_that_are_held_stay() {
        let mut keys = GlobalKeys::default();
        let held = keys.take_new("(a)", "x");
        keys.hold();
        let other = keys.take_new("(a)", "y");
        assert_eq!(keys.forget(|_| false), [other]);
        assert!(keys.contains(&held));
    }
}
