//! Whether the process runs on Valgrind.

/// Whether the process runs on Valgrind, which keeps track of all address space.
///
/// This is the client request `RUNNING_ON_VALGRIND` of `valgrind.h` (Valgrind manual, section 3.1): instructions that
/// do nothing on a processor, and that Valgrind knows.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) fn is_running_on_valgrind() -> bool {
    const RUNNING_ON_VALGRIND: u64 = 0x1001;
    let request: [u64; 6] = [RUNNING_ON_VALGRIND, 0, 0, 0, 0, 0];
    let mut answer: u64 = 0;
    // SAFETY: the rotations of rdi add up to 128 bits, so rdi is as before, as is rbx after its exchange with itself.
    // Valgrind reads the six words of `request`, and changes nothing but rdx.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            inout("rdx") answer,
            in("rax") request.as_ptr(),
            options(nostack),
        );
    }
    answer != 0
}

/// Whether the process runs on Valgrind: not known here.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(crate) const fn is_running_on_valgrind() -> bool {
    false
}
