//! What an image's bytes are for: by section, by library, by procedure.

use std::collections::BTreeMap;

use abi::procedure::{LIBRARY_FOLDER, PROCEDURE_HEADER_BYTES, TOP_LEVEL};
use loader::{DebugTables, ImageView, Procedure};

use super::sections::{FileSection, sections};

/// The bytes of an image.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Of the file.
    pub file_bytes: u64,
    /// Of what is loaded.
    pub loaded_bytes: u64,
    /// Of each section, in the order of the file.
    pub sections: Vec<FileSection>,
    /// Of the code of each library or program, the largest first.
    pub libraries: Vec<CodeBytes>,
    /// Of the code of each procedure, the largest first.
    pub procedures: Vec<ProcedureBytes>,
}

/// The code of a library, or of a file of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBytes {
    /// `(scheme base)`, or the name of the file.
    pub name: String,
    /// How many procedures.
    pub procedures: usize,
    /// Bytes of bytecode, headers included.
    pub bytecode_bytes: u64,
    /// Bytes of native code.
    pub native_bytes: u64,
}

/// The code of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcedureBytes {
    /// Its name.
    pub name: String,
    /// Its library, or the name of its file.
    pub library: String,
    /// Line of its first instruction; 0 if it is not known.
    pub line: u32,
    /// Bytes of bytecode, its header included.
    pub bytecode_bytes: u64,
    /// Bytes of native code.
    pub native_bytes: u64,
}

impl Sizes {
    /// The sizes of an image, whose file has these bytes.
    pub fn of(file: &[u8], view: &ImageView<'_>) -> Self {
        let tables = view.debug_tables();
        let mut procedures = procedures(view, &tables);
        let libraries = libraries(&procedures);
        procedures.sort_by_key(|each| std::cmp::Reverse(each.bytecode_bytes + each.native_bytes));
        let header = view.header();
        let loaded = [
            header.read_only,
            header.code,
            header.constants,
            header.cells,
        ];
        Self {
            file_bytes: file.len() as u64,
            loaded_bytes: loaded.iter().map(|extent| u64::from(extent.bytes)).sum(),
            sections: sections(file),
            libraries,
            procedures,
        }
    }
}

/// What a library is called whose file has this name: that of a library of ours by the library's name.
fn library_name(file: &str) -> String {
    let own = file.strip_prefix(LIBRARY_FOLDER);
    match own.and_then(|path| path.strip_suffix(".sld")) {
        Some(path) => format!("({})", path.replace('/', " ")),
        None => file.to_owned(),
    }
}

fn procedures(view: &ImageView<'_>, tables: &DebugTables) -> Vec<ProcedureBytes> {
    let native = view.header().native_code;
    let mut functions = tables.functions_in(native).peekable();
    let measure = |procedure: Procedure<'_>| {
        let row = tables.row_at(procedure.code_start());
        let file = row.and_then(|row| tables.file(row.file));
        let name = match tables.procedure_name(procedure.address) {
            None => "(anonymous)",
            Some("") => TOP_LEVEL,
            Some(name) => name,
        };
        let entry = procedure.header.native_entry;
        let mut native_bytes = 0;
        if entry != 0 {
            // The general entry is the last function of a procedure.
            let entry = procedure.address.wrapping_add_signed(entry);
            while let Some((_, bytes, _)) = functions.next_if(|&(start, ..)| start <= entry) {
                native_bytes += u64::from(bytes);
            }
        }
        ProcedureBytes {
            name: name.to_owned(),
            library: file.map_or_else(|| "(unknown)".to_owned(), library_name),
            line: row.map_or(0, |row| row.line),
            bytecode_bytes: (PROCEDURE_HEADER_BYTES + procedure.code.len()) as u64,
            native_bytes,
        }
    };
    view.contents().procedures().map(measure).collect()
}

fn libraries(procedures: &[ProcedureBytes]) -> Vec<CodeBytes> {
    let mut libraries: BTreeMap<&str, CodeBytes> = BTreeMap::new();
    for procedure in procedures {
        let library = libraries
            .entry(&procedure.library)
            .or_insert_with(|| CodeBytes {
                name: procedure.library.clone(),
                procedures: 0,
                bytecode_bytes: 0,
                native_bytes: 0,
            });
        library.procedures += 1;
        library.bytecode_bytes += procedure.bytecode_bytes;
        library.native_bytes += procedure.native_bytes;
    }
    let mut libraries: Vec<CodeBytes> = libraries.into_values().collect();
    libraries.sort_by_key(|each| std::cmp::Reverse(each.bytecode_bytes + each.native_bytes));
    libraries
}
