//! The machine as its owner keeps it between runs.

use std::path::PathBuf;
use std::sync::Arc;

use abi::native::Tier;
use gc::{Arena, ArenaError, HeapError, HeapOptions, Interrupt};
use loader::Placement;
use thiserror::Error;

use crate::hooks::Frontend;
use crate::mutator::{Mutator, State};
use crate::native::{Context, stubs};
use crate::native_parts::{GradualSwitch, NativeParts};
use crate::return_word::StubWords;
use crate::samples::Sampler;
use crate::stack::Stack;

/// Bytes of stack by default. `(define (f x) (+ 1 (f x)))` with a count has 33 million frames of bytecode in
/// them, 11 million of native code, and meets their end within a second; with four times as much it takes
/// 2 GiB of memory, and most of its time, before anybody learns of the mistake.
///
/// Less would not do: `map` takes 48 bytes for each level, and ten million levels are to be had. `parameterize` and
/// handlers take 32, and about as much of the heap; `dynamic-wind` takes 64, `guard` 208.
const STACK_BYTES_DEFAULT: usize = 512 << 20;

/// What an embedder may choose about a machine. Start from [`VmOptions::default`].
#[derive(Clone, Debug)]
pub struct VmOptions {
    /// About the heap.
    pub heap: HeapOptions,
    /// Address space for the stack, in bytes; less if the arena is small.
    pub stack_bytes_max: usize,
    /// The program's name and its arguments.
    pub command_line: Vec<String>,
    /// Map images rather than copy them.
    pub mmap: bool,
    /// Where images that are mapped are kept as files, for tools that look for their symbols there.
    pub image_directory: Option<PathBuf>,
    /// Which procedures of images are entered as native code.
    pub tier: Tier,
    /// For tests: procedures begin to enter the native code of native parts at polls that a coin with this seed
    /// chooses.
    pub gradual_switch: Option<u64>,
}

impl Default for VmOptions {
    fn default() -> Self {
        Self {
            heap: HeapOptions::default(),
            stack_bytes_max: STACK_BYTES_DEFAULT,
            command_line: Vec::new(),
            mmap: true,
            image_directory: None,
            tier: Tier::default(),
            gradual_switch: None,
        }
    }
}

/// Why there is no machine.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VmBuildError {
    /// There is no address space for a heap.
    #[error("no heap")]
    Heap(#[from] HeapError),
    /// There is no room for a stack.
    #[error("no stack")]
    Stack(#[from] ArenaError),
}

/// A state for a mutator, with the stubs of this crate.
pub(crate) fn state(arena: &Arc<Arena>, stack: Stack) -> State {
    let context = Context::new(stubs::addresses());
    State::new(arena, stack, context, StubWords::new(stubs::return_words()))
}

/// A machine: a heap, a stack, loaded images.
#[derive(Debug)]
pub struct Vm {
    mutator: Mutator<'static>,
}

impl Vm {
    /// Makes a machine without any library.
    ///
    /// # Errors
    ///
    /// [`VmBuildError`]: the system refuses memory.
    pub fn new(options: VmOptions, frontend: Box<dyn Frontend>) -> Result<Self, VmBuildError> {
        let mut failure = None;
        let heap_bytes_max = options.heap.heap_bytes_max.unwrap_or(0);
        let heap = gc::Mutator::new(&options.heap, |arena| {
            let stack = Stack::reserve(arena, options.stack_bytes_max);
            let stack = stack.unwrap_or_else(|error| {
                failure = Some(error);
                Stack::unusable(arena)
            });
            let mut state = state(arena, stack);
            state.frontend = Some(frontend);
            state.command_line = options.command_line;
            state.heap_bytes_max = heap_bytes_max;
            state.tier = options.tier;
            state.gradual_switch = options.gradual_switch.map(GradualSwitch::new);
            state.image_directory = options.image_directory;
            state.placement = if options.mmap {
                Placement::Mapped
            } else {
                Placement::Copied
            };
            state
        })?;
        if let Some(error) = failure {
            return Err(error.into());
        }
        let mut mutator = Mutator::over(heap);
        let charge = mutator.heap().charge(0, 0);
        mutator.state().symbols.charge(charge);
        let charge = mutator.heap().charge(0, 0);
        mutator.state_mut().frontend_charge = Some(charge);
        mutator.set_in_headroom(false);
        Ok(Self { mutator })
    }

    /// Enters the machine: inside, values live.
    ///
    /// # Safety
    ///
    /// The mutator has a brand, but its values have none. `body`, and every host procedure that it adds,
    /// gives no value of this machine to another one's mutator, nor the other way round.
    pub unsafe fn enter<R>(&mut self, body: impl for<'id> FnOnce(&mut Mutator<'id>) -> R) -> R {
        // The brand is chosen by `body`, which works for any.
        body(&mut self.mutator)
    }

    /// Lets other threads and signal handlers interrupt the machine, with [`INTERRUPT_BIT`](crate::INTERRUPT_BIT).
    pub fn interrupt(&self) -> Interrupt {
        self.mutator.heap().interrupt()
    }

    /// Lets other threads send native code for images of the machine.
    pub fn native_parts(&self) -> NativeParts {
        let waiting = Arc::clone(&self.mutator.state().waiting_parts);
        NativeParts::new(waiting, self.interrupt())
    }

    /// Lets other threads ask where the machine is.
    pub fn sampler(&self) -> Sampler {
        let last = Arc::clone(&self.mutator.state().last_sample);
        Sampler::new(last, self.interrupt())
    }

    /// The address space of the machine.
    pub fn arena(&self) -> &Arc<Arena> {
        self.mutator.heap().arena()
    }
}
