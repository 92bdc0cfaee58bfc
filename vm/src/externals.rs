//! Live objects in evaluated forms: `eval` of a form that holds, say, a procedure.
//!
//! The form's image asks for its live objects by number when it starts. The runtime keeps these
//! objects as long as the image.

use std::collections::BTreeMap;

use gc::ImageId;

/// The table of live objects that images name by number.
#[derive(Debug, Default)]
pub(crate) struct Externals {
    /// The words by number; `None` where no form has an object with that number.
    words: Vec<Option<u64>>,
    /// The numbers that no form has.
    free: Vec<u32>,
    /// The numbers that the form has that is being compiled.
    waiting: Vec<u32>,
    /// The numbers that each image has, if it has any.
    of_images: BTreeMap<ImageId, Vec<u32>>,
}

impl Externals {
    /// Adds an object for the image to come.
    pub(crate) fn add(&mut self, word: u64) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.words.push(None);
            u32::try_from(self.words.len() - 1).expect("fewer than 2^32 live objects in forms")
        });
        self.words[number as usize] = Some(word);
        self.waiting.push(number);
        number
    }

    /// The objects added since belong to `image`, or nobody if it did not come to be.
    pub(crate) fn settle(&mut self, image: Option<ImageId>) {
        let waiting = std::mem::take(&mut self.waiting);
        match image {
            _ if waiting.is_empty() => {}
            Some(image) => {
                self.of_images.insert(image, waiting);
            }
            None => self.give_back(waiting),
        }
    }

    /// The image is gone, and its objects with it.
    pub(crate) fn forget(&mut self, image: ImageId) {
        if let Some(numbers) = self.of_images.remove(&image) {
            self.give_back(numbers);
        }
    }

    fn give_back(&mut self, numbers: Vec<u32>) {
        for &number in &numbers {
            self.words[number as usize] = None;
        }
        self.free.extend(numbers);
        if self.free.len() == self.words.len() {
            *self = Self::default();
        }
    }

    /// The object with this number.
    pub(crate) fn get(&self, number: usize) -> Option<u64> {
        *self.words.get(number)?
    }

    /// The words of all objects: roots.
    pub(crate) fn words_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.words.iter_mut().flatten()
    }

    /// The words of all objects.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.words.iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_a_form_that_did_not_compile_are_dropped() {
        let mut externals = Externals::default();
        assert_eq!((externals.add(8), externals.add(16)), (0, 1));
        assert_eq!(externals.get(1), Some(16));
        externals.settle(None);
        assert_eq!(externals.get(1), None);
        assert_eq!(externals.words().count(), 0);
    }
}
