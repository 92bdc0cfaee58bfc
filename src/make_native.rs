//! Native code for a program while the program runs as bytecode.
//!
//! Another thread compiles the program's text anew, with a compiler of its own: the compiler's data belong to one
//! thread. The same text gives the same image, which the loader checks by the image's hash. The native part of the
//! image goes to the machine, whose next poll links the part.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use compiler::expand::SourceText;
use gc::ImageId;
use loader::TrustedImage;
use syntax::{Stop, Supervisor};
use vm::NativeParts;

use crate::boot;
use crate::frontend::Frontend;
use crate::jit::{Keep, Maker, PartListener, PutOff, ThreadCompiler, Work};
use crate::recorded_files::KeptFiles;

/// How long a program has run before native code is made for it, for each byte of its text: about as long as that
/// takes. So a program that ends early has wasted no more than it took.
const DELAY_OF_BYTE: Duration = Duration::from_micros(2);

/// How long it has run at most.
const DELAY_MAX: Duration = Duration::from_millis(500);

/// What the other thread may take, in bytes.
const MEMORY_BYTES_MAX: usize = 512 << 20;

/// Its stack, in bytes: as much as a main thread has.
const STACK_BYTES: usize = 8 << 20;

/// Makes native code by a thread for each program.
#[derive(Debug)]
pub(crate) struct ThreadMaker {
    /// Where it goes.
    parts: NativeParts,
    /// The image of the library, until its native code goes there with that of the first program.
    library: Option<ImageId>,
    listener: PartListener,
    /// Tells threads that the runtime is gone.
    is_over: Arc<AtomicBool>,
}

impl ThreadMaker {
    pub(crate) fn new(parts: NativeParts, library: ImageId, listener: PartListener) -> Self {
        Self {
            parts,
            listener,
            library: Some(library),
            is_over: Arc::default(),
        }
    }
}

impl Maker for ThreadMaker {
    /// Without a thread to be had, the program stays bytecode.
    fn begin(&mut self, image: ImageId, work: Work, compiler: ThreadCompiler) {
        let library = self.library.take();
        match work {
            Work::Made(part) => send(&self.parts, library, image, part),
            Work::PutOff(PutOff {
                source,
                files,
                keep,
            }) => {
                let job = Job {
                    name: source.name.to_string(),
                    text: source.text.to_string(),
                    files,
                    compiler,
                    parts: self.parts.clone(),
                    listener: self.listener.clone(),
                    library,
                    image,
                    is_over: Arc::clone(&self.is_over),
                    keep,
                };
                let builder = thread::Builder::new().name("cozen-native".to_owned());
                // A refusal says nothing of interest: the program runs on.
                let _ = builder.stack_size(STACK_BYTES).spawn(move || job.run());
            }
        }
    }
}

impl Drop for ThreadMaker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// What a thread does.
struct Job {
    name: String,
    text: String,
    files: Arc<KeptFiles>,
    compiler: ThreadCompiler,
    parts: NativeParts,
    listener: PartListener,
    library: Option<ImageId>,
    image: ImageId,
    is_over: Arc<AtomicBool>,
    keep: Option<Keep>,
}

impl Job {
    fn run(self) {
        let bytes = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        thread::sleep(DELAY_OF_BYTE.saturating_mul(bytes).min(DELAY_MAX));
        // What goes wrong here went wrong, or would go wrong, for the program's own compiler too, and tells nobody
        // anything new.
        let made = catch_unwind(AssertUnwindSafe(|| self.make()))
            .ok()
            .flatten();
        let Some(part) = made else { return };
        if !self.is_over.load(Ordering::Relaxed) {
            send(&self.parts, self.library, self.image, part.clone());
        }
        if let Some(Keep(keep)) = self.keep {
            keep(&part);
        }
        self.listener.tell(&part);
    }

    fn make(&self) -> Option<TrustedImage<'static>> {
        if self.is_over.load(Ordering::Relaxed) {
            return None;
        }
        let ThreadCompiler {
            library_paths,
            options,
            memory_bytes,
            macro_limits,
        } = &self.compiler;
        let mut frontend = Frontend::standard(library_paths.clone(), options.clone())
            .with_macro_limits(*macro_limits);
        frontend.supervise_by(UntilOver(Arc::clone(&self.is_over)));
        let source = SourceText::new(&self.name, &self.text);
        let memory_bytes = (*memory_bytes).min(MEMORY_BYTES_MAX);
        let files = Arc::clone(&self.files);
        let made = frontend.compile_part(&source, files, memory_bytes);
        made.ok().flatten()
    }
}

/// Ends a compilation when the runtime is gone.
#[derive(Debug)]
struct UntilOver(Arc<AtomicBool>);

impl Supervisor for UntilOver {
    fn check(&self) -> Result<(), Stop> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    /// What the compiler needs for a moment is little beside what its allowance counts.
    fn reserve(&self, _bytes: usize) -> Result<(), Stop> {
        Ok(())
    }
}

/// Sends native code of a program, and, with the first, that of the library: then neither crosses a border for each
/// call of the other.
fn send(
    parts: &NativeParts,
    library: Option<ImageId>,
    image: ImageId,
    part: TrustedImage<'static>,
) {
    if let Some((library, native)) = library.zip(boot::native_part()) {
        parts.send(library, native);
    }
    parts.send(image, part);
}
