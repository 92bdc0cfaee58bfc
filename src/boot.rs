//! The boot images: the Scheme library, compiled by `build.rs`, without native code and with it.
//!
//! Programs of bytecode run with the library of bytecode: crossing into native code for each
//! element of a `map` would cost more than native code gains, and start-up reads fewer pages.
//! Programs with native code run with the native library, so that their calls cross no border
//! either.

use abi::native::Tier;
use loader::TrustedImage;

/// The image of bytecode alone.
pub(crate) static IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/boot.czo"));

/// The image that has native code too.
#[cfg(feature = "native")]
static NATIVE_IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/boot-native.czo"));

/// The image for a runtime that runs procedures in these tiers. A runtime that cannot make native code has the one
/// image: native code that it runs crosses into bytecode where it calls the library.
pub(crate) fn image(tier: Tier) -> TrustedImage<'static> {
    let file = match tier {
        #[cfg(feature = "native")]
        Tier::Native | Tier::Mixed(_) => NATIVE_IMAGE,
        _ => IMAGE,
    };
    // SAFETY: `build.rs` has compiled both, with the compiler of this crate.
    unsafe { TrustedImage::vouch(file) }
}
