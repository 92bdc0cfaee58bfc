//! The mutator: a heap, a stack, and the state of the program that runs on them.
//!
//! Host procedures take the mutator that keeps them. So mutator and state stand in one file.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use abi::native::Tier;
use abi::tag;
use gc::{Address, Arena, Brand, Charge, ObjectModel as _};
use loader::{LinkedBytes, Placement, Registry};

use crate::ending::{HostError, VmError};
use crate::environments::Environments;
use crate::externals::Externals;
use crate::hooks::Frontend;
use crate::host_procedures::HostProcedures;
use crate::native::Context;
use crate::native_parts::{GradualSwitch, LinkRefusal, WaitingParts};
use crate::object::symbol_table::SymbolTable;
use crate::port::open_files::OpenFiles;
use crate::return_word::StubWords;
use crate::samples::LastSample;
use crate::stack::Stack;
use crate::value::Value;

/// Scheme, as the collector sees it: see [`crate::object_model`].
#[derive(Debug)]
pub(crate) enum SchemeModel {}

/// A thread of Scheme, with its heap. `'id` tells one heap from another.
///
/// Values borrow from `&Mutator`; whatever may collect or run Scheme takes `&mut Mutator`.
#[derive(Debug)]
#[repr(transparent)]
pub struct Mutator<'id> {
    heap: gc::Mutator<SchemeModel>,
    brand: PhantomData<Brand<'id>>,
}

impl Mutator<'_> {
    pub(crate) const fn over(heap: gc::Mutator<SchemeModel>) -> Self {
        Self {
            heap,
            brand: PhantomData,
        }
    }

    /// The collector's side of this mutator.
    #[inline(always)]
    pub(crate) const fn heap(&self) -> &gc::Mutator<SchemeModel> {
        &self.heap
    }

    /// Whether `value` is an object that no collection has seen.
    #[inline]
    pub(crate) fn is_young(&self, value: Value<'_>) -> bool {
        SchemeModel::reference(value.word()).is_some_and(|object| self.heap.is_young(object))
    }

    /// The collector's side of this mutator, to collect.
    #[inline(always)]
    pub(crate) const fn heap_mut(&mut self) -> &mut gc::Mutator<SchemeModel> {
        &mut self.heap
    }

    #[inline(always)]
    pub(crate) const fn state(&self) -> &State {
        self.heap.state()
    }

    // Registers of the control primitives

    /// The list of entered `dynamic-wind`s.
    pub fn winders(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { self.register(&self.state().native.winders) }
    }

    /// Replaces the list of entered `dynamic-wind`s.
    pub fn set_winders(&self, value: Value<'_>) {
        self.state().native.winders.set(value.word());
    }

    /// The stack of exception handlers.
    pub fn handlers(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { self.register(&self.state().native.handlers) }
    }

    /// Replaces the stack of exception handlers.
    pub fn set_handlers(&self, value: Value<'_>) {
        self.state().native.handlers.set(value.word());
    }

    /// The bindings of parameters.
    pub fn parameters(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { self.register(&self.state().native.parameters) }
    }

    /// Replaces the bindings of parameters.
    pub fn set_parameters(&self, value: Value<'_>) {
        self.state().native.parameters.set(value.word());
    }

    /// The value in a register.
    ///
    /// # Safety
    ///
    /// The collector knows the register as a root.
    #[expect(clippy::unused_self, reason = "what is read borrows from the mutator")]
    unsafe fn register(&self, register: &Cell<u64>) -> Value<'_> {
        // SAFETY: a root, by the contract of this function, and so up to date.
        unsafe { Value::from_word(register.get()) }
    }

    /// The live object that evaluated forms name by this number.
    pub fn external(&self, number: usize) -> Option<Value<'_>> {
        let word = self.state().externals.borrow().get(number)?;
        // SAFETY: the externals are roots, and so up to date.
        Some(unsafe { Value::from_word(word) })
    }

    /// The command line of the program.
    pub fn command_line(&self) -> &[String] {
        &self.state().command_line
    }

    /// Notes that the program has asked for something that may be otherwise the next time: a file, a variable of the
    /// process, a clock, input.
    pub(crate) fn note_look_outside(&self) {
        self.state().has_looked_outside.set(true);
    }

    /// Whether the program has asked for such a thing since this was asked before.
    pub fn take_look_outside(&self) -> bool {
        self.state().has_looked_outside.take()
    }

    /// What the heap did so far.
    pub fn statistics(&self) -> gc::Statistics {
        self.heap.statistics()
    }
}

