//! A hint to the processor that memory will be read soon.

use crate::address::Address;

/// Asks for the cache line of `address`, which may be any address.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(always)]
pub(crate) fn prefetch(address: Address) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    let place = std::ptr::with_exposed_provenance::<i8>(address.raw());
    // SAFETY: all processors of this architecture have the instruction, and it faults at no address.
    unsafe { _mm_prefetch(place, _MM_HINT_T0) };
}

/// Does nothing here.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
#[inline(always)]
pub(crate) const fn prefetch(_address: Address) {}
