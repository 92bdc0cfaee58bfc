//! Ctrl-C: the condition `interrupted` in a program, a fresh prompt at the prompt.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use signal_hook::consts::SIGINT;
use signal_hook::low_level;

/// Whether the prompt waits, and no program is there to be interrupted.
static AT_PROMPT: AtomicBool = AtomicBool::new(false);
/// Whether Ctrl-C came while the prompt waited.
static PROMPT_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Makes SIGINT interrupt the runtime; a second one before the first is handled ends the process.
pub(crate) fn install(interrupt: cozen::Interrupt) {
    let handler = move || {
        if AT_PROMPT.load(Ordering::SeqCst) {
            PROMPT_INTERRUPTED.store(true, Ordering::SeqCst);
        } else if interrupt.is_requested() {
            // It returns only if the system refuses, which is nothing that a handler can mend.
            let _ = low_level::emulate_default_handler(SIGINT);
        } else {
            interrupt.request();
        }
    };
    // SAFETY: the handler uses atomics and ends the process by a function made for handlers: both are
    // allowed in one.
    let installed = unsafe { low_level::register(SIGINT, handler) };
    if let Err(error) = installed {
        eprintln!("cozen: interrupts will end the process: {error}");
    }
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
    let input = std::io::stdin();
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
