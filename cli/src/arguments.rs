//! The command line: parses the user's wishes.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroU32;
use std::path::PathBuf;

use cozen::{CompilerOptions, Error, Jit, Level, Tier, UnboundNames, Zeal};
use lexopt::prelude::{Long, Short, Value};

use crate::build_options::BuildOptions;
pub(crate) use crate::command::{CacheCommand, Command};
use crate::environment;
use crate::tool_arguments;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
cozen: a Scheme whose compiled programs are ELF images

usage:
  cozen [OPTION…] FILE ARG…           compile FILE and run it; - is standard input
  cozen [OPTION…] -e EXPR [-e EXPR…]  evaluate expressions, print the last one's values
  cozen [OPTION…]                     read, evaluate, print
  cozen [OPTION…] compile FILE -o OUT.czo
  cozen [OPTION…] [run] OUT.czo ARG…
  cozen [OPTION…] build FILE -o OUT   make an executable that runs a program without cozen
  cozen [OPTION…] disassemble FILE    of an image, or of the image of a source file
  cozen strip IMAGE [-o OUT.czo]      remove names and lines; --debug says what stays
  cozen size IMAGE                    bytes by section, library and procedure
  cozen readelf IMAGE                 headers, sections, symbols, relocations, frame maps, arities
  cozen verify IMAGE                  check an image, and say what was checked
  cozen pagemap FILE [-o MAP.svg]     the pages of any ELF file: .svg, .png, or on the terminal
  cozen smaps PID…, images PID…       the memory of processes by image; their images
  cozen cache list, clear, verify     what compiled programs are kept for the next run

options:
  -L, --library-path=DIR   where to look for libraries (may be repeated)
  --heap-max=BYTES         raise a condition rather than let the heap grow beyond (k, M, G)
  --stack-max=BYTES        the same for the stack
  --zeal[=N]               collect at every (Nth) place where a collection may start, and verify
  --zeal=paced[:SEED]      the same at places so far apart that any program ends
  --gc-stats               print what the collector did, at the end
  --trust                  run an image as it is, its native code too; without it an image is verified
                           first, and runs as bytecode
  --no-mmap                read images instead of mapping them
  --keep-images=DIR        map images from files in DIR, where perf and gdb find symbols
  -O0, -O1, -O2            optimize not at all, a little, or (the default) as well as possible
  --native, --no-native    make native code of what is compiled before it runs, or make none; without
                           these `compile` makes it, and programs that are run from source get it
                           while they run
  --no-cache               neither use nor keep compiled programs; without it, they are kept in
                           $XDG_CACHE_HOME/cozen, else in ~/.cache/cozen
  --fresh                  compile the program anew, and keep that
  --cache-max=BYTES        how much all that is kept may take (256M)
  --verbose                say what becomes of the cache, and of native code that is not used
  --jit=on, --jit=off      whether a program that is run from source gets native code while it runs (the
                           default), or stays bytecode
  --dump-after=PASS        print the program after a pass of the compiler (`?` names them)
  --unbound=warn, error    warn of names that nothing defines or imports (the default), or refuse the program
  --check-facts            check what the optimizer claims about values, and stop at a claim that is
                           wrong: for tests of the compiler; code runs many times slower
  --time-passes            print how long each phase of the compiler took, to standard error
  --stop-after-rewrite=N   let optional passes of the compiler do only N rewrites; say what the last was
  --with-compiler, --without-compiler
                           whether the executable that `build` makes can compile texts; without these,
                           it can if the program uses eval, load or environments
  --runtime=FILE           what executable `build` makes it of
  --source-prefix=OLD=NEW  in images of `compile` and `build`, names of source files that begin with OLD
                           begin with NEW
  --debug=none, lines, full
                           what `compile`, `build` and `strip` keep for backtraces and debuggers
  -o, --output=FILE        where compile, build, strip and pagemap write
  -h, --help    -V, --version
";

/// The commands, for the message about a word that is none.
pub(crate) const COMMANDS: &str = "the commands are compile, build, run, disassemble, \
    readelf, size, verify, strip, pagemap, smaps, images, cache";

