//! Libraries (R7RS 5.6): finding their source, their declarations, their exports.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::compiled_library::OtherLibraries;
use super::denotation::{CoreForm, Denotation, MacroBody, Mutability, TopVariable};
use super::expanded_item::{ExpandedItem, Target};
use super::expander::Expander;
use super::failure::Result;
use super::library_source::{SrfiName, file_of_parts};
use super::name::Name;
use super::nesting::{DEPTH_MAX, Deeper};
use super::registry::{Exports, Library, Run};
use super::resolver::Meaning;
use super::source::{LetterCase, SourceText};
use super::syntax::SyntaxId;
use super::top_environment::TopKind;
use crate::core::ir::Expr;
use crate::id_map::IdMap;

/// How the names of files end that hold images.
pub const COMPILED_EXTENSION: &str = "czo";

/// What the declarations of a library add up to.
#[derive(Default)]
struct Declarations {
    /// Inner and outer name of each export, and where it stands.
    exports: Vec<(Name, Name, SyntaxId)>,
    body: Vec<SyntaxId>,
}

impl Expander<'_> {
    /// The exports of the library that `id` names; the library is expanded if need be.
    pub(crate) fn load_library(&mut self, id: SyntaxId) -> Result<Exports> {
        let candidates = self.candidates(id)?;
        for (name, file) in &candidates {
            if let Some(exports) = self.known_library(name, id)? {
                self.need_adopted(name);
                return Ok(exports);
            }
            let _deeper = self.deeper(id)?;
            if let Some(exports) = self.compiled_library(name, id)? {
                return Ok(exports);
            }
            if let Some(exports) = self.library_in_file(name, file.as_deref(), id)? {
                return Ok(exports);
            }
        }
        let (name, file) = &candidates[0];
        let mut failure = self.failure(id, format!("library {name} is not known"));
        let tried: Vec<String> = self
            .library_paths(file.as_deref())
            .map(|path| path.display().to_string())
            .collect();
        if !tried.is_empty() {
            failure = failure.note(format!("there is no file {}", tried.join(", ")));
        }
        Err(failure)
    }

    /// Goes into the library that `id` names, unless too many are around it.
    fn deeper(&self, id: SyntaxId) -> Result<Deeper> {
        Deeper::new().ok_or_else(|| {
            let message = format!("libraries import each other more than {DEPTH_MAX} deep");
            self.failure(id, message)
        })
    }

    /// The names by which the library that `id` names may be known, and the file of each: the name as
    /// it is written comes first.
    fn candidates(&self, id: SyntaxId) -> Result<Vec<(Rc<str>, Option<String>)>> {
        let parts = self.library_parts(id);
        let mut candidates = vec![(self.library_name(id)?, file_of_parts(&parts))];
        candidates.extend(SrfiName::of_parts(&parts).iter().flat_map(srfi_candidates));
        Ok(candidates)
    }

    /// The exports of a library that the unit defines, or that is known from before.
    fn known_library(&mut self, name: &Rc<str>, id: SyntaxId) -> Result<Option<Exports>> {
        if self.registry.is_internal(name) {
            return Err(self.failure(id, format!("library {name} is the runtime's own")));
        }
        // A unit's own libraries count more than those that units before it have defined.
        if let Some(form) = self.declared.remove(name) {
            let _deeper = self.deeper(id)?;
            return self.expand_library(name, form).map(Some);
        }
        if self.registry.is_unfinished(name) {
            if self.registry.is_in_run(name) {
                let message = format!("library {name} is imported before its body has run");
                let note = "it is a part of the program that runs";
                return Err(self.failure(id, message).note(note));
            }
            self.registry.remove_library(name);
        }
        match self.registry.library(name) {
            Some(Library::Ready(exports, _)) => Ok(Some(exports)),
            Some(Library::Open) => {
                let message = format!("library {name} imports itself");
                Err(self.failure(id, message))
            }
            None => Ok(None),
        }
    }

    /// The exports of the library in `file`, if that is there.
    fn library_in_file(
        &mut self,
        name: &Rc<str>,
        file: Option<&str>,
        id: SyntaxId,
    ) -> Result<Option<Exports>> {
        if let Some(source) = file.and_then(|file| self.registry.library_text(file)) {
            return self.load_source(name, source, id).map(Some);
        }
        let paths: Vec<PathBuf> = self.library_paths(file).collect();
        for path in paths {
            if let Ok(bytes) = self.registry.files().read(&path) {
                return self.load_file(name, &path, &bytes, id).map(Some);
            }
            let image = path.with_extension(COMPILED_EXTENSION);
            if self.registry.files().is_file(&image) {
                let message = format!("library {name} is there as an image only");
                let image = image.display();
                let note =
                    format!("{image} cannot be used here: libraries are expanded from their texts");
                return Err(self.failure(id, message).note(note));
            }
        }
        Ok(None)
    }

    /// Whether an import of the library would find it.
    pub(crate) fn is_library_available(&self, id: SyntaxId) -> bool {
        let candidates = self.candidates(id);
        candidates.is_ok_and(|candidates| candidates.iter().any(|each| self.is_available(each)))
    }

    /// Whether `feature` is one such as `srfi-1`, and that SRFI's library can be imported.
    pub(crate) fn is_srfi_feature(&self, feature: &str) -> bool {
        let srfi = SrfiName::of_feature(feature);
        srfi.is_some_and(|srfi| {
            srfi_candidates(&srfi)
                .iter()
                .any(|each| self.is_available(each))
        })
    }

    fn is_available(&self, (name, file): &(Rc<str>, Option<String>)) -> bool {
        let file = file.as_deref();
        self.registry.knows_library(name) && !self.registry.is_internal(name)
            || self.declared.contains_key(name)
            || file.is_some_and(|file| self.registry.library_text(file).is_some())
            || self
                .library_paths(file)
                .any(|path| self.is_library_there(&path))
    }

    /// Whether there is the text or the image of a library.
    fn is_library_there(&self, source: &Path) -> bool {
        let files = self.registry.files();
        files.is_file(source) || files.is_file(&source.with_extension(COMPILED_EXTENSION))
    }

    /// The name as it is written.
    pub(crate) fn library_name(&self, id: SyntaxId) -> Result<Rc<str>> {
        let parts = self.syntax.proper_list(id).unwrap_or_default();
        let is_part = |&part: &SyntaxId| match self.syntax.as_name(part) {
            Some(_) => true,
            None => super::expander::atom_word(&self.syntax, part).is_some_and(abi::tag::is_fixnum),
        };
        if parts.is_empty() || !parts.iter().all(is_part) {
            let found = self.to_text(id);
            let message = format!("expected a library name such as (scheme base), found {found}");
            return Err(self.failure(id, message));
        }
        let mut data = syntax::Data::new();
        let datum = self.syntax.export(&self.registry.names, id, &mut data);
        Ok(data.to_text(datum).into())
    }

    /// The parts of a library's name, as texts.
    fn library_parts(&self, id: SyntaxId) -> Vec<String> {
        let parts = self.syntax.proper_list(id).unwrap_or_default();
        let text = |part: SyntaxId| match self.syntax.as_name(part) {
            Some(name) => self.text(name).to_string(),
            None => self.to_text(part),
        };
        parts.into_iter().map(text).collect()
    }

    /// Where the file may be.
    fn library_paths<'a>(&'a self, file: Option<&'a str>) -> impl Iterator<Item = PathBuf> + 'a {
        let folders = self.registry.search_paths().iter();
        folders.filter_map(move |folder| file.map(|file| folder.join(file)))
    }

    fn load_file(
        &mut self,
        name: &Rc<str>,
        path: &Path,
        bytes: &[u8],
        at: SyntaxId,
    ) -> Result<Exports> {
        let shown = path.display().to_string();
        let source = self.sources.decode(&shown, bytes)?.in_file(path);
        self.load_source(name, source, at)
    }

    fn load_source(&mut self, name: &Rc<str>, source: SourceText, at: SyntaxId) -> Result<Exports> {
        if self.other_libraries != OtherLibraries::Welcome {
            self.other_libraries = OtherLibraries::Wanted;
            // The rest would be for nothing.
            return Err(self.failure(at, format!("library {name} has no image")));
        }
        let start = self.items.len();
        let shown = Rc::clone(&source.name);
        let forms = self.read_source(source, 0)?;
        self.declare_libraries(&forms)?;
        let Some(form) = self.declared.remove(name) else {
            let message = format!("{shown} does not define library {name}");
            return Err(self.failure(at, message));
        };
        let exports = self.expand_library(name, form)?;
        self.note_effects_from(start);
        Ok(exports)
    }

    /// Notes whether the bodies of libraries, from this item of the unit on, do more than define procedures and
    /// constants: then it matters when they run.
    fn note_effects_from(&mut self, start: usize) {
        let is_quiet = |item: &ExpandedItem| {
            let value = self.program.expr(item.value);
            item.target.is_some() && matches!(value, Expr::Lambda(_) | Expr::Quote(_))
        };
        self.has_effects |= !self.items[start..].iter().all(is_quiet);
    }

    /// Notes all `define-library` forms among `forms`; answers the others.
    pub(crate) fn declare_libraries(&mut self, forms: &[SyntaxId]) -> Result<Vec<SyntaxId>> {
        let mut others = Vec::new();
        for &form in forms {
            if !self.is_form_named(form, CoreForm::DefineLibrary.name()) {
                others.push(form);
                continue;
            }
            let operands = self.operands(form, CoreForm::DefineLibrary, 1, usize::MAX)?;
            let name = self.library_name(operands[0])?;
            if self.declared.insert(Rc::clone(&name), form).is_some() {
                let message = format!("library {name} is defined twice");
                return Err(self.failure(operands[0], message));
            }
        }
        Ok(others)
    }

    /// Whether `form` is a list that begins with the symbol `name`, whatever that is bound to.
    pub(crate) fn is_form_named(&self, form: SyntaxId, name: &str) -> bool {
        let head = self
            .syntax
            .as_pair(form)
            .and_then(|(head, _)| self.syntax.as_name(head));
        head.is_some_and(|head| &**self.text(head) == name)
    }

    /// Expands a library into the unit.
    pub(crate) fn expand_library(&mut self, name: &Rc<str>, form: SyntaxId) -> Result<Exports> {
        let before = self.registry.replace_library(name, Library::Open);
        self.registry.unit_libraries.push((Rc::clone(name), before));
        let top = self.registry.add_top(TopKind::Library(Rc::clone(name)));
        let outer = std::mem::replace(&mut self.top, top);
        let expanded = self.expand_declarations(form);
        self.top = outer;
        match expanded {
            Ok(exports) => {
                self.close_library(name, &exports, form);
                self.registry.close_top(top);
                self.persists = true;
                Ok(exports)
            }
            Err(failure) => {
                self.registry.remove_library(name);
                Err(failure)
            }
        }
    }

    /// Makes the library known. Later units rely on it only if its run came to the end.
    fn close_library(&mut self, name: &Rc<str>, exports: &Exports, form: SyntaxId) {
        if self.registry.is_boot || self.registry.is_alone {
            let library = Library::Ready(Rc::clone(exports), Run::Done);
            self.registry.set_library(Rc::clone(name), library);
            return;
        }
        let key = self.registry.end_key(name);
        let value = self.word(abi::tag::TRUE, form);
        let variable = TopVariable::global(Rc::clone(&key), Mutability::Immutable);
        self.items.push(ExpandedItem {
            target: Some(Target::Global(Rc::new(variable))),
            value,
            at: form,
        });
        self.registry.set_pending_library(name, exports, key);
    }

    fn expand_declarations(&mut self, form: SyntaxId) -> Result<Exports> {
        let operands = self.operands(form, CoreForm::DefineLibrary, 1, usize::MAX)?;
        let mut declarations = Declarations::default();
        let mut pending = operands[1..].to_vec();
        pending.reverse();
        while let Some(declaration) = pending.pop() {
            self.visit(declaration)?;
            let more = self.declaration(declaration, &mut declarations)?;
            pending.extend(more.into_iter().rev());
        }
        let mut items = Vec::new();
        self.scan(declarations.body, &mut items)?;
        let exports = self.exports(&declarations.exports)?;
        let start = self.items.len();
        self.run_items(items)?;
        self.mark_visible(&exports);
        self.phase.libraries.push((start, self.items.len()));
        Ok(exports)
    }

    /// Carries out one declaration; answers declarations that stand in its place.
    fn declaration(
        &mut self,
        id: SyntaxId,
        declarations: &mut Declarations,
    ) -> Result<Vec<SyntaxId>> {
        let parts = self.syntax.proper_list(id).unwrap_or_default();
        let head = parts.first().and_then(|&head| self.syntax.as_name(head));
        let head = head.map(|head| self.text(head).to_string());
        let operands = parts.get(1..).unwrap_or_default();
        match head.as_deref() {
            Some("export") => {
                for &operand in operands {
                    let export = self.export(operand)?;
                    declarations.exports.push(export);
                }
            }
            Some("import") => self.import_form(id)?,
            Some("begin") => declarations.body.extend_from_slice(operands),
            Some("include") => {
                let forms = self.include_files(operands, LetterCase::Kept, id)?;
                declarations.body.extend(forms);
            }
            Some("include-ci") => {
                let forms = self.include_files(operands, LetterCase::Folded, id)?;
                declarations.body.extend(forms);
            }
            Some("include-library-declarations") => {
                return self.include_files(operands, LetterCase::Kept, id);
            }
            Some("cond-expand") => return self.cond_expand_clause(id),
            _ => {
                let message = "expected a library declaration: export, import, begin, include, include-ci, \
                    include-library-declarations or cond-expand";
                return Err(self.failure(id, message));
            }
        }
        Ok(Vec::new())
    }

    /// `name` or `(rename inner outer)`.
    fn export(&self, id: SyntaxId) -> Result<(Name, Name, SyntaxId)> {
        if let Some(name) = self.syntax.as_name(id) {
            return Ok((name, name, id));
        }
        let parts = self.syntax.proper_list(id).unwrap_or_default();
        if let &[_, inner, outer] = parts.as_slice()
            && self.is_form_named(id, "rename")
            && let (Some(inner), Some(outer)) =
                (self.syntax.as_name(inner), self.syntax.as_name(outer))
        {
            return Ok((inner, outer, id));
        }
        Err(self.failure(id, "export: expected a name or (rename name new-name)"))
    }

    fn exports(&self, declared: &[(Name, Name, SyntaxId)]) -> Result<Exports> {
        let export = |&(inner, outer, at): &(Name, Name, SyntaxId)| match self.resolve(inner) {
            Meaning::Known(denotation) => Ok((outer, denotation)),
            Meaning::Unbound(..) => {
                let text = self.text(inner);
                let message = format!("export: `{text}` is neither defined nor imported");
                Err(self.failure(at, message))
            }
        };
        let exports: Vec<(Name, Denotation)> =
            declared.iter().map(export).collect::<Result<_>>()?;
        let mut first: IdMap<Name, usize> = IdMap::default();
        for (index, (outer, denotation)) in exports.iter().enumerate() {
            let known = *first.entry(*outer).or_insert(index);
            if !exports[known].1.is_same(denotation) {
                let (inner, _, at) = declared[index];
                let [outer, before, inner] =
                    [*outer, declared[known].0, inner].map(|name| self.text(name));
                let message =
                    format!("export: `{outer}` cannot stand for both `{before}` and `{inner}`");
                return Err(self.failure(at, message));
            }
        }
        Ok(exports.into())
    }

    /// Marks the variables that other units can get at: exports, what macros mention, and names
    /// that begin with `%`, by which the runtime finds procedures.
    fn mark_visible(&mut self, exports: &Exports) {
        if self.registry.is_alone {
            return;
        }
        let mark = |denotation: &Denotation| {
            if let Denotation::Top(variable) = denotation {
                variable.set_visible();
            }
        };
        exports.iter().for_each(|(_, denotation)| mark(denotation));
        let mut macros = Vec::new();
        // A procedure may mention anything, and so may a template that other macros' procedures fill in.
        let mut mentions_all = self
            .templates
            .iter()
            .any(|template| template.top == self.top);
        for denotation in self.registry.top(self.top).bound() {
            match denotation {
                Denotation::Macro(definition) => {
                    let body = definition.body();
                    if let Some(body) = body.filter(|body| body.environment.top == self.top) {
                        mentions_all |= body.rules().is_none();
                        self.mark_mentioned(body);
                        macros.push(Rc::clone(definition));
                    }
                }
                Denotation::Top(variable) if variable.key().starts_with('%') => {
                    variable.set_visible();
                }
                _ => {}
            }
        }
        if mentions_all {
            let bound = self.registry.top(self.top).bound();
            let is_own = |variable: &TopVariable| variable.is_owned_by(self.top);
            bound.for_each(|denotation| match denotation {
                Denotation::Top(variable) if is_own(variable) => variable.set_visible(),
                _ => {}
            });
        }
        self.mark_assigned_by_macros(self.top, &macros);
    }

    /// Marks what the templates of a macro mention.
    fn mark_mentioned(&self, definition: &MacroBody) {
        let rules = definition
            .rules()
            .into_iter()
            .flat_map(|rules| &rules.rules);
        for &name in rules.flat_map(|rule| &rule.inserted) {
            if let Meaning::Known(Denotation::Top(variable)) =
                self.resolver().resolve_in(name, definition.environment)
            {
                variable.set_visible();
            }
        }
    }
}

/// The names that the library of a SRFI may have, and the file of each. The name as it is written is none of them.
fn srfi_candidates(srfi: &SrfiName<'_>) -> Vec<(Rc<str>, Option<String>)> {
    let names = srfi.own_names().into_iter();
    names
        .map(|parts| {
            (
                format!("({})", parts.join(" ")).into(),
                file_of_parts(&parts),
            )
        })
        .collect()
}
