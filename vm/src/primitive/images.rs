//! What a program may see of the images of its runtime.

use gc::{ImageId, ImageKeeper};

use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::value::Value;

/// Bytes of an entry of the list, but for texts: six pairs, two strings.
const ENTRY_BYTES: usize = 512;

/// Bytes of a character in a string.
const CHARACTER_BYTES: usize = 4;

/// `(%loaded-images)` is a list of lists: name, first address, one past the last address, and what keeps the image as
/// far as the last full collection knows: a symbol, or the name of an image.
pub(crate) fn loaded_images<'m>(m: &'m Mutator<'_>, _: Args<'m>) -> PrimitiveResult<'m> {
    let images = m.images();
    let text_bytes = |name: &str| 2 * CHARACTER_BYTES * name.len() + ENTRY_BYTES;
    m.reserve(images.images().map(|image| text_bytes(image.name())).sum())?;
    let mut entries = Vec::with_capacity(images.len());
    for (index, image) in images.images().enumerate() {
        m.check_at(index)?;
        let range = image.range();
        let entry = [
            m.string(image.name()),
            address(m, range.start.word()),
            address(m, range.end.word()),
            keeper(m, image.id()),
        ];
        entries.push(m.list(entry));
    }
    Ok(m.list(entries))
}

fn address<'m>(m: &'m Mutator<'_>, address: u64) -> Value<'m> {
    crate::number::heap::from_u64(m, address)
}

fn keeper<'m>(m: &'m Mutator<'_>, image: ImageId) -> Value<'m> {
    let name = match m.heap().image_keeper(image).unwrap_or_default() {
        ImageKeeper::Unknown => "unknown",
        ImageKeeper::Pin => "pinned",
        ImageKeeper::Handle => "handle",
        ImageKeeper::Root => "frame",
        ImageKeeper::Object => "object",
        ImageKeeper::Image(other) => {
            let other = m.images().get(other);
            return m.string(other.map_or("an image that is gone", |image| image.name()));
        }
    };
    m.intern(name)
}
