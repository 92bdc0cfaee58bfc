//! A listing of an image, and the parts that bytecode and native code have in common.

use std::fmt::Write as _;

use cozen::inspect::frame_map::SlotState;
use cozen::inspect::{Contents, DebugTables, Description};

use super::native_functions::NativeFunctions;
use crate::source_lines::SourceLines;

/// Column in which frame maps start.
pub(super) const MAP_COLUMN: usize = 58;

/// The text of an image: what the text is made of.
pub(super) struct Listing<'a, 'image> {
    pub(super) description: Description<'a, 'image>,
    pub(super) contents: Contents<'image>,
    pub(super) native: NativeFunctions<'image>,
    pub(super) tables: DebugTables,
    pub(super) sources: SourceLines,
    /// The SSA of each procedure, as far as it is known.
    pub(super) ssa: Vec<&'image str>,
}

impl Listing<'_, '_> {
    pub(super) fn add_source_line(&mut self, text: &mut String, place: Option<(u32, u32)>) {
        let Some((file, line)) = place.filter(|&(_, line)| line > 0) else {
            return;
        };
        let file = self.tables.file(file).unwrap_or("?").to_owned();
        let source = self.sources.line(&file, line).unwrap_or_default();
        add(text, format_args!("  {file}:{line}    {}\n", source.trim()));
    }

    /// The letters of the frame map at a virtual address.
    pub(super) fn map_text(&self, address: i64) -> String {
        let map = u32::try_from(address)
            .ok()
            .and_then(|address| self.contents.frame_map(address));
        map.map_or_else(
            || "[no frame map]".to_owned(),
            |map| {
                format!(
                    "[{}]",
                    map.states().map(SlotState::letter).collect::<String>()
                )
            },
        )
    }
}

/// Adds to the end of a text.
pub(super) fn add(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a string does not fail");
}
