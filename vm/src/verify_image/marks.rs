//! Sets of places: one bit for each sixteen bytes of a range.

use abi::image::Extent;
use abi::object_layout::OBJECT_ALIGN_BYTES;

/// Places at multiples of [`OBJECT_ALIGN_BYTES`] in an extent.
#[derive(Debug)]
pub(super) struct Marks {
    extent: Extent,
    bits: Vec<u64>,
}

const ALIGN: u32 = OBJECT_ALIGN_BYTES as u32;

impl Marks {
    /// No places of `extent`.
    pub(super) fn new(extent: Extent) -> Self {
        let places = extent.bytes.div_ceil(ALIGN) as usize;
        Self {
            extent,
            bits: vec![0; places.div_ceil(64)],
        }
    }

    /// The word and the bit of a place.
    #[inline]
    fn place(&self, address: u32) -> Option<(usize, u64)> {
        let offset = address.checked_sub(self.extent.start)?;
        let is_place = offset < self.extent.bytes && offset.is_multiple_of(ALIGN);
        let index = (offset / ALIGN) as usize;
        is_place.then(|| (index / 64, 1 << (index % 64)))
    }

    /// Adds a place of the extent.
    pub(super) fn add(&mut self, address: u32) {
        if let Some((word, bit)) = self.place(address) {
            self.bits[word] |= bit;
        }
    }

    /// Whether `address` was added.
    #[inline]
    pub(super) fn contains(&self, address: u32) -> bool {
        self.place(address)
            .is_some_and(|(word, bit)| self.bits[word] & bit != 0)
    }
}
