//! How the arenas of a process share its address space.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::options::HeapOptions;

/// Bytes that all arenas of the process have reserved.
static RESERVED_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Each time that the arenas of the process have reserved so many bytes more, the next ones are smaller.
const RESERVED_STEP_BYTES: usize = 16 << 40;
/// How many times smaller, as a power of two.
const STEP_SHIFT: usize = 3;

/// The part of an arena in [`RESERVED_BYTES`].
#[derive(Debug)]
pub(crate) struct Share(usize);

impl Share {
    /// Counts an arena of `bytes`.
    pub(crate) fn of(bytes: usize) -> Self {
        RESERVED_BYTES.fetch_add(bytes, Ordering::Relaxed);
        Self(bytes)
    }

    /// What all arenas of the process have reserved.
    pub(crate) fn total_bytes() -> usize {
        RESERVED_BYTES.load(Ordering::Relaxed)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        RESERVED_BYTES.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// What of a wish for `bytes` an arena should reserve while the others have reserved so much. A process has 128 TiB
/// of address space: 64 arenas of 256 GiB take 16 TiB, the next 512 ones of 32 GiB as much, and so on. So there is
/// address space left however many there are.
pub(crate) fn fair_bytes(bytes: usize, reserved_bytes: usize) -> usize {
    let steps = reserved_bytes / RESERVED_STEP_BYTES;
    let shift = (steps * STEP_SHIFT).min(usize::BITS as usize - 1);
    (bytes >> shift).max(HeapOptions::ARENA_BYTES_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arenas_get_smaller_as_address_space_is_taken() {
        let wish = 256 << 30;
        assert_eq!(fair_bytes(wish, 0), wish);
        assert_eq!(fair_bytes(wish, RESERVED_STEP_BYTES - 1), wish);
        let mut reserved = 0;
        for _ in 0..20_000 {
            reserved += fair_bytes(wish, reserved);
        }
        assert!(reserved < 100 << 40, "{reserved} bytes of 128 TiB");
        assert_eq!(fair_bytes(wish, usize::MAX), HeapOptions::ARENA_BYTES_MIN);
    }
}
