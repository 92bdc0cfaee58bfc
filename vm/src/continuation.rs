//! Continuations: capture, underflow, reinstatement.
//!
//! A capture copies the frames of the running base, all but the innermost, into chunks (see
//! [`abi::object_layout::chunk`]), and lets the innermost frame return to the `underflow` stub; the
//! base remembers where in the chunks it goes on. Frames that were captured before are in chunks
//! already, and are shared. So captures in a loop cost a constant each, and a continuation can be
//! returned to any number of times (Hieb, Dybvig, Bruggeman: Representing control in the presence
//! of first-class continuations, 1990, with one frame split off at a time).
//!
//! What Scheme sees is a chunk without frames: it leads to the captured ones, and holds the serial
//! number of the base in place of a return word; and the registers of handlers and parameters, which
//! go back to their places when the continuation is reinstated. If native code made it, it holds the
//! callee-saved registers of the frame that goes on, too: `rbp` is known by the frame's place.

use abi::native::CAPTURING_SLOTS;
use abi::object_layout::chunk;
use abi::tag::{self, Header, Kind};
use gc::{Address, Full, WORD_BYTES};

use crate::frame_walk::{remove_barrier, return_word, slot_address};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::stack::{Base, Link};
use crate::stubs::{CodeTier, ReturnWord, StubWords};
use crate::value::Value;

/// Frames are put into chunks of at most so many bytes, unless one frame takes more.
const CHUNK_BYTES: usize = 8 << 10;

/// Fields of a chunk; they hold values (`NEXT`) or raw words.
#[derive(Clone, Copy)]
struct Chunk(Address);

impl Chunk {
    #[inline(always)]
    fn of(word: u64) -> Self {
        Self(Address::from_word(word & !tag::TAG_MASK))
    }

    #[inline(always)]
    fn field(self, offset: usize) -> u64 {
        // SAFETY: `Chunk` is made of words with the kind checked, or by `allocate`.
        unsafe { self.0.offset_bytes(offset).load_word() }
    }

    /// Only in chunks that were just allocated: no barrier.
    #[inline(always)]
    fn init(self, offset: usize, word: u64) {
        // SAFETY: as in `field`.
        unsafe { self.0.offset_bytes(offset).store_word(word) };
    }

    #[inline(always)]
    fn link(self) -> Link {
        let offset = tag::fixnum_value(self.field(chunk::NEXT_OFFSET)) as usize;
        Link {
            chunk: self.field(chunk::NEXT),
            offset,
        }
    }

    #[inline(always)]
    fn set_link(self, link: Link) {
        self.init(chunk::NEXT, link.chunk);
        self.init(chunk::NEXT_OFFSET, Value::count(link.offset).word());
    }

    fn frame_words(self) -> usize {
        tag::fixnum_value(self.field(chunk::FRAME_WORDS)) as usize
    }

    fn word(self) -> u64 {
        self.0.word() | tag::TAG_OBJECT
    }
}

/// A run of frames on the stack that goes into one chunk.
#[derive(Clone, Copy, Debug)]
struct Piece {
    resume: ReturnWord,
    /// The lowest word of the frames.
    start: Address,
    words: usize,
}

impl Piece {
    /// The first frames older than the one at `fp`, if any lie on the stack.
    #[inline(always)]
    fn above(base: &Base, stubs: StubWords, fp: Address) -> Option<Self> {
        let resume = return_word(base, stubs, fp)?;
        let start = fp.offset_bytes(WORD_BYTES);
        let mut words = resume.words();
        while let Some(word) = return_word(base, stubs, fp.offset_words(words))
            && piece_bytes(words + word.words()) <= CHUNK_BYTES
        {
            words += word.words();
        }
        Some(Self {
            resume,
            start,
            words,
        })
    }

    /// The frame pointer of its outermost frame.
    fn outermost(self) -> Address {
        self.start.offset_words(self.words - 1)
    }
}

