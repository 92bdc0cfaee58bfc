//! The boot image: the Scheme library, compiled by `build.rs`.

/// The image's bytes.
pub(crate) static IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/boot.czo"));
