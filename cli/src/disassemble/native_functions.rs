//! The functions of an image's native code, in the order in which a listing takes them.

use std::collections::BTreeMap;

use cozen::inspect::{DebugTables, ImageView};

use super::names::{Function, functions};

/// What a listing needs to know of the native code.
pub(super) struct NativeFunctions<'image> {
    pub(super) view: ImageView<'image>,
    functions: Vec<Function>,
    /// What starts at an address: procedures of bytecode and functions.
    pub(super) named: BTreeMap<u32, String>,
    /// How many of the functions are listed.
    listed: usize,
}

impl<'image> NativeFunctions<'image> {
    pub(super) fn new(view: &ImageView<'image>, tables: &DebugTables) -> Self {
        let functions = functions(view, tables);
        let mut named = BTreeMap::new();
        for procedure in view.contents().procedures() {
            let name = tables.procedure_name(procedure.address).unwrap_or_default();
            named.insert(procedure.address, format!("procedure {name}"));
        }
        for function in &functions {
            named.insert(function.start, format!("native {}", function.name));
        }
        Self {
            view: *view,
            functions,
            named,
            listed: 0,
        }
    }

    /// The functions up to and including the general entry, which is a procedure's last one.
    pub(super) fn take_up_to(&mut self, general_entry: u32) -> Vec<Function> {
        let end = self
            .functions
            .partition_point(|function| function.start <= general_entry);
        let taken = self.functions[self.listed.min(end)..end].to_vec();
        self.listed = end.max(self.listed);
        taken
    }
}
