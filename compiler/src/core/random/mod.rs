//! Random programs in Core that aim at the beliefs of passes.
//!
//! Each byte decides something, so that fewer and smaller bytes make a smaller program. The
//! programs have continuations that are captured in every operand and entered again a few times;
//! assigned variables that procedures capture; recursive bindings that read or assign variables
//! early; loops of no turn, one turn and several; optional and rest arguments; several values;
//! pairs with two names; errors in operands that passes might move; procedures that hold several
//! variables, that are called from several places, and that share the variables they hold.
//!
//! `n.1` counts whatever could run without end: re-entries, and calls from inside a group of
//! procedures.

mod bindings;
mod closures;
mod shapes;

use super::ir::Program;
use super::parse;

/// A program out of bytes.
pub(crate) fn generate(bytes: &[u8]) -> Program {
    let mut generator = Generator {
        bytes: bytes.iter(),
        variable_count: 6,
        lambda_count: 2,
        scope: Vec::new(),
        depth: 0,
    };
    let text = generator.program();
    match parse(&text) {
        Ok(program) => program,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// How deep expressions may stand in one another.
const DEPTH_MAX: usize = 9;

/// What a variable stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An integer; whether it may be assigned.
    Integer { is_assignable: bool },
    /// A procedure of so many arguments; whether it takes one or more further ones, and whether its calls
    /// have to be counted.
    Procedure {
        required: usize,
        takes_more: bool,
        is_counted: bool,
    },
}

struct Entry {
    text: String,
    kind: Kind,
}

struct Generator<'bytes> {
    bytes: std::slice::Iter<'bytes, u8>,
    variable_count: usize,
    lambda_count: usize,
    scope: Vec<Entry>,
    depth: usize,
}

impl Generator<'_> {
    /// Zero when there are no bytes left.
    fn choose(&mut self, count: u8) -> u8 {
        self.bytes.next().map_or(0, |byte| byte % count)
    }

    /// One in so many times; not when there are no bytes left.
    fn rarely(&mut self, count: u8) -> bool {
        self.choose(count) == count - 1
    }

    fn variable(&mut self, name: &str) -> String {
        let number = self.variable_count;
        self.variable_count += 1;
        format!("{name}{number}.{number}")
    }

    fn bind(&mut self, text: &str, kind: Kind) {
        self.scope.push(Entry {
            text: text.into(),
            kind,
        });
    }

    fn bind_integer(&mut self, text: &str) {
        let is_assignable = true;
        self.bind(text, Kind::Integer { is_assignable });
    }

    fn lambda(&mut self, parameters: &str, body: &str) -> String {
        let number = self.lambda_count;
        self.lambda_count += 1;
        format!("(lambda _.{number} ({parameters}) {body})")
    }

    fn program(&mut self) -> String {
        let mark = if self.choose(2) == 0 { '.' } else { '@' };
        let mut body = self.integer();
        if self.choose(3) > 0 {
            let result = self.variable("r");
            self.bind_integer(&result);
            let again = self.enter_again();
            let noted = format!("(begin (set-global! (global trace) {result}) {again})");
            body = format!("(let (({result} {body})) {noted})");
        }
        format!(
            "(letrec ((k.0 #f) (n.1 0) (cc.2 (lambda cc.0 (p.3) (let ((c.4 (%capture))) \
             (call p.3 (lambda _.1 (v.5) (%reinstate-value c.4 v.5))))))) {body})"
        )
        .replace("k.0", &format!("k{mark}0"))
        .replace("n.1", &format!("n{mark}1"))
        .replace("cc.2", &format!("cc{mark}2"))
    }

    /// A variable of a kind, those that were bound last rather than others.
    fn pick(&mut self, fits: impl Fn(Kind) -> bool) -> Option<usize> {
        let indices = 0..self.scope.len();
        let fitting: Vec<usize> = indices.filter(|&at| fits(self.scope[at].kind)).collect();
        let count = u8::try_from(fitting.len().min(8)).expect("at most eight");
        if count == 0 {
            return None;
        }
        let back = usize::from(self.choose(count));
        Some(fitting[fitting.len() - 1 - back])
    }

    fn constant(&mut self) -> String {
        self.choose(6).to_string()
    }

    fn atom(&mut self) -> String {
        let is_integer = |kind| matches!(kind, Kind::Integer { .. });
        match self.choose(4) {
            0 => self.constant(),
            _ => match self.pick(is_integer) {
                Some(at) => self.scope[at].text.clone(),
                None => self.constant(),
            },
        }
    }

    /// An expression whose value is an integer, unless it raises.
    fn integer(&mut self) -> String {
        if self.depth >= DEPTH_MAX || self.bytes.len() == 0 {
            return self.atom();
        }
        self.depth += 1;
        let mark = self.scope.len();
        let text = match self.choose(46) {
            0 | 1 => self.atom(),
            2 => self.sum("+"),
            3 => self.sum("-"),
            4 => self.noted(),
            5 => self.conditional(),
            6..=8 => self.bindings(),
            9..=11 => self.recursive_bindings(),
            12 | 13 => self.call_of_variable(),
            14 => self.call_of_lambda(),
            15 => self.assignment(),
            16 => self.several_values(),
            17 | 18 => self.capture(),
            19 | 20 => self.enter_again(),
            21 => self.counted_loop(),
            22 => self.pair_with_two_names(),
            23 => self.application(),
            24 => self.standard(),
            25 => self.error(),
            26 => self.counter(),
            27 | 28 => self.definitions(),
            29..=31 => self.operand_again(),
            32 => self.called_twice(),
            33 | 34 => self.free_variables(),
            35 | 36 => self.lifted(),
            37 | 38 => self.rest_of_known_calls(),
            39..=41 => self.shared(),
            42 => self.appended(),
            43 | 44 => self.error_after_operands(),
            _ => self.mutual_loop(),
        };
        self.scope.truncate(mark);
        self.depth -= 1;
        text
    }
}
