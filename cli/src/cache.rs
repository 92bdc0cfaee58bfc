//! Where the cache of compiled programs is, and `cozen cache`.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use cozen::{CacheEntry, EntryState, Error, ProgramCache};

use crate::arguments::{CacheCommand, CacheUse, Options};
use crate::output;
use crate::report::STATUS_FAILED;
use crate::status::Status;

/// The folder of the cache in that of all caches.
const FOLDER: &str = "cozen";

/// The cache that programs are looked for in; `None` if there is to be none, or none can be used.
pub(crate) fn programs(options: &Options) -> Option<Arc<ProgramCache>> {
    if options.cache == CacheUse::None {
        return None;
    }
    match open(options) {
        Ok(cache) => Some(Arc::new(cache.fresh(options.cache == CacheUse::Fresh))),
        Err(error) => {
            if options.verbose {
                output::complain(&format!("cozen: no cache: {}", error.with_causes()));
            }
            None
        }
    }
}

fn open(options: &Options) -> Result<ProgramCache, Error> {
    let directory = directory().ok_or_else(|| {
        let reason = "neither XDG_CACHE_HOME nor HOME is an absolute path";
        Error::Setup(reason.to_owned())
    })?;
    let cache = ProgramCache::open(&directory).map_err(|error| Error::File {
        path: directory.display().to_string(),
        error,
    })?;
    Ok(match options.cache_bytes_max {
        Some(bytes) => cache.bytes_max(bytes),
        None => cache,
    })
}

/// Where caches of the user are (XDG Base Directory Specification: a relative path counts as none).
fn directory() -> Option<PathBuf> {
    let absolute = |variable: &str| {
        let path = env::var_os(variable).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let caches = absolute("XDG_CACHE_HOME");
    let caches = caches.or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join(FOLDER))
}

/// Does what the command says.
pub(crate) fn cache(options: &Options, command: CacheCommand) -> Result<Status, Error> {
    let cache = open(options)?;
    let failed = |error| Error::File {
        path: cache.directory().display().to_string(),
        error,
    };
    match command {
        CacheCommand::List => {
            let mut text = String::new();
            let (mut count, mut bytes) = (0, 0);
            for entry in cache.entries().map_err(failed)? {
                text += &line(&entry);
                count += 1;
                bytes += entry.bytes;
            }
            output::print(&text)?;
            let directory = cache.directory().display();
            output::print_line(&format!("{directory}: {count} entries, {bytes} bytes"))?;
            Ok(Status::SUCCESS)
        }
        CacheCommand::Clear => {
            let (count, bytes) = cache.clear().map_err(failed)?;
            let directory = cache.directory().display();
            output::print_line(&format!(
                "{directory}: removed {count} files, {bytes} bytes"
            ))?;
            Ok(Status::SUCCESS)
        }
        CacheCommand::Verify => {
            let (mut count, mut damaged) = (0, 0);
            for entry in cache.entries().map_err(failed)? {
                count += 1;
                if let EntryState::Damaged(reason) = &entry.state {
                    damaged += 1;
                    output::print_line(&format!("{}: {reason}", entry.path.display()))?;
                }
            }
            let directory = cache.directory().display();
            output::print_line(&format!(
                "{directory}: {damaged} of {count} entries damaged"
            ))?;
            Ok(match damaged {
                0 => Status::SUCCESS,
                _ => Status::from(STATUS_FAILED),
            })
        }
    }
}

/// A line of the list: size, time since the last use, what it is worth, the program.
fn line(entry: &CacheEntry) -> String {
    let (state, program) = match &entry.state {
        EntryState::Usable {
            program,
            is_native: true,
        } => ("native", program.clone()),
        EntryState::Usable { program, .. } => ("bytecode", program.clone()),
        EntryState::Stale { program, changed } => (
            "stale",
            format!("{program} ({} has changed)", changed.display()),
        ),
        EntryState::Foreign { program } => ("other", format!("{program} (another build of cozen)")),
        EntryState::Damaged(reason) => ("damaged", format!("{} ({reason})", entry.path.display())),
        _ => ("unknown", entry.path.display().to_string()),
    };
    let age = SystemTime::now().duration_since(entry.used);
    let hours = age.unwrap_or_default().as_secs() / 3600;
    format!("{:>10} {hours:>5} h  {state:<8} {program}\n", entry.bytes)
}
