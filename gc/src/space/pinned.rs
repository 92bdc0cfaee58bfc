//! Old objects that never move: marked and swept, and allocated by bumping through holes.
//!
//! A block is one chunk. Beside each block stand two bits for each granule of 16 bytes: whether an
//! object starts at the granule, and whether the object is marked.

use crate::address::{Address, AddressRange, OBJECT_ALIGN_BYTES};
use crate::arena::{Arena, CHUNK_BYTES, ChunkKind};
use crate::error::ArenaError;
use crate::object_model::ObjectModel;

const GRANULES: usize = CHUNK_BYTES / OBJECT_ALIGN_BYTES;
const BIT_WORDS: usize = GRANULES / 64;

#[derive(Debug)]
struct Block {
    start: Address,
    starts: Box<[u64; BIT_WORDS]>,
    marks: Box<[u64; BIT_WORDS]>,
}

#[derive(Debug, Default)]
pub(crate) struct PinnedSpace {
    blocks: Vec<Block>,
    holes: Vec<AddressRange>,
    open: Option<AddressRange>,
    used_bytes: usize,
}

impl PinnedSpace {
    /// Allocates an object of `bytes`, at most a chunk.
    pub(crate) fn allocate(&mut self, arena: &Arena, bytes: usize) -> Result<Address, ArenaError> {
        let open = loop {
            match self.open {
                Some(open) if open.bytes() >= bytes => break open,
                _ => self.open = Some(self.next_hole(arena)?),
            }
        };
        self.open = Some(AddressRange {
            start: open.start.offset_bytes(bytes),
            end: open.end,
        });
        self.used_bytes += bytes;
        let block = &mut self.blocks[arena.number_of(open.start) as usize];
        let (word, bit) = granule(open.start);
        block.starts[word] |= bit;
        Ok(open.start)
    }

    fn next_hole(&mut self, arena: &Arena) -> Result<AddressRange, ArenaError> {
        if let Some(hole) = self.holes.pop() {
            return Ok(hole);
        }
        let number = u32::try_from(self.blocks.len()).expect("an arena has fewer than 2^32 chunks");
        let range = arena.reserve_chunks(ChunkKind::Pinned, number, CHUNK_BYTES)?;
        self.blocks.push(Block {
            start: range.start,
            starts: Box::new([0; BIT_WORDS]),
            marks: Box::new([0; BIT_WORDS]),
        });
        Ok(range)
    }

    pub(crate) const fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Marks the object at `object` in block `number`; whether it was not marked before.
    pub(crate) fn mark(&mut self, number: u32, object: Address) -> bool {
        let (word, bit) = granule(object);
        let marks = &mut self.blocks[number as usize].marks[word];
        let was_clear = *marks & bit == 0;
        *marks |= bit;
        was_clear
    }

    pub(crate) fn is_marked(&self, number: u32, object: Address) -> bool {
        let (word, bit) = granule(object);
        self.blocks[number as usize].marks[word] & bit != 0
    }

    /// Every object, dead ones since the last sweep included.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Address> {
        self.blocks.iter().flat_map(Block::objects)
    }

    /// Makes holes of all unmarked objects, clears the marks, and shows each hole to `poison`.
    ///
    /// # Safety
    ///
    /// Every live pinned object is marked, and all objects are initialised.
    pub(crate) unsafe fn sweep<M: ObjectModel>(&mut self, mut poison: impl FnMut(AddressRange)) {
        self.open = None;
        self.holes.clear();
        self.used_bytes = 0;
        for block in &mut self.blocks {
            std::mem::swap(&mut block.starts, &mut block.marks);
            block.marks.fill(0);
            let mut hole_start = block.start;
            let end = block.start.offset_bytes(CHUNK_BYTES);
            for object in block.objects() {
                if hole_start < object {
                    self.holes.push(AddressRange {
                        start: hole_start,
                        end: object,
                    });
                }
                // SAFETY: marked objects are initialised, says the caller.
                let bytes = unsafe { M::size_bytes(object) };
                self.used_bytes += bytes;
                hole_start = object.offset_bytes(bytes);
            }
            if hole_start < end {
                self.holes.push(AddressRange {
                    start: hole_start,
                    end,
                });
            }
        }
        self.holes.reverse();
        self.holes.iter().copied().for_each(&mut poison);
    }
}

impl Block {
    fn objects(&self) -> impl Iterator<Item = Address> {
        let start = self.start;
        self.starts
            .iter()
            .enumerate()
            .flat_map(move |(word, &bits)| {
                (0..64)
                    .filter(move |bit| bits >> bit & 1 != 0)
                    .map(move |bit| start.offset_bytes((word * 64 + bit) * OBJECT_ALIGN_BYTES))
            })
    }
}

/// Index of the word and the bit of the granule of `object` in the bits of its block.
fn granule(object: Address) -> (usize, u64) {
    let granule = object.raw() % CHUNK_BYTES / OBJECT_ALIGN_BYTES;
    (granule / 64, 1 << (granule % 64))
}
