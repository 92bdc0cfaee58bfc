//! Random programs mean the same after every pass.
//!
//! Each level's passes run over a program, and each optional pass runs behind the passes that every
//! level needs. [`interpret`](crate::core::interpret) compares what the
//! program does after each pass with what the program did at first. `PROPTEST_CASES` says how many
//! programs there are. `PROPTEST_RNG_SEED` makes the same programs again. A program that fails is
//! shown before and after the pass.

use abi::primitive::Primitive;
use abi::tag;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::compile::{CORE_PASSES, CorePass};
use crate::core::interpret::{Stop, evaluate};
use crate::core::ir::{
    Expr, ExprId, Global, GlobalId, Lambda, LambdaOrigin, Program, SourcePlace, VariableId,
};
use crate::core::{parse, random, verify};
use crate::id::Id;
use crate::options::Level;

/// Makes a program out of bytes: each decides something.
struct Generator<'bytes> {
    bytes: std::slice::Iter<'bytes, u8>,
    program: Program,
    scope: Vec<VariableId>,
    depth: usize,
}

impl Generator<'_> {
    fn choose(&mut self, count: u8) -> u8 {
        self.bytes.next().map_or(0, |byte| byte % count)
    }

    fn add(&mut self, expr: Expr) -> ExprId {
        self.program.add(expr, SourcePlace::default())
    }

    fn constant(&mut self) -> ExprId {
        let word = match self.choose(12) {
            0 => tag::TRUE,
            1 => tag::FALSE,
            2 => tag::NULL,
            number => tag::fixnum(i64::from(number) - 5).unwrap(),
        };
        self.program.add_quote(word, SourcePlace::default())
    }

    fn atom(&mut self) -> ExprId {
        let count = u8::try_from(self.scope.len().min(200)).unwrap();
        if count == 0 || self.choose(4) == 0 {
            return self.constant();
        }
        let back = usize::from(self.choose(count));
        let variable = self.scope[self.scope.len() - 1 - back];
        self.add(Expr::Local(variable))
    }

    fn atoms(&mut self, count: u8) -> Vec<ExprId> {
        (0..count).map(|_| self.atom()).collect()
    }

    fn variable(&mut self) -> VariableId {
        let variable = self.program.add_variable("v".into());
        self.scope.push(variable);
        variable
    }

    /// An expression whose operands are atoms, so that the order of evaluation is fixed.
    fn expr(&mut self) -> ExprId {
        if self.depth > 12 || self.bytes.len() == 0 {
            return self.atom();
        }
        self.depth += 1;
        let mark = self.scope.len();
        let expr = match self.choose(16) {
            15 => {
                let test = self.expr();
                let consequent = self.expr();
                Expr::If(test, consequent, self.expr())
            }
            1 | 2 => {
                let first = self.expr();
                Expr::Sequence(vec![first, self.expr()])
            }
            3..=5 => {
                let init = self.expr();
                let variable = self.variable();
                Expr::Let(vec![(variable, init)], self.expr())
            }
            6 | 7 => self.letrec(),
            8 => self.lambda(),
            9 | 10 => {
                let operator = self.atom();
                let count = self.choose(3);
                Expr::Call(operator, self.atoms(count))
            }
            11 => self.assignment(),
            12 => {
                let value = self.atom();
                Expr::GlobalSet(GlobalId::new(0), value)
            }
            13 => {
                let producer = self.expr();
                let required = vec![self.variable()];
                let rest = (self.choose(2) == 0).then(|| self.variable());
                Expr::Receive {
                    required,
                    rest,
                    producer,
                    body: self.expr(),
                }
            }
            14 => {
                let count = self.choose(3);
                Expr::Primitive(Primitive::Values, self.atoms(count))
            }
            _ => self.primitive(),
        };
        self.scope.truncate(mark);
        self.depth -= 1;
        self.add(expr)
    }

    fn primitive(&mut self) -> Expr {
        let (primitive, count) = match self.choose(10) {
            0 => (Primitive::Not, 1),
            1 => (Primitive::IsNull, 1),
            2 => (Primitive::Cons, 2),
            3 => (Primitive::Car, 1),
            4 => (Primitive::Cdr, 1),
            5 => (Primitive::Less, 2),
            6 => (Primitive::NumberEqual, 2),
            7 => (Primitive::Subtract, 2),
            8 => (Primitive::Multiply, 2),
            _ => (Primitive::Add, 2),
        };
        Expr::Primitive(primitive, self.atoms(count))
    }

    fn assignment(&mut self) -> Expr {
        let Some(&variable) = self.scope.last() else {
            return self.primitive();
        };
        self.program.variables[variable].assigned = true;
        Expr::SetLocal(variable, self.atom())
    }

    fn lambda(&mut self) -> Expr {
        let mark = self.scope.len();
        let required = (0..self.choose(3)).map(|_| self.variable()).collect();
        let optional = (0..self.choose(4) / 3).map(|_| self.variable()).collect();
        let rest = (self.choose(4) == 0).then(|| self.variable());
        let body = self.expr();
        self.scope.truncate(mark);
        let lambda = self.program.add_lambda(Lambda {
            name: "".into(),
            required,
            optional,
            rest,
            body,
            free: Vec::new(),
            through: Vec::new(),
            self_variable: None,
            place: SourcePlace::default(),
            origin: LambdaOrigin::Text,
            properties: None,
        });
        Expr::Lambda(lambda)
    }

    fn letrec(&mut self) -> Expr {
        let count = 1 + self.choose(3);
        let variables: Vec<VariableId> = (0..count).map(|_| self.variable()).collect();
        let mut bindings = Vec::new();
        for variable in variables {
            let init = if self.choose(5) == 0 {
                self.expr()
            } else {
                let lambda = self.lambda();
                self.add(lambda)
            };
            bindings.push((variable, init));
        }
        Expr::Letrec(bindings, self.expr())
    }
}

