//! A mutator of images: changes one part, and makes the fingerprint and the content hash right again.

use libfuzzer_sys::fuzzer_mutate;
use loader::fuzzing::load_image::{part, repair};

/// Changes the first `size` bytes of `data`; how many there are afterwards. Without the repair, the content hash would
/// refuse all but a few inputs.
pub(crate) fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    // Changes of one part leave the other parts where the headers say that they are.
    let is_whole = seed % 8 == 0;
    let part = part(&data[..size], seed / 8).filter(|_| !is_whole);
    let size = match part {
        Some(part) => {
            let bytes = part.len();
            fuzzer_mutate(&mut data[part], bytes, bytes);
            size
        }
        None => fuzzer_mutate(data, size, max_size),
    };
    repair(&mut data[..size]);
    size
}
