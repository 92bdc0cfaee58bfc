//! Says whether the interpreter's executors call each other (`chained_dispatch`, see
//! `src/interpreter/dispatch.rs`): where calls in tail position become jumps. `.ci/executors` looks whether they do in
//! the release build. With the levels 2 and `s`, and without optimization over all crates, they do, too.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(chained_dispatch)");
    let optimizes = matches!(env::var("OPT_LEVEL").as_deref(), Ok("2" | "3" | "s" | "z"));
    // A sanitizer may keep a frame until a function returns.
    let sanitized = env::var_os("CARGO_CFG_SANITIZE").is_some();
    if optimizes && !sanitized {
        println!("cargo::rustc-cfg=chained_dispatch");
    }
}