/// A parsed command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    pub(crate) options: Options,
}

/// How programs use the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CacheUse {
    /// They are looked for, and kept.
    #[default]
    Full,
    /// They are compiled anew, and kept.
    Fresh,
    /// Not at all.
    None,
}

/// Options of all commands.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each option without a value"
)]
pub(crate) struct Options {
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) heap_bytes_max: Option<usize>,
    pub(crate) stack_bytes_max: Option<usize>,
    pub(crate) zeal: Option<Zeal>,
    pub(crate) gc_statistics: bool,
    pub(crate) trust: bool,
    pub(crate) no_mmap: bool,
    pub(crate) image_directory: Option<PathBuf>,
    pub(crate) level: Level,
    pub(crate) dump_after: Option<String>,
    pub(crate) tier: Option<Tier>,
    pub(crate) jit: Option<Jit>,
    pub(crate) time_passes: bool,
    pub(crate) check_facts: bool,
    pub(crate) unbound_names: UnboundNames,
    pub(crate) rewrites_max: Option<u64>,
    pub(crate) cache: CacheUse,
    pub(crate) cache_bytes_max: Option<u64>,
    pub(crate) verbose: bool,
    pub(crate) build: BuildOptions,
}

impl Options {
    /// Those for `compile`, which makes native code unless they or the environment say otherwise.
    ///
    /// # Errors
    ///
    /// The environment names no tier.
    pub(crate) fn compiler(&self) -> Result<CompilerOptions, Error> {
        let tier = match self.tier {
            Some(tier) => Some(tier),
            None => environment::tier()?,
        };
        Ok(CompilerOptions {
            level: self.level,
            tier: tier.unwrap_or(Tier::Native),
            dump_after: self.dump_after.clone(),
            time_passes: self.time_passes,
            check_facts: self.check_facts || environment::check_facts()?,
            unbound_names: self.unbound_names,
            rewrites_max: self.rewrites_max,
            ..CompilerOptions::default()
        })
    }
}

/// Parses the arguments after the program's name.
///
/// # Errors
///
/// A message that names the argument.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Arguments, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut parsed = Arguments::default();
    let mut expressions = Vec::new();
    let mut output = None;
    let mut cache = None;
    let mut words: Vec<OsString> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => parsed.command = Command::Help,
            Short('V') | Long("version") => parsed.command = Command::Version,
            Short('e') => expressions.push(text(parser.value()?)?),
            Short('o') | Long("output") => output = Some(parser.value()?.into()),
            Value(word) => {
                words.push(word);
                let takes_all = words.len() == 2 && words[0] == "run"
                    || words.len() == 1 && !is_subcommand(&words[0]);
                if takes_all {
                    words.extend(parser.raw_args()?);
                }
            }
            Short('L') | Long("library-path") => {
                parsed.options.library_paths.push(parser.value()?.into());
            }
            Short('O') => parsed.options.level = level(&parser.value()?)?,
            Long("gc-stats") => parsed.options.gc_statistics = true,
            Long("keep-images") => {
                parsed.options.image_directory = Some(directory(parser.value()?)?);
            }
            Long("trust") => parsed.options.trust = true,
            Long("no-mmap") => parsed.options.no_mmap = true,
            Long("native") => choose(&mut parsed.options.tier, Tier::Native, TIERS)?,
            Long("no-native") => choose(&mut parsed.options.tier, Tier::Bytecode, TIERS)?,
            Long("no-cache") => choose(&mut cache, CacheUse::None, CACHE_USES)?,
            Long("fresh") => choose(&mut cache, CacheUse::Fresh, CACHE_USES)?,
            Long("verbose") => parsed.options.verbose = true,
            Long("check-facts") => parsed.options.check_facts = true,
            Long("unbound") => parsed.options.unbound_names = unbound_names(&parser.value()?)?,
            Long("time-passes") => parsed.options.time_passes = true,
            Long("zeal") => {
                parsed.options.zeal = Some(zeal(parser.optional_value())?);
            }
            Long(name) => {
                let name = name.to_owned();
                add_option(&mut parsed.options, &name, &mut parser)?;
            }
            option @ Short(_) => return Err(option.unexpected()),
        }
    }
    parsed.options.cache = cache.unwrap_or_default();
    if parsed.options.jit == Some(Jit::On) && parsed.options.tier.is_some() {
        return Err("--jit=on contradicts --native and --no-native".into());
    }
    if parsed.command == Command::Repl {
        let has_output = output.is_some();
        parsed.command = command(words, expressions, output)?;
        if has_output && !tool_arguments::writes_file(&parsed.command) {
            return Err("-o: only compile, build, strip and pagemap write a file".into());
        }
    }
    Ok(parsed)
}