impl Mutator<'_> {
    /// Captures the continuation of the frame at `fp`, which runs on the current base, in this tier. A
    /// native frame has saved the registers of its caller, see [`CAPTURING_SLOTS`].
    ///
    /// # Errors
    ///
    /// [`Full`]: the copies need a collection first.
    #[inline]
    pub(crate) fn capture(&mut self, fp: Address, tier: CodeTier) -> Result<u64, Full> {
        let stubs = self.state().stubs;
        let base = self.state_mut().stack.current();
        remove_barrier(base);
        let (serial, older) = (base.serial, base.link);
        let link = match Piece::above(base, stubs, fp) {
            None => {
                self.heap().reserve(CONTINUATION_BYTES_MAX)?;
                older
            }
            Some(piece) => {
                let base = &*self.state_mut().stack.current();
                let link = match Piece::above(base, stubs, piece.outermost()) {
                    // A loop of captures comes here each time.
                    None => self.copy_piece(piece, older)?,
                    Some(next) => self.copy_pieces(&[piece, next], older)?,
                };
                // SAFETY: the return word of the running frame.
                unsafe { fp.store_word(stubs.underflow(piece.resume.tier())) };
                self.state_mut().stack.current().link = link;
                link
            }
        };
        let continuation = self.allocate_continuation(fp, tier);
        continuation.set_link(link);
        continuation.init(
            chunk::RESUME,
            tag::fixnum(serial as i64).expect("fewer than 2^60 bases"),
        );
        continuation.init(chunk::HANDLERS, self.state().native.handlers.get());
        continuation.init(chunk::PARAMETERS, self.state().native.parameters.get());
        Ok(continuation.word())
    }

    /// Copies the only frames on the stack into a chunk that goes on at `older`.
    #[inline(always)]
    fn copy_piece(&self, piece: Piece, older: Link) -> Result<Link, Full> {
        self.heap()
            .reserve(piece_bytes(piece.words) + CONTINUATION_BYTES_MAX)?;
        Ok(self.copied(piece, older))
    }

    /// Copies all frames on the stack, of which the first two pieces are known, into chunks; the
    /// last goes on at `older`.
    #[cold]
    #[inline(never)]
    fn copy_pieces(&mut self, known: &[Piece], older: Link) -> Result<Link, Full> {
        let stubs = self.state().stubs;
        let base = &*self.state_mut().stack.current();
        let mut pieces = known.to_vec();
        while let Some(piece) = pieces
            .last()
            .and_then(|last| Piece::above(base, stubs, last.outermost()))
        {
            pieces.push(piece);
        }
        let bytes = pieces.iter().map(|piece| piece_bytes(piece.words));
        self.heap()
            .reserve(bytes.sum::<usize>() + CONTINUATION_BYTES_MAX)?;
        let outermost_first = pieces.iter().rev();
        Ok(outermost_first.fold(older, |link, &piece| self.copied(piece, link)))
    }

    /// A copy of frames on the stack, which goes on at `older`; the memory was reserved.
    #[inline(always)]
    fn copied(&self, piece: Piece, older: Link) -> Link {
        let made = self.allocate_chunk(piece.words, piece.words as u64);
        made.set_link(older);
        made.init(chunk::RESUME, piece.resume.address().word());
        for index in 0..piece.words {
            // SAFETY: a word of a suspended frame on the stack.
            let word = unsafe { piece.start.offset_words(index).load_word() };
            made.init(chunk::FRAMES + index * WORD_BYTES, word);
        }
        Link {
            chunk: made.word(),
            offset: 0,
        }
    }

    #[inline(always)]
    fn allocate_continuation(&self, fp: Address, tier: CodeTier) -> Chunk {
        if tier == CodeTier::Bytecode {
            return self.allocate_chunk(0, chunk::REGISTER_WORDS);
        }
        let made = self.allocate_chunk(0, chunk::NATIVE_REGISTER_WORDS);
        // One word at a time: wider copies would wait for the stores.
        for (index, &slot) in CAPTURING_SLOTS.iter().enumerate() {
            // SAFETY: a slot of the native frame, which saved the register there.
            let register = unsafe { slot_address(fp, slot).load_word() };
            made.init(chunk::NATIVE_REGISTERS + index * WORD_BYTES, register);
        }
        made
    }

    /// A chunk with so many words after its prefix.
    #[inline(always)]
    fn allocate_chunk(&self, frame_words: usize, words: u64) -> Chunk {
        let header = Header::new(Kind::Chunk, chunk::PREFIX_WORDS + words);
        let made = Chunk(self.heap().allocate(header.object_bytes() as usize));
        made.init(0, header.word());
        made.init(chunk::FRAME_WORDS, Value::count(frame_words).word());
        made
    }

    /// Copies the next older captured frame of the current base to the base's top, and lets it
    /// return to what comes after it. The return word that leads into it; `None` if the base ends.
    #[inline(always)]
    pub(crate) fn restore_frame(&mut self) -> Option<ReturnWord> {
        let stubs = self.state().stubs;
        let base = self.state_mut().stack.current();
        let resume = next_captured(base.link)?;
        let (from, offset, top) = (Chunk::of(base.link.chunk), base.link.offset, base.top);
        let words = resume.words();
        let lowest = top.offset_bytes(((words - 1) * WORD_BYTES).wrapping_neg());
        for index in 0..words {
            let word = from.field(chunk::FRAMES + (offset + index) * WORD_BYTES);
            // SAFETY: the base's frames start at its top, and the captured frame stood there.
            unsafe { lowest.offset_words(index).store_word(word) };
        }
        let end = offset + words;
        base.link = if end < from.frame_words() {
            Link {
                offset: end,
                ..base.link
            }
        } else {
            from.link()
        };
        let is_last = base.link.chunk == tag::FALSE;
        let word = if is_last {
            stubs.exit_base()
        } else {
            // SAFETY: the return word of the captured frame, which the chunk keeps.
            let tier = unsafe { stubs.tier(from.field(chunk::FRAMES + (end - 1) * WORD_BYTES)) };
            stubs.underflow(tier)
        };
        // SAFETY: the return word of the frame just copied.
        unsafe { top.store_word(word) };
        Some(resume)
    }

    /// Makes the current base go on at `continuation`, which belongs to it, with its registers.
    #[inline]
    pub(crate) fn set_continuation(&mut self, continuation: u64) {
        let continuation = Chunk::of(continuation);
        let link = continuation.link();
        self.state()
            .native
            .handlers
            .set(continuation.field(chunk::HANDLERS));
        self.state()
            .native
            .parameters
            .set(continuation.field(chunk::PARAMETERS));
        self.state().native.reinstated.set(continuation.0.word());
        let base = self.state_mut().stack.current();
        base.barrier = None;
        base.link = link;
    }

    /// Writes the registers that native code made the continuation with that was just set, from slot 1
    /// of the border frame at `fp` on.
    #[inline(always)]
    pub(crate) fn store_reinstated_registers(&self, fp: Address) {
        let continuation = Chunk(Address::from_word(self.state().native.reinstated.get()));
        for index in 0..CAPTURING_SLOTS.len() {
            let register = continuation.field(chunk::NATIVE_REGISTERS + index * WORD_BYTES);
            // SAFETY: a slot of the border frame, which the caller makes.
            unsafe { slot_address(fp, index + 1).store_word(register) };
        }
    }
}

