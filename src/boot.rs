//! The boot images: the Scheme library, compiled by `build.rs`, without native code and with it.
//!
//! Programs of bytecode run with the library of bytecode: crossing into native code for each
//! element of a `map` would cost more than native code gains, and start-up reads fewer pages.
//! Programs with native code run with the native library, so that their calls cross no border
//! either.

use abi::native::Tier;
use loader::TrustedImage;

/// An image that starts at a granule, in the executable's file and in memory: so it can be mapped from there.
#[repr(C, align(65536))]
struct Granules<Bytes: ?Sized>(Bytes);

const _: () = assert!(align_of::<Granules<u8>>() as u64 == abi::image::SEGMENT_ALIGN_BYTES);

/// The bytes of a file of the build script, in a section of the executable that has a name for tools.
macro_rules! image_section {
    ($(#[$attribute:meta])* $name:ident, $file:literal, $section:literal) => {
        $(#[$attribute])*
        #[unsafe(link_section = $section)]
        static $name: Granules<[u8; include_bytes!(concat!(env!("OUT_DIR"), "/", $file)).len()]> =
            Granules(*include_bytes!(concat!(env!("OUT_DIR"), "/", $file)));
    };
}

image_section! {
    /// The image of bytecode alone.
    BYTECODE, "boot.czo", ".cozen.library"
}

image_section! {
    /// The image that has native code too.
    #[cfg(feature = "native")]
    NATIVE, "boot-native.czo", ".cozen.native-library"
}

image_section! {
    /// Native code for the image of bytecode, which is linked to it when a program gets native code.
    #[cfg(feature = "native")]
    NATIVE_PART, "boot-part.czo", ".cozen.native-part"
}

/// The native part of the image of bytecode, if this library has one.
#[cfg(feature = "compiler")]
pub(crate) const fn native_part() -> Option<TrustedImage<'static>> {
    #[cfg(feature = "native")]
    // SAFETY: `build.rs` has compiled it, with the compiler of this crate, and together with the image. A test links
    // it, and debug builds check it whenever they do.
    let part = Some(unsafe { TrustedImage::vouch_linked(&NATIVE_PART.0) });
    #[cfg(not(feature = "native"))]
    let part = None;
    part
}

/// The bytes of the image of bytecode alone.
#[cfg(feature = "compiler")]
pub(crate) fn bytecode() -> &'static [u8] {
    &BYTECODE.0
}

/// The bytes of all images.
#[cfg(feature = "compiler")]
pub(crate) fn images() -> impl Iterator<Item = &'static [u8]> {
    #[cfg(feature = "native")]
    return [&BYTECODE.0[..], &NATIVE.0].into_iter();
    #[cfg(not(feature = "native"))]
    return [&BYTECODE.0[..]].into_iter();
}

/// The image for a runtime that runs procedures in these tiers. A runtime that cannot make native code has the one
/// image: native code that it runs crosses into bytecode where it calls the library.
pub(crate) fn image(tier: Tier) -> TrustedImage<'static> {
    let file: &'static [u8] = match tier {
        #[cfg(feature = "native")]
        Tier::Native | Tier::Mixed(_) => &NATIVE.0,
        _ => &BYTECODE.0,
    };
    // SAFETY: `build.rs` has compiled both, with the compiler of this crate. A test checks them, as debug builds do
    // whenever they load one.
    unsafe { TrustedImage::vouch_linked(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boot_images_pass_every_check() {
        for tier in [Tier::Bytecode, Tier::Native] {
            let image = image(tier);
            let checked = loader::ImageView::parse(image.bytes());
            assert!(checked.is_ok(), "{checked:?}");
        }
    }
}
