//! Chunks: captured frames, and continuations as Scheme sees them.
//!
//! See [`abi::object_layout::chunk`] for the layout.

use abi::native::CAPTURING_SLOTS;
use abi::object_layout::chunk::{self, OFFSET_BITS};
use abi::tag::{self, Header, Kind};
use gc::{Address, WORD_BYTES};

use crate::live::Live;
use crate::object::Object;
use crate::return_word::ReturnWord;
use crate::value::Value;

const OFFSET_MASK: usize = (1 << OFFSET_BITS) - 1;
const COUNTED_WORDS_MAX: usize = usize::MAX >> 8 >> OFFSET_BITS;

/// What the frames in a chunk count as more than on the stack: the prefix of the chunk, and the continuation that
/// was made with it and may be kept.
const CHUNK_COUNTED_WORDS: usize =
    2 * (chunk::PREFIX_WORDS as usize + 1) + chunk::NATIVE_REGISTER_WORDS as usize;

/// How many words of stack so many words of frames in one chunk count as.
#[inline(always)]
pub(crate) const fn counted_words(frame_words: usize) -> usize {
    frame_words + CHUNK_COUNTED_WORDS
}

/// An initialised chunk, or one that was just allocated. True until the next safepoint, as [`Live`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk(Address);

impl Chunk {
    /// The chunk at an address.
    ///
    /// # Safety
    ///
    /// An initialised chunk of the heap that runs starts there.
    #[inline(always)]
    pub(crate) const unsafe fn at(address: Address) -> Self {
        Self(address)
    }

    /// Makes a chunk of fresh memory, of which `frame_words` are frames.
    ///
    /// # Safety
    ///
    /// `memory` was just allocated, for an object with this header, which is that of a chunk.
    #[inline(always)]
    pub(crate) unsafe fn format(memory: Address, header: Header, frame_words: usize) -> Self {
        let made = Self(memory);
        made.write(0, header.word());
        made.write(chunk::FRAME_WORDS, Value::count(frame_words).word());
        made
    }

    /// Where it starts.
    #[inline(always)]
    pub(crate) const fn address(self) -> Address {
        self.0
    }

    /// The chunk as a value.
    #[inline(always)]
    pub(crate) const fn live(self) -> Live {
        // SAFETY: the chunk is initialised, and where it was, says the type.
        unsafe { Live::new(self.0.word() | tag::TAG_OBJECT) }
    }

    /// The word of the prefix at `offset` bytes.
    #[inline(always)]
    pub(crate) fn field(self, offset: usize) -> u64 {
        assert!(is_prefix(offset), "all chunks have this field");
        // SAFETY: a word of the prefix, which all chunks have.
        unsafe { self.0.offset_bytes(offset).load_word() }
    }

    /// How many words its frames take; none in a continuation.
    #[inline(always)]
    pub(crate) fn frame_words(self) -> usize {
        tag::fixnum_value(self.field(chunk::FRAME_WORDS)) as usize
    }

    /// Where it goes on.
    #[inline(always)]
    pub(crate) fn link(self) -> Link {
        Link {
            chunk: self.field(chunk::NEXT),
            offset: self.place_of_older() & OFFSET_MASK,
        }
    }

    /// Where the older frames are, and how many words of stack they count as.
    #[inline(always)]
    fn place_of_older(self) -> usize {
        tag::fixnum_value(self.field(chunk::NEXT_OFFSET)) as usize
    }

    /// Copies so many words of its frames, from word `start` on, to `place`; the last of them.
    ///
    /// # Safety
    ///
    /// So many words at `place` may be written.
    ///
    /// # Panics
    ///
    /// If it has fewer.
    #[inline(always)]
    pub(crate) unsafe fn copy_words(self, start: usize, count: usize, place: Address) -> u64 {
        assert!(
            start + count <= self.frame_words(),
            "words of captured frames"
        );
        let first = self.0.offset_bytes(chunk::FRAMES + start * WORD_BYTES);
        let mut word = 0;
        for index in 0..count {
            // SAFETY: a word of the frames, as was just checked.
            word = unsafe { first.offset_words(index).load_word() };
            // SAFETY: one of the words at `place`, by the contract of this function.
            unsafe { place.offset_words(index).store_word(word) };
        }
        word
    }

