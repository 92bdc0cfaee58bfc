//! What tools call a procedure.

use std::borrow::Cow;
use std::path::Path;
use std::rc::Rc;

use abi::procedure::TOP_LEVEL;

use crate::core::ir::{ActivationId, SourcePlace};

/// The name of a procedure that was written at `place`; that of its place (`lambda@file.scm:3:5`) if it has none, or
/// `lambda` if it was in no text. The entry of a unit has neither.
pub(super) fn procedure_name<'name>(
    name: &'name str,
    place: SourcePlace,
    files: &[Rc<str>],
) -> Cow<'name, str> {
    let is_named = !name.is_empty() || place.activation == ActivationId::ENTRY;
    let Some(file) = files.get(usize::from(place.file)).filter(|_| !is_named) else {
        return tool_name(name);
    };
    if place.line == 0 {
        return Cow::Borrowed("lambda");
    }
    let file = Path::new(&**file).file_name();
    let file = file.map_or(Cow::Borrowed("?"), |file| file.to_string_lossy());
    let SourcePlace { line, column, .. } = place;
    Cow::Owned(tool_name(&format!("lambda@{file}:{line}:{column}")).into_owned())
}

/// The name that tools show: that of [`procedure_name`], or that of the top level.
pub(super) fn shown_name<'name>(
    name: &'name str,
    place: SourcePlace,
    files: &[Rc<str>],
) -> Cow<'name, str> {
    let name = procedure_name(name, place, files);
    if name.is_empty() {
        Cow::Borrowed(TOP_LEVEL)
    } else {
        name
    }
}

/// A name as the string tables can hold it: without NUL.
pub(super) fn tool_name(name: &str) -> Cow<'_, str> {
    if name.contains('\0') {
        Cow::Owned(name.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    #[test]
    fn procedures_without_a_name_are_called_by_their_place() {
        let files: [Rc<str>; 1] = ["lib/a.scm".into()];
        let place = SourcePlace {
            line: 3,
            column: 5,
            activation: ActivationId::new(1),
            ..SourcePlace::default()
        };
        assert_eq!(procedure_name("", place, &files), "lambda@a.scm:3:5");
        assert_eq!(procedure_name("f", place, &files), "f");
        let nowhere = SourcePlace { line: 0, ..place };
        assert_eq!(procedure_name("", nowhere, &files), "lambda");
        assert_eq!(procedure_name("", SourcePlace::default(), &files), "");
        assert_eq!(procedure_name("", place, &[]), "");
        assert_eq!(shown_name("f", place, &files), "f");
        assert_eq!(shown_name("", SourcePlace::default(), &files), "(toplevel)");
    }

    #[test]
    fn names_have_no_nul() {
        assert_eq!(tool_name("a\0b"), "a\u{fffd}b");
    }
}
