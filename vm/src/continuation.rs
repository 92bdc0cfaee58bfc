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
//! go back to their places when the continuation is reinstated.

use abi::object_layout::chunk;
use abi::tag::{self, Kind};
use gc::{Address, Full, WORD_BYTES};

use crate::frame_walk::{chunk_header, chunk_size, remove_barrier, return_word};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::stack::{Base, Link};
use crate::stubs::{ReturnWord, StubWords};
use crate::value::Value;

/// Frames are put into chunks of at most so many bytes, unless one frame takes more.
const CHUNK_BYTES: usize = 8 << 10;

/// Fields of a chunk; they hold values (`NEXT`) or raw words.
#[derive(Clone, Copy)]
struct Chunk(Address);

impl Chunk {
    fn of(word: u64) -> Self {
        Self(Address::from_word(word & !tag::TAG_MASK))
    }

    fn field(self, offset: usize) -> u64 {
        // SAFETY: `Chunk` is made of words with the kind checked, or by `allocate`.
        unsafe { self.0.offset_bytes(offset).load_word() }
    }

    /// Only in chunks that were just allocated: no barrier.
    fn init(self, offset: usize, word: u64) {
        // SAFETY: as in `field`.
        unsafe { self.0.offset_bytes(offset).store_word(word) };
    }

    fn link(self) -> Link {
        let offset = tag::fixnum_value(self.field(chunk::NEXT_OFFSET)) as usize;
        Link {
            chunk: self.field(chunk::NEXT),
            offset,
        }
    }

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
    /// Captures the continuation of the frame at `fp`, which runs on the current base.
    ///
    /// # Errors
    ///
    /// [`Full`]: the copies need a collection first.
    pub(crate) fn capture(&mut self, fp: Address) -> Result<u64, Full> {
        let stubs = self.state().stubs;
        let base = self.state_mut().stack.current();
        remove_barrier(base);
        let (serial, older) = (base.serial, base.link);
        let link = match Piece::above(base, stubs, fp) {
            None => {
                self.heap().reserve(piece_bytes(0))?;
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
                let tier = unsafe { stubs.tier(fp.load_word()) };
                // SAFETY: as above.
                unsafe { fp.store_word(stubs.underflow(tier)) };
                self.state_mut().stack.current().link = link;
                link
            }
        };
        let continuation = self.allocate_chunk(0);
        continuation.set_link(link);
        continuation.init(
            chunk::RESUME,
            tag::fixnum(serial as i64).expect("fewer than 2^60 bases"),
        );
        continuation.init(chunk::HANDLERS, self.state().handlers.get());
        continuation.init(chunk::PARAMETERS, self.state().parameters.get());
        Ok(continuation.word())
    }

    /// Copies the only frames on the stack into a chunk that goes on at `older`.
    fn copy_piece(&self, piece: Piece, older: Link) -> Result<Link, Full> {
        self.heap()
            .reserve(piece_bytes(piece.words) + piece_bytes(0))?;
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
        self.heap().reserve(bytes.sum::<usize>() + piece_bytes(0))?;
        let outermost_first = pieces.iter().rev();
        Ok(outermost_first.fold(older, |link, &piece| self.copied(piece, link)))
    }

    /// A copy of frames on the stack, which goes on at `older`; the memory was reserved.
    fn copied(&self, piece: Piece, older: Link) -> Link {
        let made = self.allocate_chunk(piece.words);
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

    fn allocate_chunk(&self, frame_words: usize) -> Chunk {
        let header = chunk_header(frame_words);
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
    pub(crate) fn set_continuation(&mut self, continuation: u64) {
        let continuation = Chunk::of(continuation);
        let link = continuation.link();
        self.state()
            .handlers
            .set(continuation.field(chunk::HANDLERS));
        self.state()
            .parameters
            .set(continuation.field(chunk::PARAMETERS));
        let base = self.state_mut().stack.current();
        base.barrier = None;
        base.link = link;
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

const fn piece_bytes(words: usize) -> usize {
    (chunk_size(words) as usize + 1).next_multiple_of(2) * WORD_BYTES
}
