//! How deep libraries import each other while they are expanded: each one that is expanded inside another's expansion
//! takes a part of the thread's stack.

use std::cell::Cell;

/// So many libraries may be expanded one inside the other. A thread of 2 MiB has room for them.
pub(super) const DEPTH_MAX: u32 = 300;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One library more is being looked for, until this is dropped: also if a panic unwinds.
pub(super) struct Deeper(());

impl Deeper {
    /// `None` if there are too many.
    pub(super) fn new() -> Option<Self> {
        let depth = DEPTH.get();
        (depth < DEPTH_MAX).then(|| {
            DEPTH.set(depth + 1);
            Self(())
        })
    }
}

impl Drop for Deeper {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}
