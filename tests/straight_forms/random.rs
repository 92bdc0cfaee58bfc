//! Random straight forms.

/// Numbers that a seed decides (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn choose<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

/// A form for the top level.
pub(crate) fn form(random: &mut Random) -> String {
    let mut maker = Maker {
        random,
        variables: Vec::new(),
        count: 0,
    };
    match maker.random.below(12) {
        0 => format!(
            "(define g{} {})",
            maker.random.below(4),
            maker.expression(3)
        ),
        1 => format!(
            "(begin (define g4 {}) {})",
            maker.expression(2),
            maker.expression(3)
        ),
        2 => {
            let values = [maker.expression(2), maker.expression(2)];
            format!("(values {} {})", values[0], values[1])
        }
        3 => format!("(if {} (two) (values))", maker.expression(2)),
        _ => maker.expression(4),
    }
}

struct Maker<'a> {
    random: &'a mut Random,
    /// What is bound where the next expression stands.
    variables: Vec<String>,
    count: usize,
}

const ATOMS: &[&str] = &[
    "0",
    "1",
    "-7",
    "2.5",
    "1/3",
    "123456789012345678901234567890",
    "#t",
    "#f",
    "'()",
    "'sym",
    "\"text\"",
    "#\\x",
    "'(1 (2 . 3) #(4))",
    "'#(1 2)",
    "g0",
    "g1",
    "g2",
    "g3",
    "g4",
    "unheard-of",
    "car",
    "same",
];

/// Procedures with how many arguments they take.
const CALLED: &[(&str, u64)] = &[
    ("car", 1),
    ("cdr", 1),
    ("cadr", 1),
    ("cons", 2),
    ("list", 3),
    ("list", 0),
    ("list", 5),
    ("+", 2),
    ("+", 3),
    ("-", 1),
    ("-", 2),
    ("*", 2),
    ("/", 2),
    ("quotient", 2),
    ("<", 2),
    ("=", 2),
    (">=", 2),
    ("<", 3),
    ("eq?", 2),
    ("eqv?", 2),
    ("equal?", 2),
    ("null?", 1),
    ("pair?", 1),
    ("number?", 1),
    ("symbol?", 1),
    ("procedure?", 1),
    ("not", 1),
    ("vector-ref", 2),
    ("vector-set!", 3),
    ("vector", 2),
    ("vector-length", 1),
    ("string-length", 1),
    ("string-ref", 2),
    ("string-append", 2),
    ("length", 1),
    ("append", 2),
    ("reverse", 1),
    ("list-tail", 2),
    ("memq", 2),
    ("assq", 2),
    ("set-car!", 2),
    ("exact->inexact", 1),
    ("number->string", 1),
    ("symbol->string", 1),
    ("char->integer", 1),
    ("max", 2),
    ("abs", 1),
    ("void", 0),
    ("values", 1),
    ("same", 1),
    ("pair", 2),
    ("count", 2),
    ("two", 0),
    ("fail", 1),
    ("catch", 1),
    ("raise", 1),
    ("same", 2),
    ("apply", 2),
    ("map", 2),
    ("g0", 1),
    ("vector-map", 2),
    ("error", 2),
    ("again", 1),
    ("call-with-values", 2),
    ("vector->list", 1),
    ("list-copy", 1),
    ("exit-handler", 0),
];

impl Maker<'_> {
    fn expression(&mut self, depth: u64) -> String {
        if depth == 0 || self.random.below(8) == 0 {
            return self.atom();
        }
        let depth = depth - 1;
        match self.random.below(16) {
            0 | 1 => self.parts("if", 3, depth),
            2 => self.parts("if", 2, depth),
            3 => self.parts("begin", 3, depth),
            4 => self.parts("and", 3, depth),
            5 => self.parts("or", 2, depth),
            6 => self.binding(depth),
            7 => self.parts("when", 2, depth),
            8 => {
                let parts = [(); 5].map(|()| self.expression(depth));
                format!(
                    "(cond ({} {}) ({}) (else {} {}))",
                    parts[0], parts[1], parts[2], parts[3], parts[4]
                )
            }
            9 => match self.random.below(6) {
                0 => "(call/cc save)".to_owned(),
                1 => format!(
                    "(set! g{} {})",
                    self.random.below(6),
                    self.expression(depth)
                ),
                2 => format!("(deep {})", self.random.below(5)),
                3 => format!("(eval '{} (interaction-environment))", self.closed(depth)),
                4 => format!(
                    "`(1 ,{} ,@{})",
                    self.expression(depth),
                    self.expression(depth)
                ),
                _ => format!(
                    "(case {} ((1 2) 'few) ((sym) {}) (else 'many))",
                    self.atom(),
                    self.expression(depth)
                ),
            },
            _ => self.call(depth),
        }
    }

    /// An expression without the variables around it.
    fn closed(&mut self, depth: u64) -> String {
        let variables = std::mem::take(&mut self.variables);
        let expression = self.expression(depth);
        self.variables = variables;
        expression
    }

    fn atom(&mut self) -> String {
        let variable = self.random.below(2 * self.variables.len() as u64 + 2) / 2;
        match self.variables.get(variable as usize) {
            Some(variable) => variable.clone(),
            None => self.random.choose(ATOMS).to_owned(),
        }
    }

    fn parts(&mut self, name: &str, count: usize, depth: u64) -> String {
        let parts: Vec<String> = (0..count).map(|_| self.expression(depth)).collect();
        format!("({name} {})", parts.join(" "))
    }

    fn binding(&mut self, depth: u64) -> String {
        let keyword = self.random.choose(&["let", "let*"]);
        let names = [(); 2].map(|()| {
            self.count += 1;
            format!("v{}", self.count)
        });
        let one = self.expression(depth);
        if keyword == "let*" {
            self.variables.push(names[0].clone());
        }
        let other = self.expression(depth);
        if keyword == "let" {
            self.variables.push(names[0].clone());
        }
        self.variables.push(names[1].clone());
        let body = self.expression(depth);
        self.variables.truncate(self.variables.len() - 2);
        format!(
            "({keyword} (({} {one}) ({} {other})) {body})",
            names[0], names[1]
        )
    }

    fn call(&mut self, depth: u64) -> String {
        let (name, count) = CALLED[self.random.below(CALLED.len() as u64) as usize];
        self.parts(name, count as usize, depth)
    }
}
