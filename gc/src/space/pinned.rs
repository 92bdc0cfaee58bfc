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
    /// By the number of their chunk; `None` where the number is free.
    blocks: Vec<Option<Block>>,
    free: Vec<u32>,
    holes: Vec<AddressRange>,
    open: Option<AddressRange>,
    used_bytes: usize,
    /// Allocated since the last collection.
    fresh_bytes: usize,
}

/// How many blocks in which nothing lives are kept for objects to come.
const EMPTY_BLOCKS_MAX: usize = 16;

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
        self.fresh_bytes += bytes;
        let block = self.block(arena.number_of(open.start));
        let (word, bit) = granule(open.start);
        block.starts[word] |= bit;
        Ok(open.start)
    }

    fn next_hole(&mut self, arena: &Arena) -> Result<AddressRange, ArenaError> {
        if let Some(hole) = self.holes.pop() {
            return Ok(hole);
        }
        let number = self.free.last().copied().unwrap_or_else(|| {
            u32::try_from(self.blocks.len()).expect("an arena has fewer than 2^32 chunks")
        });
        let range = arena.reserve_chunks(ChunkKind::Pinned, number, CHUNK_BYTES)?;
        let block = Some(Block {
            start: range.start,
            starts: Box::new([0; BIT_WORDS]),
            marks: Box::new([0; BIT_WORDS]),
        });
        match self.free.pop() {
            Some(number) => self.blocks[number as usize] = block,
            None => self.blocks.push(block),
        }
        Ok(range)
    }

    fn block(&mut self, number: u32) -> &mut Block {
        let block = self.blocks[number as usize].as_mut();
        block.expect("chunks of pinned objects carry the number of their block")
    }

    pub(crate) const fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Bytes that were allocated since the last collection.
    pub(crate) const fn fresh_bytes(&self) -> usize {
        self.fresh_bytes
    }

    /// A collection is done: counts what is allocated from now on.
    pub(crate) const fn start_count(&mut self) {
        self.fresh_bytes = 0;
    }

    /// Marks the object at `object` in block `number`; whether it was not marked before.
    pub(crate) fn mark(&mut self, number: u32, object: Address) -> bool {
        let (word, bit) = granule(object);
        let marks = &mut self.block(number).marks[word];
        let was_clear = *marks & bit == 0;
        *marks |= bit;
        was_clear
    }

    pub(crate) fn is_marked(&self, number: u32, object: Address) -> bool {
        let (word, bit) = granule(object);
        let block = self.blocks[number as usize].as_ref();
        block.is_some_and(|block| block.marks[word] & bit != 0)
    }

    /// Every object, dead ones since the last sweep included.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Address> {
        self.blocks.iter().flatten().flat_map(Block::objects)
    }

    /// Makes holes of all unmarked objects, clears the marks, and shows each hole to `poison`. Blocks in which
    /// nothing lives go back to the arena, but for a few.
    ///
    /// # Safety
    ///
    /// Every live pinned object is marked, and all objects are initialised.
    pub(crate) unsafe fn sweep<M: ObjectModel>(
        &mut self,
        arena: &Arena,
        mut poison: impl FnMut(AddressRange),
    ) {
        self.open = None;
        self.holes.clear();
        self.used_bytes = 0;
        let mut empty_blocks = 0;
        for (entry, number) in self.blocks.iter_mut().zip(0..) {
            let Some(block) = entry else { continue };
            std::mem::swap(&mut block.starts, &mut block.marks);
            block.marks.fill(0);
            // SAFETY: the starts are those of the marked objects, which are initialised, by the contract of
            // this function.
            let used_bytes = unsafe { block.find_holes::<M>(&mut self.holes) };
            self.used_bytes += used_bytes;
            empty_blocks += usize::from(used_bytes == 0);
            if used_bytes == 0 && empty_blocks > EMPTY_BLOCKS_MAX {
                let whole = self.holes.pop().expect("an empty block is one hole");
                // SAFETY: the block is one run of the arena, and nothing lives in it.
                unsafe { arena.release_chunks(whole) };
                *entry = None;
                self.free.push(number);
            }
        }
        self.holes.reverse();
        self.holes.iter().copied().for_each(&mut poison);
    }
}

impl Block {
    /// Adds the holes between the objects to `holes`; the bytes of the objects.
    ///
    /// # Safety
    ///
    /// An initialised object begins at each start.
    unsafe fn find_holes<M: ObjectModel>(&self, holes: &mut Vec<AddressRange>) -> usize {
        let mut used_bytes = 0;
        let mut hole_start = self.start;
        let end = self.start.offset_bytes(CHUNK_BYTES);
        let mut hole = |start: Address, end: Address| {
            if start < end {
                holes.push(AddressRange { start, end });
            }
        };
        for object in self.objects() {
            hole(hole_start, object);
            // SAFETY: an initialised object, by the contract of this function.
            let bytes = unsafe { M::size_bytes(object) };
            used_bytes += bytes;
            hole_start = object.offset_bytes(bytes);
        }
        hole(hole_start, end);
        used_bytes
    }

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
