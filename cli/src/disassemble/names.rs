//! The names of addresses in native code.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cozen::inspect::image::Extent;
use cozen::inspect::native::{self, Stub, context};
use cozen::inspect::{DebugTables, ImageView};
use iced_x86::{Instruction, OpKind, Register, SymbolResolver, SymbolResult};

/// A function of native code.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) start: u32,
    pub(super) bytes: u32,
    pub(super) name: String,
}

impl Function {
    fn contains(&self, address: u32) -> bool {
        (self.start..self.start + self.bytes).contains(&address)
    }
}

/// The native functions of an image, ascending by address; without a symbol table, all code is one.
pub(super) fn functions(view: &ImageView<'_>, tables: &DebugTables) -> Vec<Function> {
    let native = view.header().native_code;
    let known = tables.functions_in(native);
    let mut functions: Vec<Function> = known
        .map(|(start, bytes, name)| Function {
            start,
            bytes,
            name: name.to_owned(),
        })
        .collect();
    if functions.is_empty() && native.bytes > 0 {
        functions.push(Function {
            start: native.start,
            bytes: native.bytes,
            name: "(no symbol table)".to_owned(),
        });
    }
    functions
}

/// The words of the mutator that native code names, by their distance from its register.
fn context_name(distance: u64) -> Option<String> {
    let distance = i32::try_from(distance).ok()?;
    let name = match distance {
        context::ALLOCATION_CURSOR => "allocation-cursor",
        context::ALLOCATION_LIMIT => "allocation-limit",
        context::POLL_LIMIT_ADDRESS => "poll-limit",
        context::NURSERY_START => "nursery-start",
        context::NURSERY_BYTES => "nursery-bytes",
        context::KIND_TABLE => "kind-table",
        context::ARGUMENT_COUNT => "argument-count",
        context::CALLEE => "callee",
        context::OPERAND => "operand",
        context::WIDE_ARGUMENTS => "wide-arguments",
        _ => "",
    };
    if !name.is_empty() {
        return Some(name.to_owned());
    }
    let stub = Stub::ALL
        .iter()
        .find(|&&stub| context::stub_word(stub) == distance);
    if let Some(stub) = stub {
        return Some(format!("stub {}", stub.name()));
    }
    let operand = (distance - context::OPERANDS) / 8;
    if (1..context::OPERAND_WORDS as i32).contains(&operand) {
        return Some(format!("operand {operand}"));
    }
    let word = usize::try_from(distance - context::ARGUMENTS).ok()? / 8;
    (word < native::ARGUMENT_WORDS).then(|| format!("argument {word}"))
}

/// Names for the formatter of one function.
pub(super) struct Names {
    function: Function,
    named: BTreeMap<u32, String>,
    symbols: Vec<String>,
    cells: Extent,
    constants: Extent,
    context: Rc<Cell<Register>>,
}

impl Names {
    /// `named`: what starts at an address of the code. `context`: a register that leads to the mutator
    /// besides its own; the listing keeps it up to date.
    pub(super) fn new(
        view: &ImageView<'_>,
        named: &BTreeMap<u32, String>,
        function: &Function,
        context: &Rc<Cell<Register>>,
    ) -> Self {
        let header = view.header();
        Self {
            function: function.clone(),
            named: named.clone(),
            symbols: view.symbol_names().map(str::to_owned).collect(),
            cells: header.cells,
            constants: header.constants,
            context: Rc::clone(context),
        }
    }

    fn name(&self, address: u64) -> Option<String> {
        let address = u32::try_from(address).ok()?;
        if self.function.contains(address) {
            return Some(format!("->{}", address - self.function.start));
        }
        if let Some(name) = self.named.get(&address) {
            return Some(name.clone());
        }
        let inside = |extent: Extent| {
            let offset = address.checked_sub(extent.start)?;
            (offset < extent.bytes).then_some(offset)
        };
        if let Some(offset) = inside(self.cells) {
            let index = offset as usize / 8;
            return Some(self.symbols.get(index).map_or_else(
                || format!("cell {}", index - self.symbols.len()),
                |name| format!("symbol {name}"),
            ));
        }
        inside(self.constants).map(|offset| format!("constant +{offset:#x}"))
    }
}

/// Whether the operand in memory is a word of the mutator, to which `context` leads too.
fn is_context(instruction: &Instruction, context: Register) -> bool {
    let base = instruction.memory_base();
    base == Register::R15 || (base == context && context != Register::None)
}

impl SymbolResolver for Names {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        _operand: u32,
        instruction_operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        let name = match instruction.op_kind(instruction_operand?) {
            OpKind::NearBranch64 => self.name(address),
            OpKind::Memory if instruction.is_ip_rel_memory_operand() => self.name(address),
            OpKind::Memory if is_context(instruction, self.context.get()) => context_name(address),
            _ => None,
        };
        name.map(|name| SymbolResult::with_string(address, name))
    }
}
