//! `benches/scaling/table.txt` has a line for each name that a library in `lib/` exports.
//!
//! `benches/scaling.py` measures by this table whether the time of a procedure grows faster than its arguments. A new
//! export is entered by `benches/scaling.py --find`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syntax::{Data, DatumId};

/// What the prompt knows: all of it is exported by other libraries.
const NOT_MEASURED: &str = "(cozen)";

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the library is there") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sld") {
            files.push(path);
        }
    }
}

/// The name that an operand of `export` exports.
fn exported_name(data: &Data, datum: DatumId) -> String {
    let renamed = data.proper_list(datum);
    let name = renamed.map_or(datum, |parts| parts[2]);
    data.as_symbol(name).expect("exports are names").to_owned()
}

/// Each library and name, as in the first two fields of the table.
fn exports() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    files_below(&root.join("lib"), &mut files);
    let mut exports = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        let (data, forms) = Data::parse(&text).expect("the library is well formed");
        for form in forms {
            let parts = data.proper_list(form).expect("a library is a list");
            let library = data.to_text(parts[1]);
            for &declaration in &parts[2..] {
                let operands = data
                    .proper_list(declaration)
                    .expect("a declaration is a list");
                if data.as_symbol(operands[0]) == Some("export") && library != NOT_MEASURED {
                    let names = operands[1..].iter().map(|&name| exported_name(&data, name));
                    exports.extend(names.map(|name| (library.clone(), name)));
                }
            }
        }
    }
    exports
}

#[test]
fn every_export_is_in_the_table_of_benches_scaling() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("benches/scaling/table.txt")).expect("it is there");
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let known: BTreeSet<(String, String)> = lines
        .map(|line| {
            let mut fields = line.split('\t').map(str::to_owned);
            let mut field = || fields.next().unwrap_or_default();
            (field(), field())
        })
        .collect();
    let exports = exports();
    let missing: Vec<_> = exports.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "`benches/scaling.py --find` enters these: {missing:?}"
    );
    let gone: Vec<_> = known.difference(&exports).collect();
    assert!(gone.is_empty(), "no library exports these: {gone:?}");
}
