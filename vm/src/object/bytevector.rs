//! Bytes of objects: copying them at the speed of the machine.
//!
//! Objects show their bytes as cells, because nothing forbids two views of one object. The functions that take a
//! mutator work in parts, see [`Mutator::in_parts`]: what was to be written may be half done when they stop.

use std::cell::Cell;

use syntax::Stop;

use crate::mutator::Mutator;

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

/// As [`copy_bytes`], of many bytes.
///
/// # Errors
///
/// [`Stop::Interrupted`].
///
/// # Panics
///
/// If `to` is shorter.
#[inline]
pub(crate) fn copy_many(m: &Mutator<'_>, to: &[Cell<u8>], from: &[Cell<u8>]) -> Result<(), Stop> {
    let to = &to[..from.len()];
    let copy = |part: std::ops::Range<usize>| copy_bytes(&to[part.clone()], &from[part]);
    // The ranges may overlap: nothing is overwritten before it is read.
    if to.as_ptr() > from.as_ptr() {
        m.in_parts_from_the_end(0..from.len(), copy)
    } else {
        m.in_parts(0..from.len(), copy)
    }
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

/// As [`write_bytes`], of many bytes.
///
/// # Errors
///
/// [`Stop::Interrupted`].
///
/// # Panics
///
/// If `to` is shorter.
#[inline]
pub(crate) fn write_many(m: &Mutator<'_>, to: &[Cell<u8>], from: &[u8]) -> Result<(), Stop> {
    m.in_parts(0..from.len(), |part| {
        write_bytes(&to[part.clone()], &from[part]);
    })
}

/// As [`read_bytes`], of many bytes, which are announced.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn read_many(m: &Mutator<'_>, from: &[Cell<u8>]) -> Result<Vec<u8>, Stop> {
    m.announce(from.len())?;
    let mut copy = vec![0; from.len()];
    let to = Cell::from_mut(copy.as_mut_slice()).as_slice_of_cells();
    copy_many(m, to, from)?;
    Ok(copy)
}

/// Sets all bytes to `byte`.
///
/// # Errors
///
/// [`Stop::Interrupted`].
#[inline]
pub(crate) fn fill_bytes(m: &Mutator<'_>, to: &[Cell<u8>], byte: u8) -> Result<(), Stop> {
    m.in_parts(0..to.len(), |part| {
        for cell in &to[part] {
            cell.set(byte);
        }
    })
}

/// Whether both are the same.
///
/// # Errors
///
/// [`Stop::Interrupted`].
#[inline]
pub(crate) fn are_equal(m: &Mutator<'_>, a: &[Cell<u8>], b: &[Cell<u8>]) -> Result<bool, Stop> {
    if a.len() != b.len() {
        return Ok(false);
    }
    m.all_parts(0..a.len(), |part| a[part.clone()] == b[part])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mutator;

    #[test]
    fn overlapping_parts_are_copied_as_they_were() {
        let mut bytes = *b"12345";
        let cells = Cell::from_mut(bytes.as_mut_slice()).as_slice_of_cells();
        copy_bytes(&cells[1..], &cells[..4]);
        assert_eq!(read_bytes(cells), b"11234");
        write_bytes(&cells[3..], b"ab");
        assert_eq!(read_bytes(cells), b"112ab");
        fill_bytes(&mutator(), &cells[..2], b'x').unwrap();
        assert_eq!(read_bytes(cells), b"xx2ab");
    }

    #[test]
    fn many_overlapping_bytes_are_copied_as_they_were() {
        let m = mutator();
        let original: Vec<u8> = (0..300_000_u32).map(|index| (index % 251) as u8).collect();
        for (to, from) in [(0, 1), (1, 0), (0, 70_000), (70_000, 0)] {
            let mut bytes = original.clone();
            let cells = Cell::from_mut(bytes.as_mut_slice()).as_slice_of_cells();
            copy_many(&m, &cells[to..], &cells[from..from + 200_000]).unwrap();
            let copied = &read_bytes(cells)[to..to + 200_000];
            assert_eq!(copied, &original[from..from + 200_000]);
        }
    }
}
