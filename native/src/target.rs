//! The machine for which native code is made, and Cranelift's settings.

use std::sync::Arc;

use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags};

/// Flags of Cranelift and their values: position-independent code for the stack of Scheme frames.
const FLAGS: &[(&str, &str)] = &[
    // Symbols of the image are reached relative to the instruction: no table of addresses.
    ("is_pic", "false"),
    ("enable_pinned_reg", "true"),
    ("enable_probestack", "false"),
    // Tail calls restore the caller's frame through it.
    ("preserve_frame_pointers", "true"),
    ("unwind_info", "true"),
    (
        "enable_verifier",
        if cfg!(debug_assertions) {
            "true"
        } else {
            "false"
        },
    ),
    // Code is made by the compiler alone: nothing is speculated on that others control.
    ("enable_heap_access_spectre_mitigation", "false"),
    ("enable_table_access_spectre_mitigation", "false"),
    ("machine_code_cfg_info", "false"),
];

/// Whether Cranelift's optimizer runs. Machine code is made of its result the same way without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optimization {
    /// It does.
    Speed,
    /// It has done so, or is not to.
    None,
}

/// The instruction set: x86-64 with what every such machine has.
///
/// # Panics
///
/// If Cranelift was built without it.
pub(super) fn target(optimization: Optimization) -> Arc<dyn TargetIsa> {
    let mut flags = settings::builder();
    let level = match optimization {
        Optimization::Speed => "speed",
        Optimization::None => "none",
    };
    flags
        .set("opt_level", level)
        .expect("Cranelift knows its levels");
    for (name, value) in FLAGS {
        flags.set(name, value).expect("Cranelift knows its flags");
    }
    let builder = isa::lookup_by_name("x86_64-unknown-linux-gnu");
    let builder = builder.expect("the workspace builds Cranelift with x86-64");
    let isa: OwnedTargetIsa = builder.finish(Flags::new(flags)).expect("the flags agree");
    isa
}
