//! All loaded images of a runtime: from an address to the image, its procedure, its line.

use std::collections::HashMap;
use std::sync::Arc;

use gc::{Address, Arena, ChunkKind, ImageId};

use crate::debug::{CodeOrigin, DebugTables};
use crate::load::LoadedImage;

/// The loaded images, found in constant time by the arena's side table.
///
/// The collector numbers the chunks of a registered image; the registry keeps its images by these
/// numbers.
#[derive(Debug)]
pub struct Registry {
    arena: Arc<Arena>,
    images: Vec<Option<LoadedImage>>,
    numbers: HashMap<ImageId, usize>,
}

impl Registry {
    /// A registry for images in `arena`.
    pub fn new(arena: Arc<Arena>) -> Self {
        Self {
            arena,
            images: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    /// Adds an image that was just loaded.
    ///
    /// # Panics
    ///
    /// If the image lies in another arena, or an image that was unregistered is still here.
    pub fn insert(&mut self, image: LoadedImage) -> &LoadedImage {
        assert!(
            Arc::ptr_eq(&self.arena, image.arena()),
            "the image lies in another arena"
        );
        let start = image.range().start;
        assert_eq!(
            self.arena.kind_of(start),
            ChunkKind::Image,
            "images have chunks of their own"
        );
        let number = self.arena.number_of(start) as usize;
        if number >= self.images.len() {
            self.images.resize_with(number + 1, || None);
        }
        self.numbers.insert(image.id(), number);
        let slot = &mut self.images[number];
        assert!(
            slot.is_none(),
            "an image is removed before its number is given again"
        );
        slot.insert(image)
    }

    /// Takes an image out, to be unloaded.
    pub fn remove(&mut self, id: ImageId) -> Option<LoadedImage> {
        let number = self.numbers.remove(&id)?;
        self.images[number].take()
    }

    /// The image that the collector calls `id`.
    pub fn get(&self, id: ImageId) -> Option<&LoadedImage> {
        self.images[*self.numbers.get(&id)?].as_ref()
    }

    /// The image that `address`, any address, lies in.
    pub fn image_at(&self, address: Address) -> Option<&LoadedImage> {
        if self.arena.kind_of(address) != ChunkKind::Image {
            return None;
        }
        let image = self
            .images
            .get(self.arena.number_of(address) as usize)?
            .as_ref()?;
        image.range().contains(address).then_some(image)
    }

    /// The procedure and line that the code at `address` comes from.
    ///
    /// A return word is the address after a call: ask for the one before it.
    pub fn origin_of(&self, address: Address) -> Option<CodeOrigin<'_>> {
        self.image_at(address)?.origin_of(address)
    }

    /// Names and lines of the image that `address` lies in, and the virtual address there.
    pub fn debug_tables_at(&self, address: Address) -> Option<(&DebugTables, u32)> {
        let image = self.image_at(address)?;
        Some((image.debug_tables(), image.virtual_address(address)?))
    }

    /// All images, in no meaningful order.
    pub fn images(&self) -> impl Iterator<Item = &LoadedImage> {
        self.images.iter().flatten()
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}
