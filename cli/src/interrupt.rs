//! Ctrl-C: the end of the program that runs, a fresh prompt at the prompt.

use std::cell::UnsafeCell;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use signal_hook::consts::SIGINT;
use signal_hook::low_level;

use crate::output::complain;

/// Whether the prompt waits, and no program is there to be interrupted.
static AT_PROMPT: AtomicBool = AtomicBool::new(false);
/// Whether the prompt waits for a pipe or a file, where nobody is there to go on.
static AT_PIPE: AtomicBool = AtomicBool::new(false);
/// Whether Ctrl-C came while the prompt waited.
static PROMPT_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What Ctrl-C interrupts; null before there is a runtime.
static INTERRUPT: AtomicPtr<cozen::Interrupt> = AtomicPtr::new(null_mut());

/// Makes SIGINT interrupt the runtime; a second one before the first is handled ends the process.
pub(crate) fn install(interrupt: cozen::Interrupt) {
    // The handler may run at any time from here on, so this is never freed.
    INTERRUPT.store(Box::into_raw(Box::new(interrupt)), Ordering::SeqCst);
    if let Err(error) = have_alternate_stack().and_then(|()| handle(SIGINT)) {
        complain(&format!("cozen: interrupts will end the process: {error}"));
    }
}

/// What SIGINT does.
extern "C" fn interrupted(_signal: c_int) {
    // SAFETY: null, or what `install` has put there, which stays as it is for ever.
    let Some(interrupt) = (unsafe { INTERRUPT.load(Ordering::SeqCst).as_ref() }) else {
        return;
    };
    if AT_PROMPT.load(Ordering::SeqCst) {
        PROMPT_INTERRUPTED.store(true, Ordering::SeqCst);
    } else if AT_PIPE.load(Ordering::SeqCst) || interrupt.is_requested() {
        // It returns only if the system refuses, which is nothing that a handler can mend.
        let _ = low_level::emulate_default_handler(SIGINT);
    } else {
        interrupt.request();
    }
}

/// The stack of signal handlers. Its pages are taken when a handler writes to them.
#[repr(align(16))]
struct HandlerStack(UnsafeCell<[MaybeUninit<u8>; HANDLER_STACK_BYTES]>);

// SAFETY: only the system uses the memory, for the handlers of the one thread that it was given for.
unsafe impl Sync for HandlerStack {}

/// More than the largest register sets that the system saves take.
const HANDLER_STACK_BYTES: usize = 64 << 10;

static HANDLER_STACK: HandlerStack = HandlerStack(UnsafeCell::new(
    [MaybeUninit::uninit(); HANDLER_STACK_BYTES],
));

/// Gives this thread an alternate stack, unless it has one.
fn have_alternate_stack() -> std::io::Result<()> {
    static IS_GIVEN: AtomicBool = AtomicBool::new(false);
    if IS_GIVEN.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    let stack = libc::stack_t {
        ss_sp: HANDLER_STACK.0.get().cast(),
        ss_flags: 0,
        ss_size: HANDLER_STACK_BYTES,
    };
    let mut before = MaybeUninit::<libc::stack_t>::zeroed();
    // SAFETY: the memory is static, and given to one thread only; the system says what the thread had before.
    if unsafe { libc::sigaltstack(&raw const stack, before.as_mut_ptr()) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the call above wrote it.
    let before = unsafe { before.assume_init() };
    // Only the main thread has none: the standard library gives one to each that it starts, and takes it back itself.
    if before.ss_flags & libc::SS_DISABLE == 0 {
        // SAFETY: the thread had this stack, and has it again.
        unsafe { libc::sigaltstack(&raw const before, null_mut()) };
    }
    Ok(())
}

/// Lets [`interrupted`] handle `signal`, on the alternate stack of its thread: native code runs on the stack of Scheme
/// frames, which has no room for handlers.
fn handle(signal: i32) -> std::io::Result<()> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: zeros are an action with the default handler, no flags and an empty mask.
    let action = unsafe { action.assume_init_mut() };
    let handler: extern "C" fn(c_int) = interrupted;
    action.sa_sigaction = handler as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: the handler uses atomics, and ends the process by a function made for handlers: both are allowed in one.
    if unsafe { libc::sigaction(signal, &raw const *action, null_mut()) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(())
}

/// How waiting at the prompt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// There is a line, or the end of the input.
    Input,
    /// Ctrl-C was pressed.
    Interrupted,
}

/// Waits until the terminal has a line.
pub(crate) fn wait_at_prompt() -> Waited {
    AT_PROMPT.store(true, Ordering::SeqCst);
    let input = rustix::stdio::stdin();
    let waited = loop {
        if PROMPT_INTERRUPTED.swap(false, Ordering::SeqCst) {
            break Waited::Interrupted;
        }
        let mut descriptors = [PollFd::new(&input, PollFlags::IN)];
        // Whatever else is wrong shows when the line is read.
        if rustix::event::poll(&mut descriptors, None) != Err(Errno::INTR) {
            break Waited::Input;
        }
    };
    AT_PROMPT.store(false, Ordering::SeqCst);
    waited
}

/// What `read` answers, which waits for input that is no terminal: Ctrl-C ends the process meanwhile.
pub(crate) fn while_at_pipe<T>(read: impl FnOnce() -> T) -> T {
    AT_PIPE.store(true, Ordering::SeqCst);
    let answer = read();
    AT_PIPE.store(false, Ordering::SeqCst);
    answer
}
