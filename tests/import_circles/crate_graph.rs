//! Which files of a crate import which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::source::{self, Source};

/// The files of a crate, by number, and what each imports.
pub(crate) struct CrateGraph {
    files: Vec<File>,
    /// For each file, the files that it imports, with one imported name.
    pub(crate) imports: Vec<BTreeMap<usize, String>>,
}

struct File {
    name: String,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    source: Source,
}

/// What a name means in a file.
enum Meaning {
    /// The name is a module.
    Module(usize),
    /// The name is an item of this file.
    Item(usize),
}

impl CrateGraph {
    /// Reads the crate whose sources are in `folder`.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut graph = Self {
            files: Vec::new(),
            imports: Vec::new(),
        };
        let root = ["lib.rs", "main.rs"]
            .into_iter()
            .find(|name| folder.join(name).exists())
            .expect("a crate has a root");
        graph.add_file(folder, root, folder, None);
        graph.imports = (0..graph.files.len())
            .map(|file| graph.imports_of(file))
            .collect();
        graph
    }

    /// The name of a file, from the folder of sources.
    pub(crate) fn name(&self, file: usize) -> &str {
        &self.files[file].name
    }

    /// Adds a file, and the files of its modules, which stand in `module_folder`.
    fn add_file(
        &mut self,
        root: &Path,
        name: &str,
        module_folder: &Path,
        parent: Option<usize>,
    ) -> usize {
        let text = fs::read_to_string(root.join(name)).expect("readable file");
        let source = source::read(&text);
        let modules = source.modules.clone();
        let index = self.files.len();
        self.files.push(File {
            name: name.to_owned(),
            parent,
            children: BTreeMap::new(),
            source,
        });
        for module in modules {
            let folder = module_folder.join(&module);
            let file = [folder.with_extension("rs"), folder.join("mod.rs")]
                .into_iter()
                .find(|path| path.exists())
                .expect("a module has a file");
            let name = file
                .strip_prefix(root)
                .expect("a file of the crate")
                .to_string_lossy();
            let child = self.add_file(root, &name, &folder, Some(index));
            self.files[index].children.insert(module, child);
        }
        index
    }

    fn imports_of(&self, file: usize) -> BTreeMap<usize, String> {
        let source = &self.files[file].source;
        let mut imports = BTreeMap::new();
        let mut add = |path: &source::Path, target: usize| {
            if target != file {
                imports.entry(target).or_insert_with(|| path.join("::"));
            }
        };
        for import in &source.imports {
            match self.resolve(file, &import.path, &mut BTreeSet::new()) {
                // A folder's table of contents depends on nothing: whoever takes a name from there is led on.
                Some(Meaning::Item(target) | Meaning::Module(target))
                    if import.is_exported && self.is_inside(target, file) => {}
                Some(Meaning::Item(target)) => add(&import.path, target),
                // Paths say what is taken from a module.
                Some(Meaning::Module(target)) if self.files[target].children.is_empty() => {
                    add(&import.path, target);
                }
                _ => {}
            }
        }
        for path in &source.paths {
            if let Some(Meaning::Item(target)) = self.resolve(file, path, &mut BTreeSet::new()) {
                add(path, target);
            }
        }
        imports
    }

    /// Whether `file` is a module inside of `ancestor`.
    fn is_inside(&self, file: usize, ancestor: usize) -> bool {
        let mut file = Some(file);
        while let Some(at) = file {
            if at == ancestor {
                return true;
            }
            file = self.files[at].parent;
        }
        false
    }

    /// Follows a path, through re-exports too, to the file that defines what the path names. `visited` has the
    /// places that were asked already: imports may lead in circles.
    fn resolve(
        &self,
        mut file: usize,
        path: &[String],
        visited: &mut BTreeSet<(usize, Vec<String>)>,
    ) -> Option<Meaning> {
        if !visited.insert((file, path.to_owned())) {
            return None;
        }
        for (index, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" => file = 0,
                "self" => {}
                "super" => file = self.files[file].parent?,
                name => {
                    let here = &self.files[file];
                    if let Some(child) = here.children.get(name) {
                        file = *child;
                        continue;
                    }
                    if here.source.definitions.contains(name) {
                        return Some(Meaning::Item(file));
                    }
                    let found = self.resolve_import(file, &path[index..], visited);
                    // What a macro defines is found nowhere. It belongs to the module that it is taken from.
                    return found.or((index > 0).then_some(Meaning::Item(file)));
                }
            }
        }
        Some(Meaning::Module(file))
    }

    fn resolve_import(
        &self,
        file: usize,
        path: &[String],
        visited: &mut BTreeSet<(usize, Vec<String>)>,
    ) -> Option<Meaning> {
        let imports = &self.files[file].source.imports;
        if let Some(import) = imports.iter().find(|import| import.name == path[0]) {
            let path: Vec<_> = import.path.iter().chain(&path[1..]).cloned().collect();
            return self.resolve(file, &path, visited);
        }
        imports
            .iter()
            .filter(|import| import.name == "*")
            .find_map(|import| {
                match self.resolve(file, &import.path, visited)? {
                    Meaning::Module(module) => {
                        let here = &self.files[module];
                        let is_known = here.children.contains_key(&path[0])
                            || here.source.definitions.contains(&path[0])
                            || here
                                .source
                                .imports
                                .iter()
                                .any(|import| import.name == path[0]);
                        is_known
                            .then(|| self.resolve(module, path, visited))
                            .flatten()
                    }
                    // The variants of an enumeration.
                    Meaning::Item(_) => None,
                }
            })
    }
}
