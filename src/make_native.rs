//! Native code for a program while the program runs as bytecode.
//!
//! Another thread compiles the program's text anew, with a compiler of its own: the compiler's data belong to one
//! thread. The same text gives the same image, which the loader checks by the image's hash. The native part of the
//! image goes to the machine, whose next poll links the part. Native code of hot procedures goes there first
//! ([`crate::hot_parts`]).
//!
//! A third thread does the same for the libraries that have images of their own, one after the other, each whole.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use compiler::expand::SentText;
use gc::ImageId;
use loader::TrustedImage;
use vm::{NativeParts, Sampler};

use crate::boot;
use crate::error::Error;
use crate::hot_parts::{HotParts, ImageSamples, PartTaker};
use crate::jit::{Keep, LaterWork, Maker, PartListener, PutOff, ThreadCompiler, Work};
use crate::libraries::LibraryText;
use crate::native_work::ProgramText;
use crate::recorded_files::KeptFiles;
use crate::thread_compiler::Compiling;

/// How long a program has run before another thread compiles it, and at most: a program that ends at once has wasted
/// nothing.
const DELAY_OF_BYTE: Duration = Duration::from_nanos(100);
const DELAY_MAX: Duration = Duration::from_millis(20);

/// How long a program has run before all of its native code is made, for each byte of its text: about as long as that
/// takes. So a program that ends early has wasted no more than it took.
const WHOLE_DELAY_OF_BYTE: Duration = Duration::from_micros(2);

/// How long it has run at most.
const WHOLE_DELAY_MAX: Duration = Duration::from_millis(500);

/// By how much the thread stands back behind the program (`nice`).
const NICENESS: i32 = 4;

/// Its stack, in bytes: as much as a main thread has.
const STACK_BYTES: usize = 8 << 20;

/// Makes native code by a thread for each program, and by one for all libraries.
#[derive(Debug)]
pub(crate) struct ThreadMaker {
    /// Where it goes.
    parts: NativeParts,
    sampler: Sampler,
    /// The image of the library, until its native code goes there with that of the first program.
    library: Option<ImageId>,
    listener: PartListener,
    /// Leads to the thread for libraries, once there is one.
    tasks: Option<mpsc::Sender<Task>>,
    /// Tells threads that the runtime is gone.
    is_over: Arc<AtomicBool>,
}

impl ThreadMaker {
    pub(crate) fn new(
        (parts, sampler): (NativeParts, Sampler),
        library: ImageId,
        listener: PartListener,
    ) -> Self {
        Self {
            parts,
            sampler,
            listener,
            library: Some(library),
            tasks: None,
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
                    text: SentText::new(&source),
                    files,
                    compiler,
                    sampler: self.sampler.clone(),
                    image,
                    started: Instant::now(),
                };
                let sender = Sender {
                    parts: self.parts.clone(),
                    listener: self.listener.clone(),
                    library,
                    image,
                    is_over: Arc::clone(&self.is_over),
                    keep,
                };
                match text_library {
                    Some(name) => self.enqueue(Task::Library(Box::new((name, job, sender)))),
                    // A refusal says nothing of interest: the program runs on.
                    None => drop(thread().spawn(move || job.run(sender))),
                }
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
    fn enqueue(&mut self, task: Task) {
        if let Some(tasks) = &self.tasks {
            // Without the thread, the library stays bytecode.
            let _ = tasks.send(task);
            return;
        }
        let (tasks, queue) = mpsc::channel();
        let run = move || {
            stand_back();
            queue.into_iter().for_each(Task::run);
        };
        if thread().spawn(run).is_ok() {
            let _ = tasks.send(task);
            self.tasks = Some(tasks);
        }
    }
}

fn thread() -> thread::Builder {
    let builder = thread::Builder::new().name("cozen-native".to_owned());
    builder.stack_size(STACK_BYTES)
}

/// Lets the thread that asks run behind the program. A system that refuses lets it run as the program does.
fn stand_back() {
    let _ = rustix::process::nice(NICENESS);
}

impl Drop for ThreadMaker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// What the thread for libraries does, one after the other.
enum Task {
    /// Native code of the library that the text of a job defines.
    Library(Box<(String, Job, Sender)>),
    Later {
        work: LaterWork,
        compiler: Box<ThreadCompiler>,
        is_over: Arc<AtomicBool>,
        begun: Instant,
    },
}

impl Task {
    /// What goes wrong here went wrong, or would go wrong, for the program's own compiler too, and tells nobody
    /// anything new.
    fn run(self) {
        match self {
            Self::Library(task) => {
                let (name, job, mut sender) = *task;
                let _ = catch_unwind(AssertUnwindSafe(|| job.run_library(&name, &mut sender)));
            }
            Self::Later {
                work: LaterWork(work),
                compiler,
                is_over,
                begun,
            } => {
                let _ = catch_unwind(AssertUnwindSafe(|| work(*compiler, &is_over, begun)));
            }
        }
    }
}

/// What native code is made of.
struct Job {
    text: SentText,
    files: Arc<KeptFiles>,
    compiler: ThreadCompiler,
    sampler: Sampler,
    image: ImageId,
    /// When the program began to run.
    started: Instant,
}

impl Job {
    fn run(self, mut sender: Sender) {
        stand_back();
        thread::sleep(self.delay(DELAY_OF_BYTE, DELAY_MAX));
        // What goes wrong here went wrong, or would go wrong, for the program's own compiler too, and tells nobody
        // anything new.
        let _ = catch_unwind(AssertUnwindSafe(|| self.make(&mut sender)));
    }

