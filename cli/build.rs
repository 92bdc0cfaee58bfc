//! How the command line is linked, where that can be chosen: so that a process starts with less to do.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The shared libraries that the standard library asks for, each with the archive that takes its place.
const ARCHIVES: [(&str, &str); 7] = [
    ("gcc_s", "libgcc_eh.a"),
    ("c", "libc.a"),
    ("m", "libm.a"),
    ("util", "libc.a"),
    ("rt", "libc.a"),
    ("pthread", "libc.a"),
    ("dl", "libc.a"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CC");
    let of_target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if of_target("OS") != "linux" || of_target("ENV") != "gnu" {
        return;
    }
    // At a fixed address no pointer of the executable has to be relocated: some 8,000 in 200 KB of memory, which
    // would be no longer shared with other processes.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // The unwinder comes along: one shared library fewer to be found, mapped and linked. Objects of the compiler come
    // before the standard library, which asks for the shared one where nothing else has the symbols.
    println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    link_statically();
    order_functions();
}

/// Has the linker put functions that every start runs side by side: `start.ld` says which.
///
/// A debug build does without, because the linker compares each of the patterns with the name of each function. So
/// does a build with a linker of the user's choice, which may not know `INSERT`.
fn order_functions() {
    println!("cargo::rerun-if-changed=start.ld");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_chosen = flags.contains("link-arg=-fuse-ld") || flags.contains("linker=");
    if is_chosen
        || env::var("RUSTC_LINKER").is_ok()
        || env::var("PROFILE").as_deref() != Ok("release")
    {
        return;
    }
    let directory = env::var("CARGO_MANIFEST_DIR").expect("Cargo names the package's directory");
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{directory}/start.ld");
}

/// Links the C library statically, if the system has the archives: nothing has to be found, mapped and relocated at
/// each start. The target feature `crt-static` would say the same of procedural macros, which must be shared.
///
/// The command line of the linker has `-Bdynamic` in front of the libraries of the standard library, so that the
/// linker looks for files `lib….so`. It finds texts that name the archives.
fn link_statically() {
    if !ARCHIVES.iter().all(|(_, archive)| has_archive(archive)) {
        return;
    }
    let directory = env::var("OUT_DIR").expect("Cargo names a directory for output");
    for (library, archive) in ARCHIVES {
        let path = Path::new(&directory).join(format!("lib{library}.so"));
        fs::write(path, format!("INPUT(-l:{archive})\n")).expect("Cargo's directory is writable");
    }
    println!("cargo::rustc-link-arg-bins=-L{directory}");
    println!("cargo::rustc-link-arg-bins=-static");
}

/// Whether the C compiler, which links, has the archive in one of its directories.
fn has_archive(name: &str) -> bool {
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let asked = Command::new(compiler)
        .arg(format!("-print-file-name={name}"))
        .output();
    asked
        .is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute())
}
