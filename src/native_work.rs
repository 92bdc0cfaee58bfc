//! The compiler's part in native code for programs that begin as bytecode.

use std::rc::Rc;
use std::sync::Arc;

use compiler::core::ir::Program;
use compiler::expand::SourceText;
use compiler::options::{Options, Purpose, Tier};
use gc::ImageId;
use loader::TrustedImage;

use crate::allowance::Allowance;
use crate::error::Error;
use crate::frontend::Frontend;
use crate::jit::{AT_ONCE_BYTES, Jit, Keep, Maker, NativePart, ThreadCompiler, Work};
use crate::recorded_files::KeptFiles;

impl Frontend {
    /// The native part of the image that a source becomes together with `files`, if any of its procedures has native
    /// code; with about so much memory.
    ///
    /// # Errors
    ///
    /// As [`Self::compile_source`].
    pub(crate) fn compile_part(
        &mut self,
        source: &SourceText,
        files: Arc<KeptFiles>,
        memory_bytes: usize,
    ) -> Result<Option<TrustedImage<'static>>, Error> {
        let mut allowance = Allowance::new(&source.name, memory_bytes);
        let recorded = Rc::clone(&self.files);
        let program = recorded.showing(files, || self.expand_source(source, &mut allowance))?;
        match self.finish_apart(program, &mut allowance, None)?.1 {
            NativePart::Made(part) => Ok(Some(part)),
            NativePart::PutOff | NativePart::None => Ok(None),
        }
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
        let bytecode_bytes_max = match self.jit {
            Jit::Gradual(_) => None,
            Jit::Off | Jit::On => Some(AT_ONCE_BYTES),
        };
        let (image, part) = self.finish_apart(program, allowance, bytecode_bytes_max)?;
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
        let options = Options {
            purpose: Purpose::File,
            native_apart: true,
            tier: Tier::Native,
            bytecode_bytes_max,
            ..self.options.clone()
        };
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

    /// From here on, `maker` makes native code of programs.
    pub(crate) fn set_maker(&mut self, maker: Box<dyn Maker>) {
        self.maker = Some(maker);
    }

    /// Whether native code is made for the image that runs next.
    pub(crate) const fn has_native_work(&self) -> bool {
        self.native_work.is_some() && self.maker.is_some()
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
        if let Some((maker, work)) = self.maker.as_mut().zip(self.native_work.take()) {
            maker.begin(image, work, compiler);
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
        }
    }
}
