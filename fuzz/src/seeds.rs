//! Writes the first inputs of every fuzz target: what our own sources, compiler and linker make.
//!
//! `seeds ROOT OUT` reads the sources below `ROOT`, and writes `OUT/TARGET/…`, a file for each input.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use abi::frame_map::FrameMap;
use abi::image::Extent;
use cozen::{CompilerOptions, Frontend, Level, Tier};

/// Where the sources are: all forms become texts.
const TEXTS: [&str; 8] = [
    "examples",
    "lib/scheme",
    "tests/scheme/compiler",
    "tests/scheme/expander",
    "tests/scheme/library",
    "tests/scheme/machine",
    "tests/scheme/portable",
    "tests/scheme/r7rs",
];

/// Programs of this folder import libraries that are compiled with them, which takes long.
const SLOW: &str = "tests/scheme/portable";

/// Where the programs are that become images.
const PROGRAMS: [&str; 3] = ["examples", "tests/scheme/compiler", "tests/scheme/r7rs"];

/// A form of more bytes is a piece of text by itself.
const TEXT_BYTES: usize = 300;

/// One piece of text in so many becomes a seed, and one in so many of these a program: libFuzzer runs all seeds
/// before it changes any, and compiling takes long.
const PIECES: [usize; 2] = [4, 4];

/// A larger image has no other parts than a smaller one, and changes of it seldom meet what matters.
const IMAGE_BYTES_MAX: usize = 32 * 1024;

/// What the texts of `tests/scheme` find in its prelude.
const PRELUDE: &str = "(define (test . values) values)\n(define (test-error . values) values)\n";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(root), Some(out), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: seeds ROOT OUT".into());
    };
    let mut inputs = Inputs {
        out,
        written: BTreeSet::new(),
    };
    texts(&root, &mut inputs)?;
    images(&root, &mut inputs)?;
    operations(&mut inputs)
}

/// The inputs of all targets, each written once.
struct Inputs {
    out: PathBuf,
    written: BTreeSet<(&'static str, Vec<u8>)>,
}

impl Inputs {
    fn add(&mut self, target: &'static str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        if self.written.insert((target, bytes.to_vec())) {
            let folder = self.out.join(target);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{:05}", self.written.len())), bytes)?;
        }
        Ok(())
    }
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries
        .iter()
        .map(fs::DirEntry::path)
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    Ok(paths)
}

/// Pieces of the sources: for the lexer and the parser as they are, for the compiler as programs.
fn texts(root: &Path, inputs: &mut Inputs) -> Result<(), Box<dyn Error>> {
    for folder in TEXTS {
        for path in files(&root.join(folder))? {
            let text = fs::read_to_string(&path)?;
            let Some(forms) = cozen::read_forms(&text) else {
                continue;
            };
            let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
            let (heads, forms): (Vec<&str>, Vec<&str>) =
                forms.iter().partition(|form| form.starts_with("(import"));
            let forms = forms
                .into_iter()
                .filter(|form| !form.starts_with("(include"));
            for (number, piece) in pieces(forms).iter().step_by(PIECES[0]).enumerate() {
                inputs.add("lexer", piece.as_bytes())?;
                inputs.add("parser", piece.as_bytes())?;
                if !heads.is_empty() && folder != SLOW && number.is_multiple_of(PIECES[1]) {
                    let prelude = if piece.contains("(test") { PRELUDE } else { "" };
                    let program = format!("{}\n{prelude}{piece}", heads.join("\n"));
                    inputs.add("compile", program.as_bytes())?;
                }
            }
        }
    }
    Ok(())
}

/// Forms in their order, as many together as [`TEXT_BYTES`] allows.
fn pieces<'text>(forms: impl Iterator<Item = &'text str>) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for form in forms {
        match pieces.last_mut() {
            Some(last) if last.len() + form.len() < TEXT_BYTES => {
                last.push('\n');
                last.push_str(form);
            }
            _ => pieces.push(form.to_owned()),
        }
    }
    pieces
}

/// Images of bytecode and of native code, and their frame maps.
fn images(root: &Path, inputs: &mut Inputs) -> Result<(), Box<dyn Error>> {
    for folder in PROGRAMS {
        for path in files(&root.join(folder))? {
            if path.extension().is_none_or(|extension| extension != "scm") {
                continue;
            }
            for (level, tier) in [(Level::Full, Tier::Native), (Level::None, Tier::Bytecode)] {
                let options = CompilerOptions {
                    level,
                    tier,
                    ..CompilerOptions::default()
                };
                let image = Frontend::standard(Vec::new(), options).compile_image(&path)?;
                frame_maps(image.bytes(), inputs)?;
                if image.bytes().len() <= IMAGE_BYTES_MAX {
                    inputs.add("load_image", image.bytes())?;
                    inputs.add("verify_image", image.bytes())?;
                }
            }
        }
    }
    Ok(())
}

/// The frame maps of an image stand one behind the other.
fn frame_maps(image: &[u8], inputs: &mut Inputs) -> Result<(), Box<dyn Error>> {
    let view = loader::ImageView::parse(image)?;
    let Extent { start, bytes } = view.header().frame_maps;
    let mut maps = &image[start as usize..][..bytes as usize];
    while let Some(map) = FrameMap::decode(maps) {
        let (own, rest) = maps.split_at(map.encoded_bytes());
        inputs.add("frame_map", own)?;
        maps = rest;
    }
    Ok(())
}

/// Lists of operations on a heap: each kind of operation, then noise of growing length.
fn operations(inputs: &mut Inputs) -> Result<(), Box<dyn Error>> {
    for operation in 0..12 {
        let list = [
            [0, 0, 0],
            [operation, 1, 1],
            [operation, 64, 2],
            [10, 0, 0],
            [11, 0, 0],
        ];
        inputs.add("gc_operations", list.as_flattened())?;
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for length in 1..20_usize {
        let noise = std::iter::repeat_with(|| {
            // Marsaglia 2003, Xorshift RNGs.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        });
        let list: Vec<u8> = noise.take(3 * length * length).collect();
        inputs.add("gc_operations", &list)?;
    }
    Ok(())
}
