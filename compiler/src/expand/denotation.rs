//! The meanings of names: core forms, macros, and variables.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::macro_evaluator::Kept;
use super::macro_origin::MacroOrigin;
use super::name::{LexicalEnvironment, TopId};
use super::syntax_rules::SyntaxRules;
use crate::core::ir::VariableId;

/// The meaning of a name.
#[derive(Clone, Debug)]
pub(crate) enum Denotation {
    /// A form that the expander knows.
    Core(CoreForm),
    /// A macro.
    Macro(Rc<Macro>),
    /// A variable of a procedure or binding form.
    Local(LocalName),
    /// A variable of a pattern of `syntax-case`.
    Pattern(PatternName),
    /// A variable of a library, program or interaction environment.
    Top(Rc<TopVariable>),
}

impl Denotation {
    /// Whether both are the same binding.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Core(left), Self::Core(right)) => left == right,
            (Self::Macro(left), Self::Macro(right)) => Rc::ptr_eq(left, right),
            (Self::Local(left), Self::Local(right)) => left == right,
            (Self::Pattern(left), Self::Pattern(right)) => left == right,
            (Self::Top(left), Self::Top(right)) => {
                Rc::ptr_eq(left, right) || !left.key.is_empty() && left.key == right.key
            }
            _ => false,
        }
    }
}

/// A local variable, as a name means it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalName {
    pub(crate) variable: VariableId,
    /// The number of the unit that it belongs to: a macro's procedure is a unit of its own.
    pub(crate) unit: u32,
}

/// A variable of a pattern, as a name means it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PatternName {
    /// The local variable that holds what the pattern has matched, a vector.
    pub(crate) slots: LocalName,
    /// The place in the vector.
    pub(crate) slot: u16,
    /// How many ellipses the variable is under.
    pub(crate) rank: u16,
}

/// A macro. Those of interfaces have their rules when they are first used.
#[derive(Debug)]
pub(crate) struct Macro {
    /// The name that it was defined with.
    pub(crate) name: Rc<str>,
    body: OnceCell<MacroBody>,
    /// Which macro of an interface it is.
    origin: Option<MacroOrigin>,
    /// Whether `syntax-parameterize` may give it another meaning.
    pub(crate) is_parameter: bool,
}

/// What a macro does, and the environment of its definition.
#[derive(Debug)]
pub(crate) struct MacroBody {
    pub(crate) transformer: Transformer,
    pub(crate) environment: LexicalEnvironment,
}

/// What a macro does.
#[derive(Debug)]
pub(crate) enum Transformer {
    /// It follows rules.
    Rules(SyntaxRules),
    /// It calls a procedure.
    Procedure {
        procedure: Kept,
        /// Whether `set!` of its name is a use, too.
        takes_set: bool,
    },
}

impl MacroBody {
    /// The rules, if there are some.
    pub(crate) fn rules(&self) -> Option<&SyntaxRules> {
        match &self.transformer {
            Transformer::Rules(rules) => Some(rules),
            Transformer::Procedure { .. } => None,
        }
    }
}

impl Macro {
    pub(crate) fn new(name: Rc<str>, body: MacroBody) -> Self {
        Self {
            name,
            body: OnceCell::from(body),
            origin: None,
            is_parameter: false,
        }
    }

    /// A macro of an interface, whose rules are not read yet.
    pub(crate) fn of_interface(name: Rc<str>, origin: MacroOrigin, is_parameter: bool) -> Self {
        Self {
            name,
            body: OnceCell::new(),
            origin: Some(origin),
            is_parameter,
        }
    }

    /// Whether a procedure does the macro's work: then its name alone is a use, too.
    pub(crate) fn is_procedural(&self) -> bool {
        self.body().is_some_and(|body| body.rules().is_none())
    }

    /// Whether an assignment to the macro's name is a use of the macro.
    pub(crate) fn takes_set(&self) -> bool {
        let transformer = self.body().map(|body| &body.transformer);
        matches!(
            transformer,
            Some(Transformer::Procedure {
                takes_set: true,
                ..
            })
        )
    }

    /// The same as a syntax parameter.
    pub(crate) fn into_parameter(self) -> Self {
        Self {
            is_parameter: true,
            ..self
        }
    }

    /// Which macro of an interface it is.
    pub(crate) fn origin(&self) -> Option<MacroOrigin> {
        self.origin
    }

    /// The rules, if they were read.
    pub(crate) fn body(&self) -> Option<&MacroBody> {
        self.body.get()
    }

    /// Sets the rules of a macro that has none yet.
    pub(crate) fn set_body(&self, body: MacroBody) {
        let set = self.body.set(body);
        set.expect("the rules of a macro are read once");
    }
}

/// A variable at top level.
#[derive(Debug)]
pub(crate) struct TopVariable {
    /// The key of the global that holds it; empty for variables of programs, which need none.
    key: Rc<str>,
    /// Whether it never changes once it is defined.
    mutability: Cell<Mutability>,
    /// Whether other units may refer to it.
    is_visible: Cell<bool>,
    /// In the unit that defines it.
    local: Option<LocalVariable>,
    /// The key of the global that holds it where macros run.
    syntax_key: RefCell<Option<Rc<str>>>,
    /// Whether there is such a global only.
    is_for_syntax: bool,
}

/// What a variable at top level is in the unit that defines it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalVariable {
    /// The unit's number.
    pub(crate) unit: u32,
    pub(crate) variable: VariableId,
    /// The environment that it belongs to.
    pub(crate) owner: TopId,
}

/// Whether a variable at top level may be assigned, or defined anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutability {
    Immutable,
    Mutable,
}