    /// The frame that starts so many words from the first.
    #[inline(always)]
    pub(crate) fn frame_at(self, offset: usize) -> CapturedFrame {
        if offset == 0 {
            return CapturedFrame {
                resume: self.field(chunk::RESUME),
                words: tag::fixnum_value(self.field(chunk::FIRST_WORDS)) as usize,
            };
        }
        let resume = self.word(offset - 1);
        // SAFETY: the words that lead into captured frames are return words of code that the chunk
        // keeps.
        let words = unsafe { ReturnWord::new(resume) }.words();
        CapturedFrame { resume, words }
    }

    /// Word `index` of its frames.
    ///
    /// # Panics
    ///
    /// If it has fewer.
    #[inline(always)]
    pub(crate) fn word(self, index: usize) -> u64 {
        assert!(index < self.frame_words(), "a word of captured frames");
        let place = self.0.offset_bytes(chunk::FRAMES + index * WORD_BYTES);
        // SAFETY: a word of the frames, as was just checked.
        unsafe { place.load_word() }
    }

    /// Initialises the link: no barrier. What is there counts as so many words of stack.
    ///
    /// # Safety
    ///
    /// The chunk was allocated since the last safepoint.
    #[inline(always)]
    pub(crate) unsafe fn init_link(self, link: Link, counted_words: usize) {
        self.write(chunk::NEXT, link.chunk);
        let counted_words = counted_words.min(COUNTED_WORDS_MAX);
        let place = link.offset | counted_words << OFFSET_BITS;
        self.write(chunk::NEXT_OFFSET, Value::count(place).word());
    }

    /// Initialises a word: no barrier.
    ///
    /// # Safety
    ///
    /// The chunk was allocated since the last safepoint, and has a word at `offset` bytes.
    #[inline(always)]
    pub(crate) unsafe fn init(self, offset: usize, word: u64) {
        // SAFETY: a word of a fresh object, by the contract of this function.
        unsafe { self.0.offset_bytes(offset).store_word(word) };
    }

    #[inline(always)]
    fn write(self, offset: usize, word: u64) {
        assert!(
            offset == 0 || is_prefix(offset),
            "all chunks have this field"
        );
        // SAFETY: the header or a word of the prefix, which all chunks have; only what was just allocated
        // is written.
        unsafe { self.0.offset_bytes(offset).store_word(word) };
    }
}

#[inline(always)]
const fn is_prefix(offset: usize) -> bool {
    offset.is_multiple_of(WORD_BYTES)
        && offset >= WORD_BYTES
        && offset / WORD_BYTES <= chunk::PREFIX_WORDS as usize
}

/// A chunk without frames: a continuation, as Scheme sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Continuation(Chunk);

impl Continuation {
    /// The continuation that a value is.
    #[inline(always)]
    pub(crate) fn of(value: Value<'_>) -> Option<Self> {
        let object = Object::of_kind(value, Kind::Chunk)?;
        let chunk = Chunk(object.address());
        (chunk.frame_words() == 0).then_some(Self(chunk))
    }

    /// The continuation at an address.
    ///
    /// # Safety
    ///
    /// An initialised continuation of the heap that runs starts there.
    #[inline(always)]
    pub(crate) const unsafe fn at(address: Address) -> Self {
        Self(Chunk(address))
    }

    /// The base that it belongs to.
    #[inline(always)]
    pub(crate) fn base(self) -> u64 {
        tag::fixnum_value(self.0.field(chunk::RESUME)) as u64
    }

    /// Where it goes on.
    #[inline(always)]
    pub(crate) fn link(self) -> Link {
        self.0.link()
    }

