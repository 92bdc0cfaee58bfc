//! The words of the mutator that native code knows, and other state between native code and Rust.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::offset_of;

use abi::native::{ARGUMENT_WORDS, CAPTURING_SLOTS, WIDE_ARGUMENT_WORDS, chunk_kind, context};
use abi::tag;
use gc::Address;
use smallvec::SmallVec;

use crate::frame::FramePointer;
use crate::live::Live;
use crate::native::next::Next;

/// The first field of the machine's state. Native code knows it up to `arguments`.
#[repr(C)]
pub(crate) struct Context {
    /// How many arguments or values there are.
    pub(crate) argument_count: Cell<u64>,
    /// A procedure header.
    pub(crate) callee: Cell<u64>,
    /// What a stub was given; the first word is what it answers, too.
    operands: [Cell<u64>; context::OPERAND_WORDS],
    /// The system stack's pointer while native code runs.
    system_stack: Cell<usize>,
    /// The stack pointer of native code while it does not run.
    scheme_stack: Cell<usize>,
    /// What `rbp` is to be in the frame that was just restored.
    pub(crate) frame_base: Cell<usize>,
    // Roots: words that the collector updates.
    /// List of entered `dynamic-wind`s.
    pub(crate) winders: Cell<u64>,
    /// Stack of exception handlers.
    pub(crate) handlers: Cell<u64>,
    /// Bindings of parameters.
    pub(crate) parameters: Cell<u64>,
    /// The serial number of the base that runs.
    pub(crate) base_serial: Cell<u64>,
    stubs: [usize; context::STUB_WORDS],
    /// Where the tail call stands that a stub makes; 0 for another call.
    pub(super) call_site: Cell<usize>,
    /// The address of `wide_arguments`.
    wide_address: usize,
    /// The first arguments and values.
    arguments: [Cell<u64>; ARGUMENT_WORDS],

    /// How many of the first `arguments` are roots: those of a slow path that collects.
    pub(crate) rooted_arguments: Cell<usize>,
    /// Where all others are, by their number. Memory is taken where it is written.
    wide_arguments: Box<[Cell<u64>]>,
    /// All values, where they are more than `wide_arguments` holds. They are received at once, and no
    /// collection sees them.
    more_values: RefCell<Vec<Live>>,
    /// The callee-saved registers of the continuation that was reinstated last, if native code made it.
    pub(crate) reinstated: Cell<Option<[u64; CAPTURING_SLOTS.len()]>>,
    /// The address behind the return word that the barrier of the base that runs replaced, and that word:
    /// for unwinders.
    pub(crate) barrier: [Cell<u64>; 2],
    /// How the driver goes on after a slow path that does not return.
    pub(crate) next: Cell<Option<Next>>,
    /// The panic of a slow path, on its way past native code.
    pub(crate) panic: RefCell<Option<Box<dyn Any + Send>>>,
}

const _: () = {
    assert!(offset_of!(Context, argument_count) == 0);
    assert!(offset(offset_of!(Context, callee)) == context::CALLEE);
    assert!(offset(offset_of!(Context, operands)) == context::OPERANDS);
    assert!(offset(offset_of!(Context, system_stack)) == context::SYSTEM_STACK);
    assert!(offset(offset_of!(Context, scheme_stack)) == context::SCHEME_STACK);
    assert!(offset(offset_of!(Context, frame_base)) == context::FRAME_BASE);
    assert!(offset(offset_of!(Context, winders)) == context::WINDERS);
    assert!(offset(offset_of!(Context, handlers)) == context::HANDLERS);
    assert!(offset(offset_of!(Context, parameters)) == context::PARAMETERS);
    assert!(offset(offset_of!(Context, base_serial)) == context::BASE_SERIAL);
    assert!(offset(offset_of!(Context, call_site)) == context::CALL_SITE);
    assert!(offset(offset_of!(Context, wide_address)) == context::WIDE_ARGUMENTS);
    assert!(offset(offset_of!(Context, stubs)) == context::STUBS);
    assert!(offset(offset_of!(Context, arguments)) == context::ARGUMENTS);
    assert!(offset(offset_of!(Context, rooted_arguments)) as usize == context::CONTEXT_BYTES);
};

const _: () = {
    assert!(gc::CHUNK_BYTES == 1 << chunk_kind::CHUNK_SHIFT);
    assert!(gc::ChunkKind::Free as u8 == chunk_kind::NURSERY);
    assert!(gc::ChunkKind::Old as u8 == chunk_kind::OLD);
    assert!(gc::ChunkKind::LargeYoung as u8 == chunk_kind::LARGE_YOUNG);
};