impl TopVariable {
    /// A variable that is only to be reached by the global `key`.
    pub(crate) fn global(key: Rc<str>, mutability: Mutability) -> Self {
        Self {
            key,
            mutability: Cell::new(mutability),
            is_visible: Cell::new(true),
            local: None,
            syntax_key: RefCell::default(),
            is_for_syntax: false,
        }
    }

    /// A variable that macros use only, where they run: the global `key`.
    pub(crate) fn for_syntax(key: Rc<str>) -> Self {
        Self {
            syntax_key: RefCell::new(Some(Rc::clone(&key))),
            is_for_syntax: true,
            ..Self::global(key, Mutability::Mutable)
        }
    }

    /// Whether only macros use it, where they run.
    pub(crate) const fn is_for_syntax(&self) -> bool {
        self.is_for_syntax
    }

    /// The key of the global that holds it where macros run, if there is one.
    pub(crate) fn syntax_key(&self) -> Option<Rc<str>> {
        self.syntax_key.borrow().clone()
    }

    /// Says where it is when macros run.
    pub(crate) fn set_syntax_key(&self, key: Rc<str>) {
        self.syntax_key.replace(Some(key));
    }

    /// The unit's variable that it is, with the unit's number.
    pub(crate) fn defined_in(&self) -> Option<LocalVariable> {
        self.local
    }

    /// A variable of the unit being compiled.
    pub(crate) fn local(key: Rc<str>, local: LocalVariable) -> Self {
        Self {
            key,
            mutability: Cell::new(Mutability::Immutable),
            is_visible: Cell::new(false),
            local: Some(local),
            syntax_key: RefCell::default(),
            is_for_syntax: false,
        }
    }

    pub(crate) fn key(&self) -> &Rc<str> {
        &self.key
    }

    pub(crate) fn mutability(&self) -> Mutability {
        self.mutability.get()
    }

    pub(crate) fn is_immutable(&self) -> bool {
        self.mutability() == Mutability::Immutable
    }

    /// Notes that some code assigns it.
    pub(crate) fn set_mutable(&self) {
        self.mutability.set(Mutability::Mutable);
    }

    pub(crate) fn is_visible(&self) -> bool {
        self.is_visible.get()
    }

    /// Notes that other units may refer to it.
    pub(crate) fn set_visible(&self) {
        self.is_visible.set(true);
    }

    /// The variable of `unit` that it is, if that unit defines it.
    pub(crate) fn in_unit(&self, unit: u32) -> Option<VariableId> {
        let local = self.local.filter(|local| local.unit == unit);
        local.map(|local| local.variable)
    }

    /// Whether it belongs to the top-level environment `top`.
    pub(crate) fn is_owned_by(&self, top: TopId) -> bool {
        self.local.is_some_and(|local| local.owner == top)
    }
}

macro_rules! core_forms {
    ($( $variant:ident $name:literal; )*) => {
        /// A form or auxiliary keyword that the expander knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum CoreForm { $( $variant, )* }

        impl CoreForm {
            pub(crate) const ALL: &[Self] = &[$( Self::$variant ),*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The form with this name.
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( $name => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

core_forms! {
    And "and";
    Begin "begin";
    BeginForSyntax "begin-for-syntax";
    Case "case";
    CaseLambda "case-lambda";
    Cond "cond";
    CondExpand "cond-expand";
    Define "define";
    DefineLibrary "define-library";
    DefineRecordType "define-record-type";
    DefineSyntax "define-syntax";
    DefineSyntaxParameter "define-syntax-parameter";
    DefineValues "define-values";
    Do "do";
    If "if";
    Import "import";
    Include "include";
    IncludeCi "include-ci";
    Lambda "lambda";
    LambdaOptional "%lambda-optional";
    Let "let";
    LetStar "let*";
    LetStarValues "let*-values";
    LetSyntax "let-syntax";
    LetValues "let-values";
    Letrec "letrec";
    LetrecStar "letrec*";
    LetrecSyntax "letrec-syntax";
    NamedLambda "named-lambda";
    Or "or";
    Quasiquote "quasiquote";
    Quasisyntax "quasisyntax";
    Quote "quote";
    Receive "receive";
    Set "set!";
    SyntaxCase "syntax-case";
    SyntaxErrorForm "syntax-error";
    SyntaxForm "syntax";
    SyntaxParameterize "syntax-parameterize";
    SyntaxRules "syntax-rules";
    Unless "unless";
    When "when";
    Arrow "=>";
    Ellipsis "...";
    Else "else";
    Underscore "_";
    Unquote "unquote";
    UnquoteSplicing "unquote-splicing";
    Unsyntax "unsyntax";
    UnsyntaxSplicing "unsyntax-splicing";
}

impl CoreForm {
    /// Whether it adds to the environment where it stands.
    pub(crate) const fn is_definition(self) -> bool {
        matches!(
            self,
            Self::Define
                | Self::DefineRecordType
                | Self::DefineSyntax
                | Self::DefineSyntaxParameter
                | Self::BeginForSyntax
                | Self::DefineValues
                | Self::Import
        )
    }

    /// Whether it has a meaning only inside other forms.
    pub(crate) const fn is_auxiliary(self) -> bool {
        matches!(
            self,
            Self::Arrow
                | Self::Ellipsis
                | Self::Else
                | Self::Underscore
                | Self::Unquote
                | Self::UnquoteSplicing
                | Self::Unsyntax
                | Self::UnsyntaxSplicing
                | Self::SyntaxRules
        )
    }

    /// The auxiliary keyword with this name.
    pub(crate) fn auxiliary(name: &str) -> Option<Self> {
        Self::from_name(name).filter(|form| form.is_auxiliary())
    }
}