    /// The registers of handlers and parameters.
    // Written out, here and below: mapped over offsets, each took a dozen instructions.
    #[inline(always)]
    pub(crate) fn registers(self) -> [Live; 2] {
        // SAFETY: a continuation holds values of these registers.
        unsafe {
            [
                Live::new(self.word(chunk::HANDLERS)),
                Live::new(self.word(chunk::PARAMETERS)),
            ]
        }
    }

    /// The callee-saved registers, if native code made it.
    #[inline(always)]
    pub(crate) fn native_registers(self) -> Option<[u64; CAPTURING_SLOTS.len()]> {
        const FIRST: usize = chunk::NATIVE_REGISTERS;
        // SAFETY: chunks start with a header.
        let header = unsafe { self.word(0) };
        if header != chunk::NATIVE_HEADER {
            return None;
        }
        // SAFETY: a continuation with this header has a word for each of these registers.
        unsafe {
            Some([
                self.word(FIRST),
                self.word(FIRST + WORD_BYTES),
                self.word(FIRST + 2 * WORD_BYTES),
                self.word(FIRST + 3 * WORD_BYTES),
            ])
        }
    }

    /// The word at `offset` bytes.
    ///
    /// # Safety
    ///
    /// The continuation has one there.
    #[inline(always)]
    unsafe fn word(self, offset: usize) -> u64 {
        // SAFETY: a word of the object, by the contract of this function.
        unsafe { self.0.0.offset_bytes(offset).load_word() }
    }
}

/// A place in captured frames, where a base goes on when its frames on the stack are done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// A chunk, or `#f`: a root.
    chunk: u64,
    /// Words from the chunk's first word of frames.
    offset: usize,
}

impl Link {
    /// No frames: the base ends.
    pub(crate) const NONE: Self = Self {
        chunk: tag::FALSE,
        offset: 0,
    };

    /// To the first frame in a chunk.
    #[inline(always)]
    pub(crate) const fn to(chunk: Chunk) -> Self {
        Self {
            chunk: chunk.live().bits(),
            offset: 0,
        }
    }

    /// To the frame in a chunk that starts so many words from the first, or to where the chunk goes on.
    #[inline(always)]
    pub(crate) fn into_frame_at(chunk: Chunk, offset: usize) -> Self {
        if offset < chunk.frame_words() {
            Self {
                offset,
                ..Self::to(chunk)
            }
        } else {
            chunk.link()
        }
    }

    /// Where the frame is; `None` if there is none.
    #[inline(always)]
    pub(crate) fn place(self) -> Option<CapturedPlace> {
        let address = Address::from_word(self.chunk & !tag::TAG_MASK);
        (self.chunk != tag::FALSE).then_some(CapturedPlace {
            chunk: Chunk(address),
            offset: self.offset,
        })
    }

    /// How many words of stack the frames from there on count as.
    #[inline(always)]
    pub(crate) fn counted_words(self) -> usize {
        self.place().map_or(0, |CapturedPlace { chunk, offset }| {
            let older = chunk.place_of_older() >> OFFSET_BITS;
            older + counted_words(chunk.frame_words() - offset)
        })
    }

    /// The root in it.
    pub(crate) const fn root(&self) -> u64 {
        self.chunk
    }

    /// The root in it, for the collector to bring up to date.
    ///
    /// # Safety
    ///
    /// Nothing else is written there.
    pub(crate) const unsafe fn root_mut(&mut self) -> &mut u64 {
        &mut self.chunk
    }
}

/// Where a captured frame is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CapturedPlace {
    pub(crate) chunk: Chunk,
    /// Words from the chunk's first word of frames.
    pub(crate) offset: usize,
}

/// A frame in a chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CapturedFrame {
    /// The return word that leads into it.
    pub(crate) resume: u64,
    /// Its words, the return word at its end included.
    pub(crate) words: usize,
}

impl CapturedFrame {
    /// What is known of the return word that leads into it.
    ///
    /// # Safety
    ///
    /// The code that it leads to stays mapped: the current base keeps it.
    pub(crate) unsafe fn return_word(self) -> ReturnWord {
        // SAFETY: a return word of code that stays mapped, by the contract of this function.
        unsafe { ReturnWord::new(self.resume) }
    }
}