    fn delay(&self, of_byte: Duration, max: Duration) -> Duration {
        let bytes = u32::try_from(self.text.byte_count()).unwrap_or(u32::MAX);
        of_byte.saturating_mul(bytes).min(max)
    }

    fn make(self, sender: &mut Sender) -> Result<(), Error> {
        if sender.is_over() {
            return Ok(());
        }
        let whole_delay = self.delay(WHOLE_DELAY_OF_BYTE, WHOLE_DELAY_MAX);
        let Compiling {
            mut frontend,
            libraries,
            memory_bytes,
        } = Compiling::new(self.compiler, &sender.is_over);
        let text = ProgramText {
            source: &self.text.source(),
            files: self.files,
            libraries,
        };
        let whole_at = self.started + whole_delay;
        let mut samples = ImageSamples {
            sampler: self.sampler,
            image: self.image,
        };
        let mut parts = HotParts::new(sender, &mut samples, whole_at);
        frontend.compile_parts(text, memory_bytes, &mut parts)
    }

    /// Makes all native code of the library `name`, which the text defines.
    fn run_library(self, name: &str, sender: &mut Sender) -> Result<(), Error> {
        if !sender.is_over() {
            let due = self.started + self.delay(WHOLE_DELAY_OF_BYTE, WHOLE_DELAY_MAX);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        if sender.is_over() {
            return Ok(());
        }
        let Compiling {
            mut frontend,
            libraries,
            memory_bytes,
        } = Compiling::new(self.compiler, &sender.is_over);
        let Some(libraries) = libraries else {
            return Ok(());
        };
        let source = &self.text.source();
        let text = LibraryText { name, source };
        let part = frontend.compile_library_part(text, self.files, libraries, memory_bytes)?;
        if let Some(part) = part {
            sender.take(&part);
        }
        Ok(())
    }
}

/// Brings native parts of a program to the machine, and to who else wants them.
struct Sender {
    parts: NativeParts,
    listener: PartListener,
    library: Option<ImageId>,
    image: ImageId,
    is_over: Arc<AtomicBool>,
    keep: Option<Keep>,
}

impl Sender {
    fn send(&mut self, part: &TrustedImage<'static>) {
        if !self.is_over() {
            send(&self.parts, self.library.take(), self.image, part.clone());
        }
    }

    /// Takes all native code of the image.
    fn take(&mut self, part: &TrustedImage<'static>) {
        self.send(part);
        if let Some(Keep(keep)) = self.keep.take() {
            keep(part);
        }
        self.listener.tell(part);
    }
}

impl PartTaker for Sender {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn take_some(&mut self, part: &TrustedImage<'static>) {
        self.send(part);
    }

    fn take_whole(&mut self, part: &TrustedImage<'static>) {
        self.take(part);
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