/// A procedure of the embedder. It reads [`Mutator::argument`] and calls [`Mutator::set_result`].
pub type HostClosure = Box<dyn FnMut(&mut Mutator<'_>) -> Result<(), HostError>>;

/// The state of a mutator.
#[repr(C)]
pub(crate) struct State {
    /// What native code knows of; some of it may be roots.
    pub(crate) native: Context,
    // Roots: words that the collector updates.
    /// List of the ports 0, 1 and 2.
    pub(crate) standard_ports: Cell<u64>,
    /// The type of record types, once there is one.
    pub(crate) record_type_type: Cell<u64>,
    /// What the last run or host procedure gave.
    pub(crate) result: Cell<u64>,
    /// The continuation that an escape leads to, and the list of values for it.
    pub(crate) escape: [Cell<u64>; 2],
    /// Live objects that evaluated forms name by number.
    pub(crate) externals: RefCell<Externals>,
    /// The arguments of all host procedures that run, the innermost one's last.
    pub(crate) host_arguments: Vec<u64>,
    /// The stack: its frames hold roots.
    pub(crate) stack: Stack,

    // Weak roots: words that the collector updates, and that keep nothing.
    /// Interned symbols. Those that name a global variable with a value are roots.
    pub(crate) symbols: SymbolTable,
    /// Procedures of the embedder.
    pub(crate) host_procedures: RefCell<HostProcedures<HostClosure>>,
    /// The objects of environments.
    pub(crate) environments: RefCell<Environments>,
    /// The files that ports have open.
    pub(crate) open_files: RefCell<OpenFiles>,

    // The rest has no roots.
    /// How many of `host_arguments` belong to outer host procedures.
    pub(crate) host_arguments_start: usize,
    /// In tests, an interrupt comes with this question of long work whether to go on, from 1.
    #[cfg(test)]
    pub(crate) interrupted_question: Cell<u32>,
    /// Where the machine stands while it runs a leaf primitive: pc and frame pointer.
    pub(crate) running: Cell<(Address, Address)>,
    /// Why the run that is ending ends.
    pub(crate) ending: RefCell<Option<VmError>>,
    /// The serial number of the base whose host procedure made a run that was interrupted: unless the procedure
    /// has a result all the same, the base ends too.
    pub(crate) interrupted_base: Option<u64>,
    /// A panic has cut a run short: its frames are gone, and what it was doing was left half done.
    pub(crate) is_broken: bool,
    /// Return words of the stubs.
    pub(crate) stubs: StubWords,
    /// Loaded images.
    pub(crate) registry: Registry,
    /// How images get to their place.
    pub(crate) placement: Placement,
    /// Where images are kept as files.
    pub(crate) image_directory: Option<PathBuf>,
    /// Which procedures of images are entered as native code.
    pub(crate) tier: Tier,
    /// Native parts that were sent.
    pub(crate) waiting_parts: Arc<WaitingParts>,
    /// What became of those that were sent before.
    pub(crate) native_links: Vec<Result<LinkedBytes, LinkRefusal>>,
    /// How many frames of bytecode have gone on natively in a loop.
    pub(crate) entered_loops: Cell<u64>,
    /// What others learn of where the machine is.
    pub(crate) last_sample: Arc<LastSample>,
    /// For tests: how procedures begin to enter native code that was linked.
    pub(crate) gradual_switch: Option<GradualSwitch>,
    /// The compiler.
    pub(crate) frontend: Option<Box<dyn Frontend>>,
    /// For what the compiler keeps.
    pub(crate) frontend_charge: Option<Charge>,
    /// The program's name and its arguments.
    pub(crate) command_line: Vec<String>,
    /// Whether the program has asked for something outside the heap.
    pub(crate) has_looked_outside: Cell<bool>,
    /// The limit that was set on the heap, in bytes, for messages.
    pub(crate) heap_bytes_max: usize,
    /// Tells the handles of this heap from those of others.
    pub(crate) owner: Arc<()>,
}

impl State {
    pub(crate) fn new(arena: &Arc<Arena>, stack: Stack, native: Context, stubs: StubWords) -> Self {
        let register = || Cell::new(tag::NULL);
        Self {
            native,
            standard_ports: register(),
            record_type_type: Cell::new(tag::FALSE),
            result: Cell::new(tag::UNSPECIFIED),
            escape: [Cell::new(tag::FALSE), Cell::new(tag::FALSE)],
            externals: RefCell::default(),
            host_arguments: Vec::new(),
            stack,
            symbols: SymbolTable::default(),
            host_procedures: RefCell::default(),
            environments: RefCell::default(),
            open_files: RefCell::default(),
            host_arguments_start: 0,
            #[cfg(test)]
            interrupted_question: Cell::new(0),
            running: Cell::new((Address::new(0), Address::new(0))),
            ending: RefCell::default(),
            interrupted_base: None,
            is_broken: false,
            stubs,
            registry: Registry::new(Arc::clone(arena)),
            placement: Placement::default(),
            image_directory: None,
            tier: Tier::default(),
            waiting_parts: Arc::default(),
            native_links: Vec::new(),
            entered_loops: Cell::new(0),
            last_sample: Arc::default(),
            gradual_switch: None,
            frontend: None,
            frontend_charge: None,
            command_line: Vec::new(),
            has_looked_outside: Cell::new(false),
            heap_bytes_max: 0,
            owner: Arc::new(()),
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("State")
            .field("stack", &self.stack)
            .field("images", &self.registry.len())
            .finish_non_exhaustive()
    }
}
