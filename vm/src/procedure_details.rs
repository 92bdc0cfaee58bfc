//! What images tell of a procedure beside its header.

use abi::properties::ProcedureProperties;

use crate::interpreter::Code;
use crate::mutator::Mutator;

/// What the image of a procedure tells of it. A stripped image tells less, or nothing.
#[derive(Debug, Default)]
pub(crate) struct ProcedureDetails {
    /// The names of the parameters, the rest parameter last.
    pub(crate) parameters: Option<Vec<String>>,
    /// Where it was written.
    pub(crate) file: Option<String>,
    /// From 1; 0 if unknown.
    pub(crate) line: u32,
    /// In characters, from 1; 0 if unknown.
    pub(crate) column: u32,
    /// What its text says of it.
    pub(crate) properties: ProcedureProperties,
}

/// What a list, with a string or number as its element, or a range takes at most.
const ELEMENT_BYTES: usize = 96;

impl ProcedureDetails {
    /// What the details take as Scheme's lists and strings, at most.
    pub(crate) fn bytes_max(&self) -> usize {
        let text = |text: &String| 4 * text.len() + ELEMENT_BYTES;
        let parameters = self.parameters.iter().flatten().map(text).sum::<usize>();
        let texts = [&self.file, &self.properties.documentation];
        let texts = texts.into_iter().flatten().map(text).sum::<usize>();
        let ranges = self.properties.accepted.as_ref().map_or(0, Vec::len);
        parameters + texts + (ranges + 6) * ELEMENT_BYTES
    }
}

impl Mutator<'_> {
    /// What the image of the procedure tells.
    pub(crate) fn procedure_details(&self, code: Code) -> ProcedureDetails {
        let Some((tables, address)) = self.state().registry.debug_tables_at(code.address()) else {
            return ProcedureDetails::default();
        };
        let arity = tables.arity(address);
        let file = tables.origin_of(address).and_then(|origin| origin.file);
        let (line, column) = arity
            .as_ref()
            .map_or((0, 0), |arity| (arity.line, arity.column));
        ProcedureDetails {
            parameters: arity.map(|arity| arity.parameters),
            file: file.map(str::to_owned),
            line,
            column,
            properties: tables.properties(address),
        }
    }
}
