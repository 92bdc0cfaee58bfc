//! What the machine that runs procedures of macros may take.

use gc::Zeal;

/// What the machine that runs procedures of macros may take: as much as the program's own machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MacroLimits {
    pub(crate) heap_bytes_max: Option<usize>,
    pub(crate) stack_bytes_max: Option<usize>,
    pub(crate) zeal: Option<Zeal>,
}
