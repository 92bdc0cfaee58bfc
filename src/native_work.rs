//! The compiler's part in native code for programs that begin as bytecode.

use std::rc::Rc;
use std::sync::Arc;

use compiler::core::ir::Program;
use compiler::expand::{CompiledLibraries, SourceText};
use compiler::options::{LoopEntries, Options, Purpose, Tier};
use compiler::parts::PartOrders;
use gc::ImageId;
use loader::TrustedImage;

use crate::allowance::Allowance;
use crate::error::Error;
use crate::frontend::Frontend;
use crate::jit::{Jit, Keep, Maker, NativePart, PartListener, ThreadCompiler, Work};
use crate::recorded_files::KeptFiles;

/// The text of a program, and what goes into its image besides.
pub(crate) struct ProgramText<'a> {
    pub(crate) source: &'a SourceText,
    /// The files that it includes.
    pub(crate) files: Arc<KeptFiles>,
    /// The libraries that have images of their own.
    pub(crate) libraries: Option<Rc<dyn CompiledLibraries>>,
}

impl Frontend {
    /// Chooses whether programs get native code while they run, and who learns of it.
    pub(crate) fn with_jit(mut self, jit: Jit, listener: PartListener) -> Self {
        self.jit = jit;
        self.part_listener = listener;
        match jit {
            Jit::Gradual(_) => self.with_native_code_at_once(),
            Jit::Off | Jit::On => self,
        }
    }

    /// Lets programs get their native code before they run, however large they are.
    pub(crate) fn with_native_code_at_once(mut self) -> Self {
        self.at_once_bytes_max = None;
        self
    }

    /// Has native parts made of the image that a text becomes, as `parts` say; with about so much memory.
    ///
    /// # Errors
    ///
    /// As [`Self::compile_source`].
    pub(crate) fn compile_parts(
        &mut self,
        text: ProgramText<'_>,
        memory_bytes: usize,
        parts: &mut dyn PartOrders,
    ) -> Result<(), Error> {
        let ProgramText {
            source,
            files,
            libraries,
        } = text;
        let mut allowance = Allowance::new(&source.name, memory_bytes);
        let recorded = Rc::clone(&self.files);
        let program = recorded.showing(files, || {
            self.expand_program(libraries, source, &mut allowance)
        })?;
        let options = self.options_apart(None);
        self.finish_parts(program, &mut allowance, &options, parts)
    }

    /// The image of a program that was expanded from `source` and `files`. What is to become native code is noted.
    pub(crate) fn finish_program(
        &mut self,
        program: Program,
        source: &SourceText,
        files: KeptFiles,
        allowance: &mut Allowance<'_>,
    ) -> Result<TrustedImage<'static>, Error> {
        if self.jit == Jit::Off {
            return self.finish(program, allowance, Purpose::File);
        }
        let (image, part) = self.finish_apart(program, allowance, self.at_once_bytes_max)?;
        self.native_work = match part {
            NativePart::Made(part) => {
                self.part_listener.tell(&part);
                Some(Work::Made(part))
            }
            NativePart::PutOff => Some(Work::put_off(source, Arc::new(files))),
            NativePart::None => None,
        };
        Ok(image)
    }

    /// As [`Self::finish`], for a program that gets native code while it runs; also its native part, unless its
    /// bytecode has more than so many bytes. The image is the same in either case.
    pub(crate) fn finish_apart(
        &mut self,
        program: Program,
        allowance: &mut Allowance<'_>,
        bytecode_bytes_max: Option<usize>,
    ) -> Result<(TrustedImage<'static>, NativePart), Error> {
        let options = self.options_apart(bytecode_bytes_max);
        let compiled = self.finish_with(program, allowance, &options)?;
        // SAFETY: the compiler has just written both.
        let vouch = |bytes: Vec<u8>| unsafe { TrustedImage::vouch(bytes) };
        let part = match compiled.native_part {
            Some(part) => NativePart::Made(vouch(part)),
            None if compiled.is_native_part_put_off => NativePart::PutOff,
            None => NativePart::None,
        };
        Ok((vouch(compiled.image), part))
    }

    fn options_apart(&self, bytecode_bytes_max: Option<usize>) -> Options {
        let loop_entries = match self.jit {
            Jit::Gradual(_) => LoopEntries::All,
            Jit::Off | Jit::On => LoopEntries::None,
        };
        Options {
            purpose: Purpose::File,
            native_apart: true,
            tier: Tier::Native,
            bytecode_bytes_max,
            loop_entries,
            ..self.options.clone()
        }
    }

    /// From here on, `maker` makes native code of programs.
    pub(crate) fn set_maker(&mut self, maker: Box<dyn Maker>) {
        self.maker = Some(maker);
    }

    /// Whether native code is made for the image that runs next.
    pub(crate) const fn has_native_work(&self) -> bool {
        (self.native_work.is_some() || self.later_work.is_some()) && self.maker.is_some()
    }

    /// Says that `part` is the native code of the image that runs next.
    pub(crate) fn set_native_part(&mut self, part: TrustedImage<'static>) {
        self.native_work = Some(Work::Made(part));
    }

    /// The native code of the image that runs next, if it was made.
    pub(crate) fn native_part(&self) -> Option<&TrustedImage<'static>> {
        match &self.native_work {
            Some(Work::Made(part)) => Some(part),
            _ => None,
        }
    }

    /// Says that native code is to be made of `source` and `files` for the image that runs next, if programs get native
    /// code.
    pub(crate) fn put_off_native_code(&mut self, source: &SourceText, files: Arc<KeptFiles>) {
        if self.jit != Jit::Off {
            self.native_work = Some(Work::put_off(source, files));
        }
    }

    /// Whether native code is still to be made for the image that runs next.
    pub(crate) const fn has_put_off_native_code(&self) -> bool {
        matches!(self.native_work, Some(Work::PutOff(_)))
    }

    /// Lets `keep` have the native code of the image that runs next, when it is made.
    pub(crate) fn keep_native_code(&mut self, keep: Keep) {
        if let Some(Work::PutOff(work)) = &mut self.native_work {
            work.keep = Some(keep);
        }
    }

    /// Has native code made for `image`, the program that was compiled last, if any is to be made. That is to take no
    /// more than about so much memory.
    pub(crate) fn make_native_code(&mut self, image: ImageId, memory_bytes: usize) {
        let compiler = self.for_thread(memory_bytes);
        let (work, later) = (self.native_work.take(), self.later_work.take());
        let Some(maker) = &mut self.maker else {
            return;
        };
        if let Some(work) = work {
            maker.begin(image, work, compiler.clone());
        }
        if let Some(later) = later {
            maker.begin_later(later, compiler);
        }
    }

    /// What a thread makes a compiler of that compiles as this one does.
    fn for_thread(&self, memory_bytes: usize) -> ThreadCompiler {
        ThreadCompiler {
            library_paths: self.library_paths.clone(),
            options: Options {
                dump_after: None,
                time_passes: false,
                ..self.options.clone()
            },
            memory_bytes,
            macro_limits: self.macro_limits,
            libraries: self.separates.then(|| self.libraries.freeze()),
        }
    }
}
