//! How the command line is linked, where that can be chosen: so that a process starts with less to do.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
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
}
