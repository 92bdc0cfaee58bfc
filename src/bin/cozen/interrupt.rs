//! Ctrl-C becomes the condition `interrupted`.

/// Makes SIGINT interrupt the runtime; a second one before the first is handled kills the process.
pub(crate) fn install(interrupt: cozen::Interrupt) {
    // SAFETY: the handler stores to atomics, and nothing else: that is allowed in a signal handler.
    let installed = unsafe {
        signal_hook::low_level::register(signal_hook::consts::SIGINT, move || interrupt.request())
    };
    if let Err(error) = installed {
        eprintln!("cozen: interrupts will end the process: {error}");
    }
}
