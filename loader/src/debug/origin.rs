//! What debug tables say of one address.

use abi::written_name::WrittenName;

/// Where code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeOrigin<'tables> {
    /// The procedure's name, if it has one.
    pub procedure: Option<&'tables str>,
    /// The source file, if lines are known.
    pub file: Option<&'tables str>,
    /// Line from 1; 0 if not known.
    pub line: u32,
    /// Column from 1; 0 if not known.
    pub column: u32,
    /// What errors of the code name.
    pub written: WrittenName,
}
