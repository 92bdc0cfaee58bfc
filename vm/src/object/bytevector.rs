//! Bytes of objects: copying them at the speed of the machine.
//!
//! Objects show their bytes as cells, because nothing forbids two views of one object.

use std::cell::Cell;

/// Copies `from` to the start of `to`; both may be parts of one object, and overlap.
///
/// # Panics
///
/// If `to` is shorter.
pub(crate) fn copy_bytes(to: &[Cell<u8>], from: &[Cell<u8>]) {
    assert!(from.len() <= to.len(), "callers make room first");
    // SAFETY: both ranges are readable bytes, `to` is writable through its cells and long enough;
    // `copy` allows that they overlap.
    unsafe { std::ptr::copy(from.as_ptr(), to.as_ptr().cast_mut(), from.len()) };
}

/// Copies `from` to the start of `to`.
///
/// # Panics
///
/// If `to` is shorter.
pub(crate) fn write_bytes(to: &[Cell<u8>], from: &[u8]) {
    assert!(from.len() <= to.len(), "callers make room first");
    let start: *mut u8 = to.as_ptr().cast_mut().cast();
    // SAFETY: `to` is writable through its cells and long enough; a shared slice outside the heap
    // cannot overlap it.
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), start, from.len()) };
}

/// A copy outside the heap.
pub(crate) fn read_bytes(from: &[Cell<u8>]) -> Vec<u8> {
    let mut copy = vec![0; from.len()];
    copy_bytes(
        Cell::from_mut(copy.as_mut_slice()).as_slice_of_cells(),
        from,
    );
    copy
}

/// Sets all bytes to `byte`.
pub(crate) fn fill_bytes(to: &[Cell<u8>], byte: u8) {
    for cell in to {
        cell.set(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_parts_are_copied_as_they_were() {
        let mut bytes = *b"12345";
        let cells = Cell::from_mut(bytes.as_mut_slice()).as_slice_of_cells();
        copy_bytes(&cells[1..], &cells[..4]);
        assert_eq!(read_bytes(cells), b"11234");
        write_bytes(&cells[3..], b"ab");
        assert_eq!(read_bytes(cells), b"112ab");
        fill_bytes(&cells[..2], b'x');
        assert_eq!(read_bytes(cells), b"xx2ab");
    }
}
