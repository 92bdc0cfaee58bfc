//! Registered images: found by any address inside, marked, and forgotten when unreachable.

use crate::account::{Account, Charge};
use crate::address::{Address, AddressRange};
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};
use crate::image::{ImageDescription, ImageId, ImageKeeper};

#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) description: ImageDescription,
    /// Dropped with the image.
    _charge: Charge,
    is_marked: bool,
    /// What the last full collection has reached the image from.
    pub(crate) keeper: ImageKeeper,
}

#[derive(Debug, Default)]
struct Entry {
    generation: u32,
    image: Option<Image>,
}

/// All images of a heap. Chunks carry the index of their image plus one, or of a list of images
/// when several lie in the same chunk.
#[derive(Debug, Default)]
pub(crate) struct ImageSpace {
    entries: Vec<Entry>,
    free: Vec<u32>,
    /// The images of each shared chunk; chunks of kind [`ChunkKind::SharedImages`] carry an index.
    lists: Vec<Vec<u32>>,
    free_lists: Vec<u32>,
    count: usize,
}

impl ImageSpace {
    /// Adds an image, whose chunks the arena gave out as [`ChunkKind::Image`], and charges it to `account`.
    pub(crate) fn register(
        &mut self,
        arena: &Arena,
        account: &Account,
        description: ImageDescription,
    ) -> ImageId {
        let charge = account.charge(description.external_bytes, description.external_mappings);
        let index = self.free.pop().unwrap_or_else(|| {
            self.entries.push(Entry::default());
            u32::try_from(self.entries.len() - 1).expect("fewer than 2^32 images")
        });
        for chunk in chunks(description.range) {
            self.claim(arena, chunk, index);
        }
        let entry = &mut self.entries[index as usize];
        entry.image = Some(Image {
            description,
            _charge: charge,
            is_marked: false,
            keeper: ImageKeeper::Unknown,
        });
        self.count += 1;
        ImageId {
            index,
            generation: entry.generation,
        }
    }

    /// Forgets an image. Its chunks stay reserved; `None` if it was forgotten before.
    pub(crate) fn unregister(&mut self, arena: &Arena, id: ImageId) -> Option<ImageDescription> {
        self.get(id)?;
        let entry = &mut self.entries[id.index as usize];
        let image = entry.image.take()?;
        entry.generation = entry.generation.wrapping_add(1);
        self.free.push(id.index);
        self.count -= 1;
        for chunk in chunks(image.description.range) {
            self.disclaim(arena, chunk, id.index);
        }
        Some(image.description)
    }

    pub(crate) fn get(&self, id: ImageId) -> Option<&Image> {
        let entry = self.entries.get(id.index as usize)?;
        entry
            .image
            .as_ref()
            .filter(|_| entry.generation == id.generation)
    }

    pub(crate) fn get_mut(&mut self, id: ImageId) -> Option<&mut Image> {
        let entry = self.entries.get_mut(id.index as usize)?;
        entry
            .image
            .as_mut()
            .filter(|_| entry.generation == id.generation)
    }

    /// The image that `address` lies in.
    pub(crate) fn at(&self, arena: &Arena, address: Address) -> Option<ImageId> {
        let index = match arena.kind_of(address) {
            ChunkKind::Image => arena.number_of(address).checked_sub(1)?,
            ChunkKind::SharedImages => {
                let list = &self.lists[arena.number_of(address) as usize];
                *list
                    .iter()
                    .find(|&&index| self.range(index).contains(address))?
            }
            _ => return None,
        };
        let generation = self.entries[index as usize].generation;
        self.range(index)
            .contains(address)
            .then_some(ImageId { index, generation })
    }

    /// Whether the barrier must refuse a store at `address`.
    pub(crate) fn is_sealed(&self, arena: &Arena, address: Address) -> bool {
        self.at(arena, address)
            .and_then(|id| self.get(id))
            .is_some_and(|image| {
                image
                    .description
                    .sealed
                    .iter()
                    .any(|range| range.contains(address))
            })
    }

    /// Marks an image, to which `keeper` leads; whether it was not marked before.
    pub(crate) fn mark(&mut self, id: ImageId, keeper: ImageKeeper) -> bool {
        let image = self.get_mut(id).expect("`at` gives registered images");
        if image.is_marked {
            return false;
        }
        image.is_marked = true;
        image.keeper = keeper;
        true
    }

    pub(crate) fn is_marked(&self, id: ImageId) -> bool {
        self.get(id).is_some_and(|image| image.is_marked)
    }

    pub(crate) fn pinned(&self) -> Vec<ImageId> {
        self.ids()
            .filter(|&id| self.get(id).is_some_and(|image| image.description.pins > 0))
            .collect()
    }