fn is_subcommand(word: &OsString) -> bool {
    word == "compile"
        || word == "run"
        || word == "disassemble"
        || word == "cache"
        || word == "help"
        || tool_arguments::is_tool(word)
}

/// Options that exclude each other.
const TIERS: &str = "--native and --no-native";
const CACHE_USES: &str = "--no-cache and --fresh";

/// Notes what an option of a group chooses. Another option of the group may not choose something else.
fn choose<T: Copy + PartialEq>(
    chosen: &mut Option<T>,
    choice: T,
    group: &str,
) -> Result<(), lexopt::Error> {
    match chosen.replace(choice) {
        Some(before) if before != choice => Err(format!("{group} contradict each other").into()),
        _ => Ok(()),
    }
}

/// An option that takes a value.
fn add_option(
    options: &mut Options,
    name: &str,
    parser: &mut lexopt::Parser,
) -> Result<(), lexopt::Error> {
    match name {
        "heap-max" => options.heap_bytes_max = Some(bytes("--heap-max", parser.value()?)?),
        "stack-max" => options.stack_bytes_max = Some(bytes("--stack-max", parser.value()?)?),
        "cache-max" => {
            options.cache_bytes_max = Some(bytes("--cache-max", parser.value()?)? as u64);
        }
        "dump-after" => options.dump_after = Some(text(parser.value()?)?),
        "jit" => options.jit = Some(jit(&parser.value()?)?),
        "stop-after-rewrite" => options.rewrites_max = Some(count(name, parser.value()?)?),
        _ => return tool_arguments::add_option(&mut options.build, name, parser),
    }
    Ok(())
}

fn command(
    words: Vec<OsString>,
    expressions: Vec<String>,
    output: Option<PathBuf>,
) -> Result<Command, lexopt::Error> {
    let mut words = words.into_iter();
    if !expressions.is_empty() {
        return match words.next() {
            None => Ok(Command::Evaluate { expressions }),
            Some(word) => Err(format!("unexpected argument {} after -e", word.display()).into()),
        };
    }
    let Some(first) = words.next() else {
        return Ok(Command::Repl);
    };
    if !is_subcommand(&first) {
        return Ok(Command::RunSource {
            file: first.into(),
            arguments: decoded(words),
        });
    }
    if tool_arguments::is_tool(&first) {
        return tool_arguments::command(&first, words, output);
    }
    if first == "help" {
        return Ok(Command::Help);
    }
    if first == "cache" {
        return cache_command(&words.collect::<Vec<_>>());
    }
    let file = words
        .next()
        .ok_or_else(|| format!("{}: expected a file", first.display()))?
        .into();
    if first == "run" {
        return Ok(Command::RunImage {
            file,
            arguments: decoded(words),
        });
    }
    if let Some(word) = words.next() {
        let (word, first) = (word.display(), first.display());
        return Err(format!("unexpected argument {word} after {first}").into());
    }
    Ok(if first == "compile" {
        Command::Compile { file, output }
    } else {
        Command::Disassemble { file }
    })
}

fn cache_command(words: &[OsString]) -> Result<Command, lexopt::Error> {
    let [word] = words else {
        return Err("cache: expected one of list, clear, verify".into());
    };
    let command = match word.to_str() {
        Some("list") => CacheCommand::List,
        Some("clear") => CacheCommand::Clear,
        Some("verify") => CacheCommand::Verify,
        _ => {
            let found = word.display();
            return Err(format!("cache: expected list, clear or verify, found {found}").into());
        }
    };
    Ok(Command::Cache(command))
}

