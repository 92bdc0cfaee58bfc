//! What the allocator of the C library keeps of freed memory.

/// The allocator keeps this part of the heap's limit at the most.
const PARTS: usize = 16;
/// More costs nothing worth saving, in bytes.
const KEPT_BYTES_MIN: usize = 1 << 20;
/// The allocator takes no larger threshold, in bytes.
const KEPT_BYTES_MAX: usize = 32 << 20;

/// Lets the allocator keep little of what is freed, compared with a limit of the heap. Left to itself it keeps twice
/// as much as the longest block that it has freed, up to 64 MiB.
///
/// That is only for programs with a limit: fresh memory for each large number doubles the time of arithmetic.
pub(crate) fn keep_little(heap_bytes_max: usize) {
    let bytes = (heap_bytes_max / PARTS).clamp(KEPT_BYTES_MIN, KEPT_BYTES_MAX);
    set_thresholds(bytes);
}

#[cfg(target_env = "gnu")]
fn set_thresholds(bytes: usize) {
    let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
    for parameter in [libc::M_MMAP_THRESHOLD, libc::M_TRIM_THRESHOLD] {
        // SAFETY: `mallopt` takes any two numbers, at any time.
        unsafe { libc::mallopt(parameter, bytes) };
    }
}

/// Other allocators have no such thresholds.
#[cfg(not(target_env = "gnu"))]
fn set_thresholds(_bytes: usize) {}
