//! The state of a mutator beside its heap: registers, tables, the stack.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;

use abi::native::Tier;
use abi::tag;
use gc::{Address, Arena, Scope, Slot, Visitor};
use loader::{Placement, Registry};

use crate::externals::Externals;
use crate::frame_walk::{Extent, FramePointer, pass_barrier, renew_barrier, trace_base};
use crate::hooks::{Frontend, HostProcedure};
use crate::native::Context;
use crate::object::symbol::SymbolTable;
use crate::run::VmError;
use crate::stack::Stack;
use crate::stubs::{ReturnWord, StubWords};

/// The state of a mutator.
#[repr(C)]
pub(crate) struct State {
    /// What native code knows of; some of it may be roots.
    pub(crate) native: Context,
    // Roots: words that the collector updates.
    /// List of the ports 0, 1 and 2.
    pub(crate) standard_ports: Cell<u64>,
    /// List of the ports to flush at the end.
    pub(crate) open_ports: Cell<u64>,
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
    /// Interned symbols.
    pub(crate) symbols: SymbolTable,
    /// The stack: its frames hold roots.
    pub(crate) stack: Stack,

    // The rest has no roots.
    /// How many of `host_arguments` belong to outer host procedures.
    pub(crate) host_arguments_start: usize,
    /// Where the machine stands while it runs a leaf primitive: pc and frame pointer.
    pub(crate) running: Cell<(Address, Address)>,
    /// Why the run that is ending ends.
    pub(crate) ending: RefCell<Option<VmError>>,
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
    /// The compiler.
    pub(crate) frontend: Option<Box<dyn Frontend>>,
    /// Procedures of the embedder, by number.
    pub(crate) host_procedures: Vec<(Box<str>, HostProcedure)>,
    /// The program's name and its arguments.
    pub(crate) command_line: Vec<String>,
    /// The limit that was set on the heap, in bytes, for messages.
    pub(crate) heap_bytes_max: usize,
    /// Tells the handles of this heap from those of others.
    pub(crate) owner: Arc<()>,
}

impl State {
    pub(crate) fn new(arena: &Arc<Arena>, stack: Stack) -> Self {
        let register = || Cell::new(tag::NULL);
        Self {
            native: Context::new(),
            standard_ports: register(),
            open_ports: register(),
            record_type_type: Cell::new(tag::FALSE),
            result: Cell::new(tag::UNSPECIFIED),
            escape: [Cell::new(tag::FALSE), Cell::new(tag::FALSE)],
            externals: RefCell::default(),
            host_arguments: Vec::new(),
            symbols: SymbolTable::default(),
            stack,
            host_arguments_start: 0,
            running: Cell::new((Address::new(0), Address::new(0))),
            ending: RefCell::default(),
            is_broken: false,
            stubs: StubWords::new(),
            registry: Registry::new(Arc::clone(arena)),
            placement: Placement::default(),
            image_directory: None,
            tier: Tier::default(),
            frontend: None,
            host_procedures: Vec::new(),
            command_line: Vec::new(),
            heap_bytes_max: 0,
            owner: Arc::new(()),
        }
    }

    /// The words that are roots by themselves: all but symbols and the stack.
    fn registers(&self) -> [&Cell<u64>; 9] {
        let [continuation, values] = &self.escape;
        [
            &self.native.winders,
            &self.native.handlers,
            &self.native.parameters,
            &self.standard_ports,
            &self.open_ports,
            &self.record_type_type,
            &self.result,
            continuation,
            values,
        ]
    }

    /// Shows `visitor` every root, and renews the barriers of the stack.
    pub(crate) fn trace<V: Visitor>(&mut self, scope: Scope, visitor: &mut V) {
        for register in self.registers().into_iter().chain(self.native.roots()) {
            let mut word = register.get();
            visitor.slot(Slot::of(&mut word));
            register.set(word);
        }
        let externals = self.externals.get_mut().words_mut();
        for word in externals.chain(&mut self.host_arguments) {
            visitor.slot(Slot::of(word));
        }
        // Interned symbols are never young.
        if scope == Scope::Full {
            self.symbols.trace(visitor);
        }
        let extent = match scope {
            Scope::Minor => Extent::Barrier,
            Scope::Full => Extent::Base,
        };
        for base in &mut self.stack.bases {
            // SAFETY: the collector writes the chunk's new address there.
            visitor.slot(Slot::of(unsafe { base.link.root_mut() }));
            for word in &mut base.saved {
                visitor.slot(Slot::of(word));
            }
            trace_base(base, self.stubs, extent, visitor);
            renew_barrier(base, self.stubs);
        }
        self.note_barrier();
        if scope == Scope::Full {
            self.stack.discard_unused();
        }
    }

    /// Takes the barrier of the base that runs away, through which the frame at `fp` is returning, and puts
    /// one up some older frame. The original return word.
    pub(crate) fn pass_barrier(&mut self, fp: FramePointer) -> ReturnWord {
        let word = pass_barrier(self.stack.current(), self.stubs, fp);
        self.note_barrier();
        word
    }

    /// Tells unwinders where the barrier of the base that runs stands. They believe it of the return word
    /// before that place only, which says itself whether it is a barrier's.
    pub(crate) fn note_barrier(&self) {
        let barrier = self.stack.bases.last().and_then(|base| base.barrier);
        let words = barrier.map_or([0; 2], |barrier| {
            [
                barrier.fp.address().offset_words(1).word(),
                barrier.original,
            ]
        });
        for (place, word) in self.native.barrier.iter().zip(words) {
            place.set(word);
        }
    }

    /// Shows `visit` every word that is a root outside the frames.
    pub(crate) fn each_root_word(&self, mut visit: impl FnMut(u64)) {
        self.registers()
            .iter()
            .for_each(|register| visit(register.get()));
        self.native.roots().for_each(|word| visit(word.get()));
        self.externals.borrow().words().for_each(&mut visit);
        self.host_arguments.iter().for_each(|&word| visit(word));
        self.symbols.each_word(&mut visit);
        for base in &self.stack.bases {
            visit(base.link.root());
            base.saved.iter().for_each(|&word| visit(word));
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
