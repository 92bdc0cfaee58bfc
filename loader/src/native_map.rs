//! The map of native code: from a return word to its frame, for all images of the process.
//!
//! Some frames were copied out of a stack. The collector walks such frames and knows no registry.
//! So there is one map for the whole process: a table of two levels over the granules of the
//! address space. A second level is made where an image has native code. The granules of a code
//! segment belong to one image, or to one native part of an image.

use std::sync::atomic::{AtomicPtr, Ordering};

use abi::image::{Extent, SEGMENT_ALIGN_BYTES};
use abi::native::return_table::ReturnTable;
use gc::{Address, AddressRange};

/// Bits of the addresses that processes have.
const ADDRESS_BITS: u32 = 47;
/// Bits of an address inside a granule.
const GRANULE_BITS: u32 = SEGMENT_ALIGN_BYTES.trailing_zeros();
/// Bits that choose an entry of a leaf.
const LEAF_BITS: u32 = 16;
const LEAF_ENTRIES: usize = 1 << LEAF_BITS;
const LEAVES: usize = 1 << (ADDRESS_BITS - GRANULE_BITS - LEAF_BITS);

/// One entry for each granule of a run of [`LEAF_ENTRIES`]; null where no native code is.
type Leaf = [AtomicPtr<NativeImage>; LEAF_ENTRIES];

static MAP: [AtomicPtr<Leaf>; LEAVES] = [const { AtomicPtr::new(std::ptr::null_mut()) }; LEAVES];

/// What must be known of an image to walk its native frames.
#[derive(Debug)]
struct NativeImage {
    base: Address,
    code: AddressRange,
    returns: ReturnTable<'static>,
}

/// A return point of native code, and the frame that it leads into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeReturn {
    /// Words of the frame, its return word included.
    pub words: u16,
    /// [`abi::native::return_table::FLAG_RECEIVES`], [`abi::native::return_table::FLAG_OPERATION`].
    pub flags: u16,
    /// Address of the frame map.
    pub map: Address,
}

/// Whether `address` lies in the native code of a loaded image.
///
/// # Safety
///
/// No image that `address` lies in is unloaded, or dropped, meanwhile.
#[inline]
pub unsafe fn is_native_code(address: Address) -> bool {
    // SAFETY: the contract of this function keeps an image in which the address lies.
    unsafe { image_at(address) }.is_some_and(|image| image.code.contains(address))
}

/// What stands at the native return point `return_word`; `None` if no native call returns there.
///
/// # Safety
///
/// As for [`is_native_code`]. The return word of a frame that a collector may reach keeps its image.
// Inlined, as in memory the answer would be written in small pieces and read in larger ones.
#[inline(always)]
pub unsafe fn native_return_at(return_word: Address) -> Option<NativeReturn> {
    // SAFETY: the contract of this function keeps an image in which the return word lies.
    let image = unsafe { image_at(return_word) }?;
    let offset = return_word.raw().checked_sub(image.code.start.raw())?;
    let point = image.returns.find(u32::try_from(offset).ok()?)?;
    Some(NativeReturn {
        words: point.words,
        flags: point.flags,
        map: image.base.offset_bytes(point.map as usize),
    })
}

/// # Safety
///
/// No image that `address` lies in is unloaded, or dropped, meanwhile.
#[inline(always)]
unsafe fn image_at<'any>(address: Address) -> Option<&'any NativeImage> {
    let granule = address.raw() >> GRANULE_BITS;
    let leaf = MAP.get(granule >> LEAF_BITS)?;
    // SAFETY: leaves are never freed, and complete when they are published.
    let leaf = unsafe { leaf.load(Ordering::Acquire).as_ref() }?;
    let image = leaf[granule % LEAF_ENTRIES].load(Ordering::Acquire);
    // SAFETY: the image was complete when it was published, and is freed only after it was removed,
    // which does not happen meanwhile.
    unsafe { image.as_ref() }
}

/// An entry in the map; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Registration {
    image: *mut NativeImage,
}

// SAFETY: what the pointer leads to is never changed.
unsafe impl Send for Registration {}
// SAFETY: what the pointer leads to is never changed, and freed only by who owns the registration.
unsafe impl Sync for Registration {}

impl Registration {
    /// Enters native code of an image at `base`, with its return points; `None` if there is none.
    ///
    /// # Safety
    ///
    /// The image, or the native part, was checked: `table` is a table of return points in a read-only segment, which
    /// stays mapped as long as the registration. The granules of `code` are no other image's.
    pub(crate) unsafe fn new(base: Address, code: Extent, table: Extent) -> Option<Self> {
        if code.bytes == 0 {
            return None;
        }
        let start = base.offset_bytes(table.start as usize).as_word_pointer();
        // SAFETY: the table lies in a read-only segment, which stays, by the contract of this function.
        let returns = unsafe { std::slice::from_raw_parts(start.cast(), table.bytes as usize) };
        let image = Box::into_raw(Box::new(NativeImage {
            base,
            code: AddressRange::new(base.offset_bytes(code.start as usize), code.bytes as usize),
            returns: ReturnTable::decoded_before(returns),
        }));
        let registration = Self { image };
        registration.each_granule(|entry| entry.store(image, Ordering::Release));
        Some(registration)
    }

    fn each_granule(&self, visit: impl Fn(&AtomicPtr<NativeImage>)) {
        // SAFETY: the image is freed only when the registration is dropped.
        let code = unsafe { &*self.image }.code;
        let first = code.start.raw() >> GRANULE_BITS;
        let last = (code.end.raw() - 1) >> GRANULE_BITS;
        for granule in first..=last {
            visit(&leaf_of(granule)[granule % LEAF_ENTRIES]);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.each_granule(|entry| entry.store(std::ptr::null_mut(), Ordering::Release));
        // SAFETY: the pointer came from a box; the map has it no longer, and whoever found it there
        // promised that the image is not dropped while it is used.
        drop(unsafe { Box::from_raw(self.image) });
    }
}

/// The leaf with the entry of `granule`, made if there is none.
fn leaf_of(granule: usize) -> &'static Leaf {
    let place = &MAP[granule >> LEAF_BITS];
    let mut leaf = place.load(Ordering::Acquire);
    if leaf.is_null() {
        // SAFETY: null pointers are zeros.
        let made = Box::into_raw(unsafe { Box::<Leaf>::new_zeroed().assume_init() });
        let exchange = place.compare_exchange(
            std::ptr::null_mut(),
            made,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        leaf = match exchange {
            Ok(_) => made,
            Err(other) => {
                // SAFETY: another thread was faster, and nobody has seen this one.
                drop(unsafe { Box::from_raw(made) });
                other
            }
        };
    }
    // SAFETY: leaves are never freed.
    unsafe { &*leaf }
}
