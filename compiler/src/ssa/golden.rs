//! Golden tests of SSA passes: a unit as text goes in, and the text of the result comes out.

use super::ir::Unit;
use super::parse::parse;
use super::print::print;
use super::verify::verify;

/// What `passes`, one after the other, make of a unit that is well formed, and stays so after each.
pub(crate) fn after(passes: &[fn(Unit) -> Unit], text: &str) -> String {
    let mut unit = parse(text).unwrap();
    assert_eq!(verify(&unit), []);
    for pass in passes {
        unit = pass(unit);
        assert_eq!(verify(&unit), [], "{}", print(&unit));
    }
    print(&unit)
}