/// The program's own arguments, of which any bytes may be there: as `get-environment-variable` decodes.
fn decoded(words: impl Iterator<Item = OsString>) -> Vec<String> {
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

fn text(word: OsString) -> Result<String, lexopt::Error> {
    word.into_string().map_err(lexopt::Error::NonUnicodeValue)
}

/// A number of bytes: digits and perhaps one of k, M, G (powers of 1024).
fn bytes(option: &str, value: OsString) -> Result<usize, lexopt::Error> {
    let value = text(value)?;
    let digits = value.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G']);
    let shift = match &value[digits.len()..] {
        "" => Some(0),
        "k" | "K" => Some(10),
        "m" | "M" => Some(20),
        "g" | "G" => Some(30),
        _ => None,
    };
    let number = digits.parse::<usize>().ok();
    shift
        .zip(number)
        .and_then(|(shift, number)| number.checked_mul(1 << shift))
        .ok_or_else(|| format!("{option}: expected bytes such as 64M, found {value:?}").into())
}

fn count(option: &str, value: OsString) -> Result<u64, lexopt::Error> {
    let value = text(value)?;
    let expected = |_| format!("--{option}: expected a number from 0, found {value:?}").into();
    value.parse().map_err(expected)
}

/// A directory that is there.
fn directory(word: OsString) -> Result<PathBuf, lexopt::Error> {
    let path = PathBuf::from(word);
    if path.is_dir() {
        return Ok(path);
    }
    let found = path.display();
    Err(format!("--keep-images: expected a directory, found {found}").into())
}

fn unbound_names(value: &OsStr) -> Result<UnboundNames, lexopt::Error> {
    match value.to_str() {
        Some("warn") => Ok(UnboundNames::Warned),
        Some("error") => Ok(UnboundNames::Refused),
        _ => Err(format!(
            "--unbound: expected warn or error, found {}",
            value.display()
        )
        .into()),
    }
}

fn jit(value: &OsStr) -> Result<Jit, lexopt::Error> {
    match value.to_str() {
        Some("on") => Ok(Jit::On),
        Some("off") => Ok(Jit::Off),
        _ => Err(format!("--jit: expected on or off, found {}", value.display()).into()),
    }
}

fn level(value: &OsStr) -> Result<Level, lexopt::Error> {
    match value.to_str() {
        Some("0") => Ok(Level::None),
        Some("1") => Ok(Level::Basic),
        Some("2") => Ok(Level::Full),
        _ => Err(format!("-O: expected 0, 1 or 2, found {}", value.display()).into()),
    }
}

fn zeal(value: Option<OsString>) -> Result<Zeal, lexopt::Error> {
    let Some(value) = value else {
        return Ok(Zeal::Every(NonZeroU32::MIN));
    };
    let value = text(value)?;
    let zeal = match value.strip_prefix("paced") {
        Some("") => Some(Zeal::Paced { seed: 0 }),
        Some(seed) => seed
            .strip_prefix(':')
            .and_then(|seed| seed.parse().ok())
            .map(|seed| Zeal::Paced { seed }),
        None => value.parse().ok().map(Zeal::Every),
    };
    zeal.ok_or_else(|| {
        format!("--zeal: expected a number from 1, paced or paced:SEED, found {value:?}").into()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    fn parsed(line: &str) -> Arguments {
        parse(line.split_whitespace().map(OsString::from)).expect("a good command line")
    }

    #[test]
    fn what_follows_the_program_is_the_programs() {
        let arguments = parsed("--zeal=3 --heap-max 64M prog.scm --gc-stats x");
        assert_eq!(
            arguments.options.zeal,
            Some(Zeal::Every(NonZeroU32::new(3).unwrap()))
        );
        assert_eq!(arguments.options.heap_bytes_max, Some(64 << 20));
        assert!(!arguments.options.gc_statistics, "it stands after the file");
        assert_eq!(
            arguments.command,
            Command::RunSource {
                file: "prog.scm".into(),
                arguments: vec!["--gc-stats".into(), "x".into()],
            }
        );
    }

    #[test]
    fn a_program_gets_arguments_of_any_bytes() {
        let word = || OsString::from_vec(b"a\xffb".to_vec());
        for (words, file) in [(&["p.scm"][..], "p.scm"), (&["run", "p.czo"], "p.czo")] {
            let words = words.iter().map(OsString::from).chain([word()]);
            let (Command::RunSource {
                arguments,
                file: found,
            }
            | Command::RunImage {
                arguments,
                file: found,
            }) = parse(words).expect("a good command line").command
            else {
                panic!("a program is run");
            };
            assert_eq!(
                (found, arguments),
                (file.into(), vec!["a\u{fffd}b".to_owned()])
            );
        }
        parse(["-e".into(), word()]).expect_err("an expression is text");
    }

    #[test]
    fn subcommands_take_options_after_their_name() {
        let arguments =
            parsed("compile a.scm -o a.czo --dump-after=contify --stop-after-rewrite=9");
        assert_eq!(arguments.options.rewrites_max, Some(9));
        assert_eq!(arguments.options.dump_after.as_deref(), Some("contify"));
        assert_eq!(
            arguments.command,
            Command::Compile {
                file: "a.scm".into(),
                output: Some("a.czo".into())
            }
        );
        let arguments = parsed("run --no-mmap a.czo --no-mmap");
        assert!(arguments.options.no_mmap);
        assert_eq!(
            arguments.command,
            Command::RunImage {
                file: "a.czo".into(),
                arguments: vec!["--no-mmap".into()]
            }
        );
    }

    #[test]
    fn two_words_about_native_code_contradict_each_other() {
        assert_eq!(parsed("prog.scm").options.tier, None);
        let options = parsed("--native --native --time-passes prog.scm").options;
        assert_eq!(
            (options.tier, options.time_passes),
            (Some(Tier::Native), true)
        );
        assert_eq!(
            parsed("--no-native prog.scm").options.tier,
            Some(Tier::Bytecode)
        );
        let words = ["--no-native", "--native", "prog.scm"].map(OsString::from);
        let error = parse(words).expect_err("they exclude each other");
        assert_eq!(
            error.to_string(),
            "--native and --no-native contradict each other"
        );
    }

    #[test]
    fn levels_are_named_by_digits() {
        assert_eq!(parsed("-O0 prog.scm").options.level, Level::None);
        assert_eq!(parsed("prog.scm").options.level, Level::Full);
        let error = parse(["-O3".into()]).expect_err("there are three levels");
        assert_eq!(error.to_string(), "-O: expected 0, 1 or 2, found 3");
    }

    #[test]
    fn zeal_is_counted_or_paced() {
        let zeal = |line| parsed(line).options.zeal;
        assert_eq!(zeal("--zeal x.scm"), Some(Zeal::Every(NonZeroU32::MIN)));
        assert_eq!(zeal("--zeal=paced x.scm"), Some(Zeal::Paced { seed: 0 }));
        assert_eq!(zeal("--zeal=paced:7 x.scm"), Some(Zeal::Paced { seed: 7 }));
        for wrong in ["0", "-1", "paced:", "paced:x", "paced7", "often"] {
            let error = parse([format!("--zeal={wrong}").into()]).expect_err("none of them");
            let expected =
                format!("--zeal: expected a number from 1, paced or paced:SEED, found {wrong:?}");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn only_compile_writes_a_file() {
        for line in ["-o x prog.scm", "-o x -e 1", "-o x", "-o x run y.czo"] {
            let words = line.split_whitespace().map(OsString::from);
            let error = parse(words).expect_err("nothing would be written");
            assert_eq!(
                error.to_string(),
                "-o: only compile, build, strip and pagemap write a file"
            );
        }
    }

    #[test]
    fn what_is_not_a_size_is_named() {
        let error = parse(["--heap-max=lots".into()]).expect_err("not a number");
        assert_eq!(
            error.to_string(),
            "--heap-max: expected bytes such as 64M, found \"lots\""
        );
    }
}