/// The return word that leads into the captured frame at `link`; `None` if there is none.
#[inline(always)]
pub(crate) fn next_captured(link: Link) -> Option<ReturnWord> {
    if link.chunk == tag::FALSE {
        return None;
    }
    let from = Chunk::of(link.chunk);
    let word = match link.offset {
        0 => from.field(chunk::RESUME),
        offset => from.field(chunk::FRAMES + (offset - 1) * WORD_BYTES),
    };
    // SAFETY: the words that lead into captured frames are return words of code that the chunk
    // keeps; it is reachable from the base.
    Some(unsafe { ReturnWord::new(word) })
}

/// The base that `value` is a continuation of, if it is one.
pub(crate) fn continuation_base(value: Value<'_>) -> Option<u64> {
    Object::of_kind(value, Kind::Chunk)?;
    let chunk = Chunk::of(value.word());
    (chunk.frame_words() == 0).then(|| tag::fixnum_value(chunk.field(chunk::RESUME)) as u64)
}

const CONTINUATION_BYTES_MAX: usize = piece_bytes(chunk::NATIVE_REGISTER_WORDS as usize);

const fn piece_bytes(words: usize) -> usize {
    (chunk::PREFIX_WORDS as usize + words + 1).next_multiple_of(2) * WORD_BYTES
}