    /// Clears all marks and returns the images that had none.
    pub(crate) fn take_unmarked(&mut self) -> Vec<ImageId> {
        let unmarked = self.ids().filter(|&id| !self.is_marked(id)).collect();
        for entry in &mut self.entries {
            if let Some(image) = &mut entry.image {
                image.is_marked = false;
            }
        }
        unmarked
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Image> {
        self.entries.iter().filter_map(|entry| entry.image.as_ref())
    }

    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    fn ids(&self) -> impl Iterator<Item = ImageId> {
        self.entries
            .iter()
            .zip(0..)
            .filter(|(entry, _)| entry.image.is_some())
            .map(|(entry, index)| ImageId {
                index,
                generation: entry.generation,
            })
    }

    fn range(&self, index: u32) -> AddressRange {
        let image = self.entries[index as usize].image.as_ref();
        image.map_or(AddressRange::EMPTY, |image| image.description.range)
    }

    fn claim(&mut self, arena: &Arena, chunk: AddressRange, index: u32) {
        let number = arena.number_of(chunk.start);
        match arena.kind_of(chunk.start) {
            ChunkKind::Image if number == 0 => arena.set(chunk, ChunkKind::Image, index + 1),
            ChunkKind::Image => {
                let list = self.free_lists.pop().unwrap_or_else(|| {
                    self.lists.push(Vec::new());
                    u32::try_from(self.lists.len() - 1)
                        .expect("an arena has fewer than 2^32 chunks")
                });
                self.lists[list as usize].extend([number - 1, index]);
                arena.set(chunk, ChunkKind::SharedImages, list);
            }
            ChunkKind::SharedImages => self.lists[number as usize].push(index),
            kind => panic!(
                "an image was registered in {kind:?} memory at {}",
                chunk.start
            ),
        }
    }

    fn disclaim(&mut self, arena: &Arena, chunk: AddressRange, index: u32) {
        if arena.kind_of(chunk.start) == ChunkKind::Image {
            arena.set(chunk, ChunkKind::Image, 0);
            return;
        }
        let number = arena.number_of(chunk.start);
        let list = &mut self.lists[number as usize];
        list.retain(|&other| other != index);
        if let [only] = list[..] {
            list.clear();
            self.free_lists.push(number);
            arena.set(chunk, ChunkKind::Image, only + 1);
        }
    }
}

/// The chunks that `range` touches.
fn chunks(range: AddressRange) -> impl Iterator<Item = AddressRange> {
    let first = range.start.raw() & !(CHUNK_BYTES - 1);
    (first..range.end.raw())
        .step_by(CHUNK_BYTES)
        .map(|start| AddressRange::new(Address::new(start), CHUNK_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::HeapOptions;

    fn describe(range: AddressRange) -> ImageDescription {
        ImageDescription {
            range,
            sealed: vec![AddressRange::new(range.start, 64)],
            cells: AddressRange::EMPTY,
            constants: AddressRange::EMPTY,
            pins: 0,
            external_bytes: 0,
            external_mappings: 0,
        }
    }

    #[test]
    fn small_images_share_a_chunk_and_are_told_apart() {
        let arena = Arena::reserve(HeapOptions::ARENA_BYTES_MIN).unwrap();
        let chunk = arena
            .reserve_chunks(ChunkKind::Image, 0, CHUNK_BYTES)
            .unwrap();
        let mut images = ImageSpace::default();
        let ranges =
            [0, 4096, 8192].map(|offset| AddressRange::new(chunk.start.offset_bytes(offset), 4096));
        let ids = ranges.map(|range| images.register(&arena, &Account::default(), describe(range)));
        for (range, id) in ranges.iter().zip(ids) {
            assert_eq!(images.at(&arena, range.start.offset_bytes(100)), Some(id));
        }
        assert_eq!(images.at(&arena, chunk.start.offset_bytes(12_288)), None);

        assert!(images.unregister(&arena, ids[1]).is_some());
        assert!(
            images.unregister(&arena, ids[1]).is_none(),
            "stale ids are found out"
        );
        assert_eq!(images.at(&arena, ranges[1].start), None);
        assert_eq!(images.at(&arena, ranges[2].start), Some(ids[2]));
        images.unregister(&arena, ids[0]);
        assert_eq!(images.at(&arena, ranges[2].start), Some(ids[2]));
        images.unregister(&arena, ids[2]);
        assert_eq!((images.count(), images.at(&arena, chunk.start)), (0, None));
        assert_eq!(arena.kind_of(chunk.start), ChunkKind::Image);
        assert_eq!(arena.number_of(chunk.start), 0);
    }

    #[test]
    fn only_sealed_parts_refuse_stores() {
        let arena = Arena::reserve(HeapOptions::ARENA_BYTES_MIN).unwrap();
        let chunk = arena
            .reserve_chunks(ChunkKind::Image, 0, CHUNK_BYTES)
            .unwrap();
        let mut images = ImageSpace::default();
        images.register(&arena, &Account::default(), describe(chunk));
        assert!(images.is_sealed(&arena, chunk.start.offset_bytes(8)));
        assert!(!images.is_sealed(&arena, chunk.start.offset_bytes(64)));
    }
}