fn generate(bytes: &[u8]) -> Program {
    let mut generator = Generator {
        bytes: bytes.iter(),
        program: Program::default(),
        scope: Vec::new(),
        depth: 0,
    };
    generator.program.globals.push(Global {
        key: "trace".into(),
        immutable: false,
        returns_itself: false,
    });
    let body = generator.expr();
    generator.program.body = Some(body);
    generator.program
}

/// Steps that a program may take; one that needs more tells nothing.
const FUEL: usize = 4000;

/// Whether a run tells what the program means.
fn says_something(result: &Result<impl Sized, Stop>) -> bool {
    !matches!(result, Err(Stop::Fuel | Stop::Unspecified))
}

/// Runs the chosen passes over a program and compares what it does after each.
fn check(mut program: Program, is_chosen: impl Fn(&CorePass) -> bool) -> Result<(), TestCaseError> {
    let text = program.to_text();
    let wanted = evaluate(&program, FUEL);
    prop_assert_eq!(&parse(&text).unwrap().to_text(), &text, "print and parse");
    let says_something = says_something(&wanted.result);
    for pass in CORE_PASSES.iter().filter(|pass| is_chosen(pass)) {
        let before = program.to_text();
        program = (pass.run)(program);
        let errors = verify(&program, pass.stage);
        prop_assert!(errors.is_empty(), "{}: {errors:?}\n{before}", pass.name);
        if says_something {
            let found = evaluate(&program, FUEL * 10);
            let after = program.to_text();
            let name = pass.name;
            prop_assert_eq!(&found, &wanted, "{}\n{}\n=>\n{}", name, before, after);
        }
    }
    prop_assert!(crate::ssa::build(program).is_ok());
    Ok(())
}

fn check_all(program: &Program) -> Result<(), TestCaseError> {
    [Level::None, Level::Basic, Level::Full]
        .into_iter()
        .try_for_each(|level| check(program.clone(), |pass| level >= pass.level))?;
    let optional = CORE_PASSES.iter().filter(|pass| pass.level > Level::None);
    for alone in optional {
        check(program.clone(), |pass| {
            pass.level == Level::None || pass.name == alone.name
        })?;
    }
    Ok(())
}

#[test]
fn most_random_programs_say_something() {
    let mut state = 1_u64;
    let mut bytes = || {
        let next = || {
            // Knuth, The Art of Computer Programming 3.3.4: the multiplier of MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        };
        std::iter::repeat_with(next).take(160).collect::<Vec<u8>>()
    };
    let tells = |program: &Program| says_something(&evaluate(program, FUEL).result);
    let (plain, shaped): (Vec<bool>, Vec<bool>) = (0..300)
        .map(|_| {
            (
                tells(&generate(&bytes())),
                tells(&random::generate(&bytes())),
            )
        })
        .unzip();
    let [plain, shaped] = [plain, shaped].map(|told| told.into_iter().filter(|&told| told).count());
    assert!(
        plain > 150 && shaped > 150,
        "of 300 each: {plain}, {shaped}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn passes_keep_the_meaning_of_programs(bytes in vec(any::<u8>(), 0..400)) {
        check_all(&generate(&bytes))?;
    }

    #[test]
    fn each_pass_keeps_what_programs_do_in_their_order(bytes in vec(any::<u8>(), 0..160)) {
        check_all(&random::generate(&bytes))?;
    }
}
