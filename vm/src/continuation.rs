//! Continuations: capture, underflow, reinstatement.
//!
//! A capture copies the frames of the running base into chunks (see [`abi::object_layout::chunk`]),
//! except for the innermost frame. The innermost frame then returns to the `underflow` stub, and
//! the base remembers where in the chunks it goes on. Frames that an earlier capture copied are in
//! chunks already, and are shared. So a capture in a loop costs a constant time, and a program may
//! return to a continuation any number of times (Hieb, Dybvig, Bruggeman: Representing control in
//! the presence of first-class continuations, 1990, with one frame split off at a time).
//!
//! Scheme sees a chunk without frames. This chunk leads to the captured frames. In place of a
//! return word it holds the serial number of the base. It also holds the registers of handlers and
//! parameters, which a reinstatement puts back. If native code made the chunk, the chunk also holds
//! the callee-saved registers of the frame that goes on. `rbp` is not among them: the frame's place
//! determines it.

use abi::native::CAPTURING_SLOTS;
use abi::object_layout::chunk;
use abi::tag::{self, Header, Kind};
use gc::{Address, Full, WORD_BYTES};

use crate::frame_walk::{remove_barrier, return_word, slot_address};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::stack::{Base, Link};
use crate::stubs::{CodeTier, ReturnKind, ReturnWord, StubWords};
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

    #[inline(always)]
    fn frame_words(self) -> usize {
        tag::fixnum_value(self.field(chunk::FRAME_WORDS)) as usize
    }

    /// The frame that starts so many words from the first.
    #[inline(always)]
    fn frame_at(self, offset: usize) -> CapturedFrame {
        if offset == 0 {
            return CapturedFrame {
                resume: self.field(chunk::RESUME),
                words: tag::fixnum_value(self.field(chunk::FIRST_WORDS)) as usize,
            };
        }
        let resume = self.field(chunk::FRAMES + (offset - 1) * WORD_BYTES);
        // SAFETY: the words that lead into captured frames are return words of code that the chunk
        // keeps.
        let words = unsafe { ReturnWord::new(resume) }.words();
        CapturedFrame { resume, words }
    }

    #[inline(always)]
    fn word(self) -> u64 {
        self.0.word() | tag::TAG_OBJECT
    }
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
        // SAFETY: passed on to the caller.
        unsafe { ReturnWord::new(self.resume) }
    }
}

/// A native frame that was just restored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativeFrame {
    /// The frame pointer of its callee, where the return word that leads into it stands.
    pub(crate) callee: Address,
    /// Its own.
    pub(crate) top: Address,
}

/// A run of frames on the stack that goes into one chunk.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// The innermost of them.
    first: CapturedFrame,
    /// What kind of code returns into it.
    tier: CodeTier,
    /// The lowest word of the frames.
    start: Address,
    words: usize,
    /// No older frame lies on the stack.
    is_last: bool,
}

