//! A folder of libraries with a program that imports them, and runs of that program.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cozen::{
    CompilerReport, Error, Frontend, Jit, ProgramCache, Retention, Runtime, RuntimeBuilder,
};

/// A folder, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cozen-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file");
        path
    }

    /// Writes the image of a library beside its text.
    pub(crate) fn compile(&self, library: &str) -> PathBuf {
        let source = self.0.join(library).with_extension("sld");
        let image = source.with_extension("czo");
        let made = frontend(&self.0).compile_image(&source);
        fs::write(&image, made.expect("a right library").bytes()).expect("a file");
        image
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn frontend(folder: &Path) -> Frontend {
    Frontend::standard(vec![folder.to_owned()], cozen::CompilerOptions::default())
}

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) outcome: Result<String, Error>,
    /// What was told of the cache and of images.
    pub(crate) news: Vec<String>,
}

impl Ran {
    pub(crate) fn value(&self) -> &str {
        self.outcome.as_deref().expect("it runs")
    }

    pub(crate) fn error(self) -> String {
        self.outcome.expect_err("it does not run").with_causes()
    }

    /// What was compiled, and not found in the cache.
    pub(crate) fn compiled(&self) -> Vec<&str> {
        let stored = self.news.iter();
        let stored = stored.filter_map(|news| news.split_once(": stored as"));
        stored.map(|(name, _)| name).collect()
    }

    pub(crate) fn told(&self, text: &str) -> bool {
        self.news.iter().any(|news| news.contains(text))
    }
}

/// Runs the program of the folder; its value as `write` shows it.
pub(crate) fn run(folder: &Folder, cache: Option<&Arc<ProgramCache>>) -> Ran {
    run_with(folder, cache, Runtime::builder())
}

pub(crate) fn run_with(
    folder: &Folder,
    cache: Option<&Arc<ProgramCache>>,
    builder: RuntimeBuilder,
) -> Ran {
    run_until(folder, cache, builder, |_| true)
}

/// As [`run`], but the program counts as running until something is told with the text `awaited`, or a minute is over.
pub(crate) fn run_long(folder: &Folder, cache: &Arc<ProgramCache>, awaited: &str) -> Ran {
    let builder = Runtime::builder().jit(Jit::On);
    run_until(folder, Some(cache), builder, |news| {
        news.iter().any(|news| news.contains(awaited))
    })
}

/// Runs the program, and keeps its runtime until `is_over` says that what was told is enough.
fn run_until(
    folder: &Folder,
    cache: Option<&Arc<ProgramCache>>,
    builder: RuntimeBuilder,
    is_over: impl Fn(&[String]) -> bool,
) -> Ran {
    let news = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&news);
    let builder = builder
        .library_path(&folder.0)
        .compiler_reports(move |report| {
            if let CompilerReport::Cache(text) = report {
                let text = text.replace(&*std::env::temp_dir().display().to_string(), "");
                heard.lock().expect("no panic").push(text);
            }
            Ok(())
        });
    let ran = run_program(&folder.0.join("program.scm"), cache, builder);
    if ran.is_ok() {
        let polls = (0..600).take_while(|_| !is_over(&news.lock().expect("no panic")));
        polls.for_each(|_| thread::sleep(Duration::from_millis(100)));
    }
    let outcome = ran.map(|(value, _runtime)| value);
    let news = news.lock().expect("no panic").clone();
    let shorten = |text: String| match text.rsplit_once("program.scm:") {
        Some((_, rest)) => format!("program.scm:{rest}"),
        None => text,
    };
    Ran {
        outcome,
        news: news.into_iter().map(shorten).collect(),
    }
}

/// The value of the program as `write` shows it, and the runtime.
fn run_program(
    file: &Path,
    cache: Option<&Arc<ProgramCache>>,
    builder: RuntimeBuilder,
) -> Result<(String, Runtime), Error> {
    let program = builder.program(file, cache.cloned())?;
    let mut runtime = builder.build()?;
    let image = runtime.compile_program(program)?;
    let value = runtime.enter(|scheme| {
        scheme.run_image(&image, "program", Retention::Reached)?;
        let value = scheme.value();
        scheme.heap().written(value)
    })?;
    Ok((value, runtime))
}

pub(crate) fn cache(folder: &Folder) -> Arc<ProgramCache> {
    Arc::new(ProgramCache::open(folder.0.join("cache")).expect("a cache"))
}

/// The text of a library that imports the standard one, and `imports`.
pub(crate) fn library(name: &str, imports: &str, exports: &str, body: &str) -> String {
    format!(
        "(define-library ({name}) (export {exports})\n  (import (scheme base) {imports})\n  (begin {body}))"
    )
}
