//! Live objects in evaluated forms: `eval` of a form that holds, say, a procedure.
//!
//! The form's image asks for its live objects by number when it starts. The runtime keeps these
//! objects as long as the image.

use gc::ImageId;

/// The table of live objects that images name by number.
#[derive(Debug, Default)]
pub(crate) struct Externals {
    entries: Vec<Option<Entry>>,
}

#[derive(Debug)]
struct Entry {
    word: u64,
    /// `None` while the form is being compiled.
    image: Option<ImageId>,
}

impl Externals {
    /// Adds an object for the image to come.
    pub(crate) fn add(&mut self, word: u64) -> u32 {
        let entry = Some(Entry { word, image: None });
        let free = self.entries.iter().position(Option::is_none);
        let index = free.unwrap_or(self.entries.len());
        if free.is_none() {
            self.entries.push(None);
        }
        self.entries[index] = entry;
        u32::try_from(index).expect("fewer than 2^32 live objects in forms")
    }

    /// The objects added since belong to `image`, or nobody if it did not come to be.
    pub(crate) fn settle(&mut self, image: Option<ImageId>) {
        for entry in &mut self.entries {
            if let Some(waiting) = entry.as_mut().filter(|entry| entry.image.is_none()) {
                match image {
                    Some(_) => waiting.image = image,
                    None => *entry = None,
                }
            }
        }
        self.trim();
    }

    /// The image is gone, and its objects with it.
    pub(crate) fn forget(&mut self, image: ImageId) {
        for entry in &mut self.entries {
            if entry
                .as_ref()
                .is_some_and(|entry| entry.image == Some(image))
            {
                *entry = None;
            }
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.entries.pop_if(|entry| entry.is_none()).is_some() {}
    }

    /// The object with this number.
    pub(crate) fn get(&self, number: usize) -> Option<u64> {
        Some(self.entries.get(number)?.as_ref()?.word)
    }

    /// The words of all objects: roots.
    pub(crate) fn words_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.entries
            .iter_mut()
            .flatten()
            .map(|entry| &mut entry.word)
    }

    /// The words of all objects.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.entries.iter().flatten().map(|entry| entry.word)
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
