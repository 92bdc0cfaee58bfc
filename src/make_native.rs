//! Native code for a program while the program runs as bytecode.
//!
//! Another thread compiles the program's text anew, and the texts of its libraries that have images of their own. The
//! thread has a compiler of its own: the compiler's data belong to one thread. The same text gives the same image,
//! which the loader checks by the image's hash. The native part of the image goes to the machine, whose next poll links
//! the part.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use compiler::expand::{CompiledLibraries, SourceText};
use gc::ImageId;
use loader::TrustedImage;
use syntax::{Stop, Supervisor};
use vm::NativeParts;

use crate::boot;
use crate::frontend::Frontend;
use crate::jit::{Keep, LaterWork, Maker, PartListener, PutOff, ThreadCompiler, Work};
use crate::libraries::LibraryText;
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

/// Makes native code by a thread, for one program or library after the other.
#[derive(Debug)]
pub(crate) struct ThreadMaker {
    /// Where it goes.
    parts: NativeParts,
    /// The image of the library, until its native code goes there with that of the first program.
    library: Option<ImageId>,
    listener: PartListener,
    /// Leads to the thread, once there is one.
    jobs: Option<mpsc::Sender<Task>>,
    /// Tells the thread that the runtime is gone.
    is_over: Arc<AtomicBool>,
}

impl ThreadMaker {
    pub(crate) fn new(parts: NativeParts, library: ImageId, listener: PartListener) -> Self {
        Self {
            parts,
            listener,
            library: Some(library),
            jobs: None,
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
                library: text_library,
                keep,
            }) => {
                let job = Job {
                    name: source.name.to_string(),
                    text: source.text.to_string(),
                    files,
                    compiler,
                    parts: self.parts.clone(),
                    listener: self.listener.clone(),
                    text_library,
                    library,
                    image,
                    is_over: Arc::clone(&self.is_over),
                    keep,
                    begun: Instant::now(),
                };
                self.enqueue(Task::Part(Box::new(job)));
            }
        }
    }

    fn begin_later(&mut self, work: LaterWork, compiler: ThreadCompiler) {
        self.enqueue(Task::Later {
            work,
            compiler: Box::new(compiler),
            is_over: Arc::clone(&self.is_over),
            begun: Instant::now(),
        });
    }
}

impl ThreadMaker {
    fn enqueue(&mut self, job: Task) {
        if let Some(jobs) = &self.jobs {
            // Without the thread, the program stays bytecode.
            let _ = jobs.send(job);
            return;
        }
        let (jobs, queue) = mpsc::channel();
        let builder = thread::Builder::new().name("cozen-native".to_owned());
        let run = move || queue.into_iter().for_each(Task::run);
        // A refusal says nothing of interest: the program runs on.
        if builder.stack_size(STACK_BYTES).spawn(run).is_ok() {
            let _ = jobs.send(job);
            self.jobs = Some(jobs);
        }
    }
}

impl Drop for ThreadMaker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// What the thread does, one after the other.
enum Task {
    Part(Box<Job>),
    Later {
        work: LaterWork,
        compiler: Box<ThreadCompiler>,
        is_over: Arc<AtomicBool>,
        begun: Instant,
    },
}

impl Task {
    fn run(self) {
        match self {
            Self::Part(job) => job.run(),
            Self::Later {
                work: LaterWork(work),
                compiler,
                is_over,
                begun,
            } => {
                let compiler = ThreadCompiler {
                    memory_bytes: compiler.memory_bytes.min(MEMORY_BYTES_MAX),
                    ..*compiler
                };
                // A fault of the compiler is one of the program's own compiler, too.
                let _ = catch_unwind(AssertUnwindSafe(|| work(&compiler, &is_over, begun)));
            }
        }
    }
}

/// Native code that is to be made.
struct Job {
    name: String,
    text: String,
    files: Arc<KeptFiles>,
    /// The library that the text defines, if it is no program.
    text_library: Option<String>,
    compiler: ThreadCompiler,
    parts: NativeParts,
    listener: PartListener,
    library: Option<ImageId>,
    image: ImageId,
    is_over: Arc<AtomicBool>,
    keep: Option<Keep>,
    /// When the image has begun to run.
    begun: Instant,
}

impl Job {
    fn run(self) {
        let bytes = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let delay = DELAY_OF_BYTE.saturating_mul(bytes).min(DELAY_MAX);
        if !self.is_over.load(Ordering::Relaxed) {
            thread::sleep((self.begun + delay).saturating_duration_since(Instant::now()));
        }
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
            libraries,
        } = &self.compiler;
        let mut frontend = Frontend::standard(library_paths.clone(), options.clone())
            .with_macro_limits(*macro_limits);
        frontend.supervise_by(UntilOver(Arc::clone(&self.is_over)));
        let source = SourceText::new(&self.name, &self.text);
        let memory_bytes = (*memory_bytes).min(MEMORY_BYTES_MAX);
        let files = Arc::clone(&self.files);
        let libraries = libraries.clone().map(|libraries| {
            let libraries: Rc<dyn CompiledLibraries> = Rc::new(libraries);
            libraries
        });
        let made = match (&self.text_library, libraries) {
            (Some(name), Some(libraries)) => {
                let source = &source;
                let text = LibraryText { name, source };
                frontend.compile_library_part(text, files, libraries, memory_bytes)
            }
            (_, libraries) => frontend.compile_part(&source, files, libraries, memory_bytes),
        };
        made.ok().flatten()
    }
}

/// Ends a compilation when the runtime is gone.
#[derive(Debug)]
pub(crate) struct UntilOver(pub(crate) Arc<AtomicBool>);

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
