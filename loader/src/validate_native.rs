//! Checks of an image's native return points and native entries.
//!
//! The machine code itself is trusted. An image with native code must come from a source that one
//! would load a shared library from.

use abi::frame_map::FrameMap;
use abi::native::FRAME_BYTES_MAX;
use abi::native::return_table::{FLAG_OPERATION, FLAG_RECEIVES, ReturnPoint, ReturnTable};
use abi::object_layout::WORD_BYTES;
use abi::procedure::PROCEDURE_ALIGN_BYTES;

use crate::error::LoadError;
use crate::image::ImageView;

/// What separates the last procedure from native code has fewer bytes.
const PADDING_BYTES_MAX: u32 = 64 + PROCEDURE_ALIGN_BYTES as u32;

/// Whether every return point can be found and leads to a frame map, and every native entry lies in
/// the native code.
pub(crate) fn native(view: &ImageView<'_>) -> Result<(), LoadError> {
    let (code, table) = (view.header.native_code, view.header.native_returns);
    let bytes = view.read_only(table);
    let is_needless = code.bytes == 0 && table.bytes != 0;
    let returns = ReturnTable::decode(bytes).filter(|_| !is_needless).ok_or(
        LoadError::NativeReturnTable {
            bytes: table.bytes,
            code_bytes: code.bytes,
        },
    )?;
    if let Some(ReturnPoint {
        offset, words, map, ..
    }) = returns.lost_point()
    {
        return Err(LoadError::NativeReturn { offset, words, map });
    }
    for point in returns.points() {
        return_point(view, point)?;
    }
    entries(view)
}

fn return_point(view: &ImageView<'_>, point: ReturnPoint) -> Result<(), LoadError> {
    let map = view.contents().frame_map(point.map);
    if return_point_is_sound(point, view.header.native_code.bytes, map) {
        return Ok(());
    }
    let ReturnPoint {
        offset, words, map, ..
    } = point;
    Err(LoadError::NativeReturn { offset, words, map })
}

/// Whether a return point lies in `code_bytes` of native code, its frame can be one, and `map` is that frame's.
pub(crate) fn return_point_is_sound(
    point: ReturnPoint,
    code_bytes: u32,
    map: Option<FrameMap<'_>>,
) -> bool {
    let ReturnPoint {
        offset,
        words,
        flags,
        ..
    } = point;
    let is_frame = words.is_multiple_of(2)
        && (1..=FRAME_BYTES_MAX).contains(&(usize::from(words) * WORD_BYTES));
    offset < code_bytes
        && is_frame
        && flags & !(FLAG_RECEIVES | FLAG_OPERATION) == 0
        && map.is_some_and(|found| found.slot_count() < words)
}

fn entries(view: &ImageView<'_>) -> Result<(), LoadError> {
    let code = view.header.native_code;
    if code.bytes == 0 {
        return Ok(());
    }
    let mut next = view.header.code.start;
    for procedure in view.contents().procedures() {
        next = procedure.code_end();
        let native_entry = procedure.header.native_entry;
        let target = i64::from(procedure.address) + i64::from(native_entry);
        let is_inside = target >= code.start.into() && target < code.end().cast_signed();
        if native_entry != 0 && !is_inside {
            return Err(LoadError::NativeEntry {
                procedure: procedure.address,
                target,
            });
        }
    }
    // Else procedures would be left that nobody looked at.
    if code.start.saturating_sub(next) >= PADDING_BYTES_MAX {
        return Err(LoadError::ProcedureInvalid { address: next });
    }
    Ok(())
}
