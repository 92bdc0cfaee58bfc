//! Continuations: capture, underflow, reinstatement.
//!
//! A capture copies the frames of the running base into chunks (see [`abi::object_layout::chunk`]),
//! except for the innermost frame. The innermost frame then returns to the `underflow` stub, and
//! the base remembers where in the chunks it goes on. Frames that an earlier capture copied are in
//! chunks already, and are shared. So a capture in a loop costs a constant time, and a program may
//! return to a continuation any number of times (Hieb, Dybvig, Bruggeman: Representing control in
//! the presence of first-class continuations, 1990, with one frame split off at a time).
//!
//! Captured frames count as frames on the stack: a chain of chunks may be no longer than the stack. Each chunk
//! says what all older frames count as. So recursion through continuations is bounded, too.
//!
//! Scheme sees a chunk without frames. This chunk leads to the captured frames. In place of a
//! return word it holds the serial number of the base. It also holds the registers of handlers and
//! parameters, which a reinstatement puts back. If native code made the chunk, the chunk also holds
//! the callee-saved registers of the frame that goes on. `rbp` is not among them: the frame's place
//! determines it.

use abi::native::CAPTURING_SLOTS;
use abi::object_layout::chunk;
use abi::tag::{Header, Kind};
use gc::{Address, Full, WORD_BYTES};

use crate::chunk::{CapturedFrame, CapturedPlace, Chunk, Continuation, Link, counted_words};
use crate::frame::{FramePointer, slot_address};
use crate::frame_walk::return_word;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::return_barrier::remove_barrier;
use crate::return_word::{CodeTier, ReturnKind, ReturnWord, StubWords};
use crate::stack::Base;
use crate::value::Value;

/// Frames are put into chunks of at most so many bytes, unless one frame takes more.
const CHUNK_BYTES: usize = 8 << 10;

/// Why there is no continuation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotCaptured {
    /// The copies need a collection first.
    Full(Full),
    /// The captured frames are as many as the stack holds.
    TooDeep,
}

impl From<Full> for NotCaptured {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

/// A native frame that was just restored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativeFrame {
    /// The frame pointer of its callee, where the return word that leads into it stands.
    pub(crate) callee: FramePointer,
    /// Its own.
    pub(crate) top: FramePointer,
}

