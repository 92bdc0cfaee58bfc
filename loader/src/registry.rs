//! All loaded images of a runtime: from an address to the image, its procedure, its line.

use std::collections::BTreeMap;
use std::sync::Arc;

use gc::{Address, Arena, ImageId};

use crate::debug::{CodeOrigin, DebugTables};
use crate::load::LoadedImage;

/// The loaded images, found by any address inside.
#[derive(Debug)]
pub struct Registry {
    arena: Arc<Arena>,
    images: BTreeMap<ImageId, LoadedImage>,
    /// By where they start.
    starts: BTreeMap<Address, ImageId>,
}

impl Registry {
    /// A registry for images in `arena`.
    pub fn new(arena: Arc<Arena>) -> Self {
        Self {
            arena,
            images: BTreeMap::new(),
            starts: BTreeMap::new(),
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
        let before = self.starts.insert(image.range().start, image.id());
        assert!(
            before.is_none(),
            "an image is removed before its place is given again"
        );
        let id = image.id();
        self.images.insert(id, image);
        &self.images[&id]
    }

    /// Takes an image out, to be unloaded.
    pub fn remove(&mut self, id: ImageId) -> Option<LoadedImage> {
        let image = self.images.remove(&id)?;
        self.starts.remove(&image.range().start);
        Some(image)
    }

    /// The image that the collector calls `id`.
    pub fn get(&self, id: ImageId) -> Option<&LoadedImage> {
        self.images.get(&id)
    }

    /// As [`Self::get`], to link native code to the image.
    pub fn get_mut(&mut self, id: ImageId) -> Option<&mut LoadedImage> {
        self.images.get_mut(&id)
    }

    /// The image that `address`, any address, lies in.
    pub fn image_at(&self, address: Address) -> Option<&LoadedImage> {
        let (_, id) = self.starts.range(..=address).next_back()?;
        let image = self.images.get(id)?;
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
        let address = image.virtual_address(address)?;
        Some((image.debug_tables_of(address), address))
    }

    /// All images, in the order of their addresses.
    pub fn images(&self) -> impl Iterator<Item = &LoadedImage> {
        self.starts.values().filter_map(|id| self.images.get(id))
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }
}