/// From the mutator to the field at `offset` of the context, whose first field is the number of arguments.
const fn offset(offset: usize) -> i32 {
    context::ARGUMENT_COUNT + offset as i32
}

/// From the mutator to the first word of [`Context::barrier`].
pub(super) const BARRIER: i32 = offset(offset_of!(Context, barrier));

impl Context {
    /// The context, with the addresses of the stubs.
    pub(crate) fn new(stubs: [usize; context::STUB_WORDS]) -> Self {
        let wide_arguments = Box::new_zeroed_slice(WIDE_ARGUMENT_WORDS);
        // SAFETY: zero is a word.
        let wide_arguments: Box<[Cell<u64>]> = unsafe { wide_arguments.assume_init() };
        Self {
            argument_count: Cell::new(0),
            callee: Cell::new(0),
            operands: [const { Cell::new(0) }; context::OPERAND_WORDS],
            system_stack: Cell::new(0),
            scheme_stack: Cell::new(0),
            frame_base: Cell::new(0),
            winders: Cell::new(tag::NULL),
            handlers: Cell::new(tag::NULL),
            parameters: Cell::new(tag::NULL),
            base_serial: Cell::new(0),
            call_site: Cell::new(0),
            wide_address: wide_arguments.as_ptr().expose_provenance(),
            stubs,
            arguments: [const { Cell::new(0) }; ARGUMENT_WORDS],
            wide_arguments,
            rooted_arguments: Cell::new(0),
            more_values: RefCell::default(),
            reinstated: Cell::new(None),
            barrier: [const { Cell::new(0) }; 2],
            next: Cell::new(None),
            panic: RefCell::default(),
        }
    }

    /// The first operand.
    pub(crate) fn operand(&self) -> &Cell<u64> {
        &self.operands[0]
    }

    /// Where the stack pointer of native code stood when a stub left it.
    #[inline(always)]
    pub(crate) const fn scheme_stack(&self) -> Address {
        Address::new(self.scheme_stack.get())
    }

    /// Where the return word stands that native code pushed when it called the stub that it waits for.
    #[inline(always)]
    pub(crate) const fn waiting(&self) -> FramePointer {
        // SAFETY: stubs write the place when they leave native code, and native code's frames stay where
        // they are while it waits: slow paths run then only.
        unsafe { FramePointer::new(self.scheme_stack()) }
    }

    /// Argument or value `index`: [`context::argument_place`].
    pub(crate) fn argument(&self, index: usize) -> &Cell<u64> {
        match self.arguments.get(index) {
            Some(place) => place,
            None => &self.wide_arguments[index],
        }
    }

    /// Argument or value `index`, as native code left it there.
    ///
    /// # Safety
    ///
    /// Native code has passed so many, and nothing was collected since.
    pub(crate) unsafe fn live_argument(&self, index: usize) -> Live {
        // SAFETY: native code leaves values there, by the contract of this function.
        unsafe { Live::read(self.argument(index)) }
    }

    /// The first `count` arguments.
    ///
    /// # Safety
    ///
    /// As for [`Self::live_argument`].
    pub(crate) unsafe fn arguments(&self, count: usize) -> SmallVec<[Live; 8]> {
        // SAFETY: native code has passed so many, by the contract of this function.
        (0..count)
            .map(|index| unsafe { self.live_argument(index) })
            .collect()
    }

    /// Where the first `count` arguments are.
    pub(crate) fn places(&self, count: usize) -> impl DoubleEndedIterator<Item = &Cell<u64>> {
        (0..count).map(|index| self.argument(index))
    }

    /// The arguments that are roots now.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &Cell<u64>> {
        self.places(self.rooted_arguments.get())
    }

    /// Puts values where code that takes any number of them looks.
    pub(crate) fn set_values(&self, values: &[Live]) {
        self.argument_count.set(values.len() as u64);
        for (place, &value) in self.places(WIDE_ARGUMENT_WORDS).zip(values) {
            place.set(value.bits());
        }
        let mut more = self.more_values.borrow_mut();
        more.clear();
        if values.len() > WIDE_ARGUMENT_WORDS {
            more.extend(values);
        }
    }

    /// What [`Self::set_values`] put there, or native code, to be received.
    ///
    /// # Safety
    ///
    /// Nothing was collected since.
    pub(crate) unsafe fn values(&self) -> Vec<Live> {
        let count = self.argument_count.get() as usize;
        if count > WIDE_ARGUMENT_WORDS {
            return self.more_values.borrow().clone();
        }
        // SAFETY: so many values were left, and nothing was collected since, by the contract of this
        // function.
        unsafe { self.arguments(count) }.to_vec()
    }
}