/// A run of frames on the stack that goes into one chunk: made by walks over the base that runs.
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
    fn above(base: &Base, stubs: StubWords, fp: FramePointer) -> Option<Self> {
        let first = return_word(base, stubs, fp)?;
        let mut piece = Self {
            first: CapturedFrame {
                resume: first.address().word(),
                words: first.words(),
            },
            tier: first.tier(),
            start: fp.address().offset_bytes(WORD_BYTES),
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
    #[inline(always)]
    fn outermost(self) -> FramePointer {
        // SAFETY: a frame ends with its return word; those of a piece are on the stack.
        unsafe { FramePointer::new(self.start.offset_words(self.words - 1)) }
    }
}

impl Mutator<'_> {
    /// Captures the continuation of the frame at `fp`, which runs on the current base, in this tier. A
    /// native frame has saved the registers of the frame above, see [`CAPTURING_SLOTS`].
    ///
    /// # Safety
    ///
    /// So it is.
    ///
    /// # Errors
    ///
    /// [`NotCaptured`].
    #[inline]
    pub(crate) unsafe fn capture(
        &mut self,
        fp: FramePointer,
        tier: CodeTier,
    ) -> Result<Live, NotCaptured> {
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
        // SAFETY: the frame is of this tier, by the contract of this function.
        Ok(unsafe { self.allocate_continuation(fp, tier, link) })
    }

    /// As [`Self::capture`] of a native frame, where it has at most one frame of native code to copy;
    /// `None` if not. Never panics.
    ///
    /// # Safety
    ///
    /// As for [`Self::capture`].
    #[inline(always)]
    pub(crate) unsafe fn capture_native_frame(
        &mut self,
        fp: FramePointer,
    ) -> Result<Option<Live>, NotCaptured> {
        let stubs = self.state().stubs;
        let Some(base) = self.state_mut().stack.bases.last() else {
            return Ok(None);
        };
        if base.barrier.is_some() {
            return Ok(None);
        }
        let older = base.link;
        let resume = fp.return_word();
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
                start: fp.address().offset_bytes(WORD_BYTES),
                words,
                is_last: true,
            };
            // The first frame of a base is bytecode.
            let end = piece.outermost().return_word();
            if end != stubs.underflow(CodeTier::Native) {
                return Ok(None);
            }
            self.copy_piece(fp, piece, older)?
        };
        // SAFETY: a native frame, by the contract of this function.
        Ok(Some(unsafe {
            self.allocate_continuation(fp, CodeTier::Native, link)
        }))
    }

    /// Copies the only frames on the stack, those above `fp`, into a chunk that goes on at `older`.
    #[inline(always)]
    fn copy_piece(
        &mut self,
        fp: FramePointer,
        piece: Piece,
        older: Link,
    ) -> Result<Link, NotCaptured> {
        let older_words = older.counted_words();
        self.check_depth(older_words + counted_words(piece.words))?;
        self.heap()
            .reserve(piece_bytes(piece.words) + CONTINUATION_BYTES_MAX)?;
        let link = self.copied(piece, older, older_words);
        self.let_underflow(fp, piece.tier, link);
        Ok(link)
    }

    /// Copies all frames on the stack, those above `fp`, of which the first piece is known, into chunks;
    /// the last goes on at `older`.
    #[cold]
    #[inline(never)]
    fn copy_pieces(
        &mut self,
        fp: FramePointer,
        first: Piece,
        older: Link,
    ) -> Result<Link, NotCaptured> {
        let stubs = self.state().stubs;
        let base = &*self.state_mut().stack.current();
        let mut pieces = vec![first];
        while let Some(last) = pieces.last().filter(|last| !last.is_last)
            && let Some(piece) = Piece::above(base, stubs, last.outermost())
        {
            pieces.push(piece);
        }
        let counted = pieces.iter().map(|piece| counted_words(piece.words));
        self.check_depth(older.counted_words() + counted.sum::<usize>())?;
        let bytes = pieces.iter().map(|piece| piece_bytes(piece.words));
        self.heap()
            .reserve(bytes.sum::<usize>() + CONTINUATION_BYTES_MAX)?;
        let outermost_first = pieces.iter().rev();
        let link = outermost_first.fold(older, |link, &piece| {
            self.copied(piece, link, link.counted_words())
        });
        self.let_underflow(fp, first.tier, link);
        Ok(link)
    }

    /// Whether there may be captured frames that count as so many words of stack.
    #[inline(always)]
    fn check_depth(&self, counted_words: usize) -> Result<(), NotCaptured> {
        if counted_words > self.state().stack.captured_words_max() {
            return Err(NotCaptured::TooDeep);
        }
        Ok(())
    }

    /// Lets the frame at `fp`, of this tier, return into captured frames.
    #[inline(always)]
    fn let_underflow(&mut self, fp: FramePointer, tier: CodeTier, link: Link) {
        let word = self.state().stubs.underflow(tier);
        // SAFETY: the frames above were copied, and the base goes on at the copies.
        unsafe { fp.set_return_word(word) };
        if let Some(base) = self.state_mut().stack.bases.last_mut() {
            base.link = link;
        }
    }

    /// A chunk with so many words after its prefix, of which `frame_words` are frames.
    #[inline(always)]
    fn allocate_chunk(&self, frame_words: usize, words: u64) -> Chunk {
        let header = Header::new(Kind::Chunk, chunk::PREFIX_WORDS + words);
        let memory = self.heap().allocate(header.object_bytes() as usize);
        // SAFETY: the memory was allocated right now, for an object of this header.
        unsafe { Chunk::format(memory, header, frame_words) }
    }

    /// A copy of frames on the stack, which goes on at `older`; what is there counts as so many words of stack.
    /// The memory was reserved.
    #[inline(always)]
    fn copied(&self, piece: Piece, older: Link, older_words: usize) -> Link {
        let made = self.allocate_chunk(piece.words, piece.words as u64);
        // SAFETY: the chunk is new; it has the fields of the prefix, and a word for each of the frames'.
        unsafe {
            made.init_link(older, older_words);
            made.init(chunk::RESUME, piece.first.resume);
            made.init(chunk::FIRST_WORDS, Value::count(piece.first.words).word());
        }
        for index in 0..piece.words {
            // SAFETY: a word of a suspended frame on the stack.
            let word = unsafe { piece.start.offset_words(index).load_word() };
            // SAFETY: the chunk is new, and has so many words.
            unsafe { made.init(chunk::FRAMES + index * WORD_BYTES, word) };
        }
        Link::to(made)
    }

    /// The continuation of the frame at `fp`, which runs on the current base, in this tier, and returns
    /// into the captured frames at `link`. The memory was reserved.
    ///
    /// # Safety
    ///
    /// As for [`Self::capture`].
    #[inline(always)]
    unsafe fn allocate_continuation(&self, fp: FramePointer, tier: CodeTier, link: Link) -> Live {
        let words = match tier {
            CodeTier::Bytecode => chunk::REGISTER_WORDS,
            CodeTier::Native => chunk::NATIVE_REGISTER_WORDS,
        };
        let made = self.allocate_chunk(0, words);
        let context = &self.state().native;
        // SAFETY: the chunk is new; it has the fields of the prefix and these registers.
        unsafe {
            made.init_link(link, 0);
            made.init(chunk::RESUME, context.base_serial.get());
            made.init(chunk::FIRST_WORDS, Value::count(0).word());
            made.init(chunk::HANDLERS, context.handlers.get());
            made.init(chunk::PARAMETERS, context.parameters.get());
        }
        if tier == CodeTier::Native {
            // One word at a time: wider copies would wait for the stores.
            for (index, &slot) in CAPTURING_SLOTS.iter().enumerate() {
                // SAFETY: the native frame has saved the register in this slot, by the contract of this
                // function.
                let register = unsafe { slot_address(fp.address(), slot).load_word() };
                // SAFETY: the chunk is new, and has a word for each of these registers.
                unsafe { made.init(chunk::NATIVE_REGISTERS + index * WORD_BYTES, register) };
            }
        }
        made.live()
    }

    /// Copies the next older captured frame of the current base to the base's top, and lets it
    /// return to what comes after it; `None` if the base ends.
    #[inline(always)]
    pub(crate) fn restore_frame(&mut self) -> Option<CapturedFrame> {
        let base = self.state_mut().stack.current();
        let (link, top) = (base.link, base.top);
        let from = link.place()?;
        let frame = from.chunk.frame_at(from.offset);
        let last = self.copy_back(from, frame, top);
        let stubs = self.state().stubs;
        if stubs.kind(last) == ReturnKind::Code {
            // SAFETY: the return word of the captured frame, which the chunk keeps.
            let tier = unsafe { stubs.tier(last) };
            // SAFETY: the frame just copied is on the stack, and the base goes on at what comes after it.
            unsafe { top.set_return_word(stubs.underflow(tier)) };
        }
        Some(frame)
    }

    /// Resumes the continuation at an address, one of native code and of the current base, if the frame
    /// that goes on is one of native code and the innermost of its chunk; `None`, and nothing is done, if
    /// not. Never panics.
    #[inline(always)]
    pub(crate) fn resume_native_frame(
        &mut self,
        continuation: Continuation,
    ) -> Option<NativeFrame> {
        let link = continuation.link();
        let stubs = self.state().stubs;
        let is_in_headroom = self.state().stack.in_headroom;
        let from = link.place()?;
        if from.offset != 0 || is_in_headroom {
            return None;
        }
        let frame = from.chunk.frame_at(0);
        let end = from.chunk.word(frame.words - 1);
        let is_first = end == stubs.underflow(CodeTier::Native);
        if !is_first || frame.resume == stubs.return_to_bytecode() {
            return None;
        }
        let base = self.state_mut().stack.bases.last_mut()?;
        base.barrier = None;
        let top = base.top;
        self.copy_back(from, frame, top);
        self.restore_registers(continuation);
        // The callee's return word, right below the frame.
        let callee = top
            .address()
            .offset_bytes((frame.words * WORD_BYTES).wrapping_neg());
        // SAFETY: there is room below frames of the stack.
        unsafe { callee.store_word(frame.resume) };
        // SAFETY: the return word was just written; it leads into the frame just copied.
        let callee = unsafe { FramePointer::new(callee) };
        Some(NativeFrame { callee, top })
    }

    /// Copies a captured frame, which is at `from`, to `top`, and makes the current base go on after it. Answers the
    /// frame's return word, as it was captured.
    #[inline(always)]
    fn copy_back(&mut self, from: CapturedPlace, frame: CapturedFrame, top: FramePointer) -> u64 {
        let lowest = top
            .address()
            .offset_bytes(((frame.words - 1) * WORD_BYTES).wrapping_neg());
        // SAFETY: the base's frames start at its top, and the captured frame stood there.
        let last = unsafe { from.chunk.copy_words(from.offset, frame.words, lowest) };
        if let Some(base) = self.state_mut().stack.bases.last_mut() {
            base.link = Link::into_frame_at(from.chunk, from.offset + frame.words);
        }
        last
    }

    /// Makes the current base go on at `continuation`, which belongs to it, with its registers; what kind
    /// of code goes on.
    #[inline]
    pub(crate) fn set_continuation(&mut self, continuation: Continuation) -> CodeTier {
        let link = continuation.link();
        self.restore_registers(continuation);
        let registers = continuation.native_registers();
        self.state().native.reinstated.set(registers);
        let base = self.state_mut().stack.current();
        base.barrier = None;
        base.link = link;
        match registers {
            Some(_) => CodeTier::Native,
            None => CodeTier::Bytecode,
        }
    }

    /// Puts the registers of handlers and parameters back.
    #[inline(always)]
    fn restore_registers(&self, continuation: Continuation) {
        let context = &self.state().native;
        let [handlers, parameters] = continuation.registers();
        context.handlers.set(handlers.bits());
        context.parameters.set(parameters.bits());
    }
}

/// The return word that leads into the captured frame at `link`; `None` if there is none.
#[inline(always)]
pub(crate) fn next_captured(link: Link) -> Option<ReturnWord> {
    let place = link.place()?;
    let frame = place.chunk.frame_at(place.offset);
    // SAFETY: the words that lead into captured frames are return words of code that the chunk
    // keeps; it is reachable from the base.
    Some(unsafe { frame.return_word() })
}

const CONTINUATION_BYTES_MAX: usize = piece_bytes(chunk::NATIVE_REGISTER_WORDS as usize);

const fn piece_bytes(words: usize) -> usize {
    (chunk::PREFIX_WORDS as usize + words + 1).next_multiple_of(2) * WORD_BYTES
}