impl Piece {
    /// The first frames older than the one at `fp`, if any lie on the stack.
    #[inline(always)]
    fn above(base: &Base, stubs: StubWords, fp: Address) -> Option<Self> {
        let first = return_word(base, stubs, fp)?;
        let mut piece = Self {
            first: CapturedFrame {
                resume: first.address().word(),
                words: first.words(),
            },
            tier: first.tier(),
            start: fp.offset_bytes(WORD_BYTES),
            words: first.words(),
            is_last: false,
        };
        while let Some(word) = return_word(base, stubs, piece.outermost()) {
            let words = piece.words + word.words();
            if piece_bytes(words) > CHUNK_BYTES {
                return Some(piece);
            }
            piece.words = words;
        }
        Some(Self {
            is_last: true,
            ..piece
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
        let older = base.link;
        let link = match Piece::above(base, stubs, fp) {
            None => {
                self.heap().reserve(CONTINUATION_BYTES_MAX)?;
                older
            }
            // A loop of captures comes here each time.
            Some(piece) if piece.is_last => self.copy_piece(fp, piece, older)?,
            Some(piece) => self.copy_pieces(fp, piece, older)?,
        };
        Ok(self.allocate_continuation(fp, tier, link))
    }

    /// As [`Self::capture`] of a native frame, where it has at most one frame of native code to copy;
    /// `None` if not. Never panics.
    #[inline(always)]
    pub(crate) fn capture_native_frame(&mut self, fp: Address) -> Result<Option<u64>, Full> {
        let stubs = self.state().stubs;
        let Some(base) = self.state_mut().stack.bases.last() else {
            return Ok(None);
        };
        if base.barrier.is_some() {
            return Ok(None);
        }
        let older = base.link;
        // SAFETY: the return word of the running frame.
        let resume = unsafe { fp.load_word() };
        let link = if resume == stubs.underflow(CodeTier::Native) {
            self.heap().reserve(CONTINUATION_BYTES_MAX)?;
            older
        } else {
            // SAFETY: its image is kept by the frame.
            let point = unsafe { loader::native_return_at(Address::from_word(resume)) };
            let Some(words) = point.map(|point| usize::from(point.words)) else {
                return Ok(None);
            };
            let piece = Piece {
                first: CapturedFrame { resume, words },
                tier: CodeTier::Native,
                start: fp.offset_bytes(WORD_BYTES),
                words,
                is_last: true,
            };
            // SAFETY: its return word. The first frame of a base is bytecode.
            let end = unsafe { piece.outermost().load_word() };
            if end != stubs.underflow(CodeTier::Native) {
                return Ok(None);
            }
            self.copy_piece(fp, piece, older)?
        };
        Ok(Some(self.allocate_continuation(fp, CodeTier::Native, link)))
    }

    /// Copies the only frames on the stack, those above `fp`, into a chunk that goes on at `older`.
    #[inline(always)]
    fn copy_piece(&mut self, fp: Address, piece: Piece, older: Link) -> Result<Link, Full> {
        self.heap()
            .reserve(piece_bytes(piece.words) + CONTINUATION_BYTES_MAX)?;
        let link = self.copied(piece, older);
        self.let_underflow(fp, piece.tier, link);
        Ok(link)
    }

    /// Copies all frames on the stack, those above `fp`, of which the first piece is known, into chunks;
    /// the last goes on at `older`.
    #[cold]
    #[inline(never)]
    fn copy_pieces(&mut self, fp: Address, first: Piece, older: Link) -> Result<Link, Full> {
        let stubs = self.state().stubs;
        let base = &*self.state_mut().stack.current();
        let mut pieces = vec![first];
        while let Some(last) = pieces.last().filter(|last| !last.is_last)
            && let Some(piece) = Piece::above(base, stubs, last.outermost())
        {
            pieces.push(piece);
        }
        let bytes = pieces.iter().map(|piece| piece_bytes(piece.words));
        self.heap()
            .reserve(bytes.sum::<usize>() + CONTINUATION_BYTES_MAX)?;
        let outermost_first = pieces.iter().rev();
        let link = outermost_first.fold(older, |link, &piece| self.copied(piece, link));
        self.let_underflow(fp, first.tier, link);
        Ok(link)
    }

    /// Lets the frame at `fp`, of this tier, return into captured frames.
    #[inline(always)]
    fn let_underflow(&mut self, fp: Address, tier: CodeTier, link: Link) {
        let word = self.state().stubs.underflow(tier);
        // SAFETY: the return word of the running frame.
        unsafe { fp.store_word(word) };
        if let Some(base) = self.state_mut().stack.bases.last_mut() {
            base.link = link;
        }
    }

    /// A copy of frames on the stack, which goes on at `older`; the memory was reserved.
    #[inline(always)]
    fn copied(&self, piece: Piece, older: Link) -> Link {
        let made = self.allocate_chunk(piece.words, piece.words as u64);
        made.set_link(older);
        made.init(chunk::RESUME, piece.first.resume);
        made.init(chunk::FIRST_WORDS, Value::count(piece.first.words).word());
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

    /// The continuation of the frame at `fp`, which runs on the current base, in this tier, and returns
    /// into the captured frames at `link`. The memory was reserved.
    #[inline(always)]
    fn allocate_continuation(&self, fp: Address, tier: CodeTier, link: Link) -> u64 {
        let words = match tier {
            CodeTier::Bytecode => chunk::REGISTER_WORDS,
            CodeTier::Native => chunk::NATIVE_REGISTER_WORDS,
        };
        let made = self.allocate_chunk(0, words);
        made.set_link(link);
        let context = &self.state().native;
        made.init(chunk::RESUME, context.base_serial.get());
        made.init(chunk::FIRST_WORDS, Value::count(0).word());
        made.init(chunk::HANDLERS, context.handlers.get());
        made.init(chunk::PARAMETERS, context.parameters.get());
        if tier == CodeTier::Native {
            // One word at a time: wider copies would wait for the stores.
            for (index, &slot) in CAPTURING_SLOTS.iter().enumerate() {
                // SAFETY: a slot of the native frame, which saved the register there.
                let register = unsafe { slot_address(fp, slot).load_word() };
                made.init(chunk::NATIVE_REGISTERS + index * WORD_BYTES, register);
            }
        }
        made.word()
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
    /// return to what comes after it; `None` if the base ends.
    #[inline(always)]
    pub(crate) fn restore_frame(&mut self) -> Option<CapturedFrame> {
        let link = self.state_mut().stack.current().link;
        if link.chunk == tag::FALSE {
            return None;
        }
        let frame = Chunk::of(link.chunk).frame_at(link.offset);
        let top = self.state_mut().stack.current().top;
        let last = self.copy_back(link, frame, top);
        let stubs = self.state().stubs;
        if stubs.kind(last) == ReturnKind::Code {
            // SAFETY: the return word of the captured frame, which the chunk keeps.
            let tier = unsafe { stubs.tier(last) };
            // SAFETY: the return word of the frame just copied.
            unsafe { top.store_word(stubs.underflow(tier)) };
        }
        Some(frame)
    }

    /// Resumes the continuation at an address, one of native code and of the current base, if the frame
    /// that goes on is one of native code and the innermost of its chunk; `None`, and nothing is done, if
    /// not. Never panics.
    #[inline(always)]
    pub(crate) fn resume_native_frame(&mut self, continuation: Address) -> Option<NativeFrame> {
        let continuation = Chunk(continuation);
        let link = continuation.link();
        let stubs = self.state().stubs;
        let is_in_headroom = self.state().stack.in_headroom;
        if link.chunk == tag::FALSE || link.offset != 0 || is_in_headroom {
            return None;
        }
        let from = Chunk::of(link.chunk);
        let frame = from.frame_at(0);
        let end = from.field(chunk::FRAMES + (frame.words - 1) * WORD_BYTES);
        let is_first = end == stubs.underflow(CodeTier::Native);
        if !is_first || frame.resume == stubs.return_to_bytecode() {
            return None;
        }
        let base = self.state_mut().stack.bases.last_mut()?;
        base.barrier = None;
        let top = base.top;
        self.copy_back(link, frame, top);
        self.restore_registers(continuation);
        // The callee's return word, right below the frame.
        let callee = top.offset_bytes((frame.words * WORD_BYTES).wrapping_neg());
        // SAFETY: there is room below frames of the stack.
        unsafe { callee.store_word(frame.resume) };
        Some(NativeFrame { callee, top })
    }

    /// Copies a captured frame, at `link`, to `top`, and makes the current base go on after it. The
    /// frame's return word, as it was captured.
    #[inline(always)]
    fn copy_back(&mut self, link: Link, frame: CapturedFrame, top: Address) -> u64 {
        let from = Chunk::of(link.chunk);
        let lowest = top.offset_bytes(((frame.words - 1) * WORD_BYTES).wrapping_neg());
        let mut word = 0;
        for index in 0..frame.words {
            word = from.field(chunk::FRAMES + (link.offset + index) * WORD_BYTES);
            // SAFETY: the base's frames start at its top, and the captured frame stood there.
            unsafe { lowest.offset_words(index).store_word(word) };
        }
        let end = link.offset + frame.words;
        let next = if end < from.frame_words() {
            Link {
                offset: end,
                ..link
            }
        } else {
            from.link()
        };
        if let Some(base) = self.state_mut().stack.bases.last_mut() {
            base.link = next;
        }
        word
    }

    /// Makes the current base go on at `continuation`, which belongs to it, with its registers; what kind
    /// of code goes on.
    #[inline]
    pub(crate) fn set_continuation(&mut self, continuation: u64) -> CodeTier {
        let continuation = Chunk::of(continuation);
        let link = continuation.link();
        self.restore_registers(continuation);
        self.state().native.reinstated.set(continuation.0.word());
        let base = self.state_mut().stack.current();
        base.barrier = None;
        base.link = link;
        if continuation.field(0) == chunk::NATIVE_HEADER {
            CodeTier::Native
        } else {
            CodeTier::Bytecode
        }
    }

    /// Puts the registers of handlers and parameters back.
    #[inline(always)]
    fn restore_registers(&self, continuation: Chunk) {
        let context = &self.state().native;
        context.handlers.set(continuation.field(chunk::HANDLERS));
        context
            .parameters
            .set(continuation.field(chunk::PARAMETERS));
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
    let frame = Chunk::of(link.chunk).frame_at(link.offset);
    // SAFETY: the words that lead into captured frames are return words of code that the chunk
    // keeps; it is reachable from the base.
    Some(unsafe { frame.return_word() })
}

/// The base that `value` is a continuation of, if it is one.
#[inline]
pub(crate) fn continuation_base(value: Value<'_>) -> Option<u64> {
    Object::of_kind(value, Kind::Chunk)?;
    let chunk = Chunk::of(value.word());
    (chunk.frame_words() == 0).then(|| tag::fixnum_value(chunk.field(chunk::RESUME)) as u64)
}

const CONTINUATION_BYTES_MAX: usize = piece_bytes(chunk::NATIVE_REGISTER_WORDS as usize);

const fn piece_bytes(words: usize) -> usize {
    (chunk::PREFIX_WORDS as usize + words + 1).next_multiple_of(2) * WORD_BYTES
}
