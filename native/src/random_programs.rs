//! Random procedures: their frame maps agree with the independent analysis, and a wrong bit is found.

use std::fmt::Write as _;

use abi::frame_map::{self, FrameMap, SlotState};
use compiler::codegen::check_frame_maps;
use compiler::codegen::generate;
use compiler::link::unit::{FixupTarget, LinkUnit};
use compiler::options::Tier;
use compiler::phase_times::PhaseTimes;
use compiler::ssa::ir::{ProcedureId, Unit};
use compiler::ssa::parse::parse;
use compiler::ssa::pass::PASSES;
use compiler::ssa::verify::verify;
use proptest::prelude::*;

/// A source of choices.
pub(super) struct Choices(u64);

impl Choices {
    /// A number below `limit` (xorshift, Marsaglia 2003).
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn pick(&mut self, from: &[u32]) -> u32 {
        from[self.below(from.len())]
    }
}

/// Values that a block may use.
#[derive(Clone, Default)]
struct Scope {
    tagged: Vec<u32>,
    raw: Vec<u32>,
}

/// The text of a random procedure: blocks use their own values and the procedure's parameters.
pub(super) struct Writer {
    choices: Choices,
    text: String,
    values: u32,
    /// Numbers of tagged and raw parameters of each block.
    shapes: Vec<(usize, usize)>,
    entry: Scope,
    called: usize,
    /// Blocks behind calls for several values: each has one way to it.
    behind_calls: Vec<String>,
}

impl Writer {
    /// A procedure that is the entry of its unit, and one that it calls.
    pub(super) fn program(seed: u64, blocks: usize) -> String {
        Self::write("", 1, seed, blocks)
    }

    /// The same behind an entry that gives both away, so that they can have native code.
    pub(super) fn program_with_entry(seed: u64, blocks: usize) -> String {
        let entry = r#"(procedure "" 0 0 #f 0 ()
            (block b0 ()
              (let v0 (static-closure 2))
              (let v1 (make-closure 1 1))
              (do (closure-init v1 0 v0))
              (return v1)))"#;
        Self::write(entry, 2, seed, blocks)
    }

    /// `called` is the number of the procedure that is called.
    fn write(entry: &str, called: usize, seed: u64, blocks: usize) -> String {
        let mut writer = Self {
            choices: Choices(seed | 1),
            text: String::new(),
            values: 3,
            shapes: vec![(3, 0)],
            entry: Scope {
                tagged: vec![0, 1, 2],
                raw: Vec::new(),
            },
            called,
            behind_calls: Vec::new(),
        };
        for _ in 1..blocks {
            let shape = (writer.choices.below(4), writer.choices.below(3));
            writer.shapes.push(shape);
        }
        writer.text = format!("(globals \"f\")\n{entry}(procedure \"p\" 2 0 #f 1 (\"x\" \"y\")");
        for block in 0..blocks {
            writer.block(block);
        }
        writer.text += &writer.behind_calls.concat();
        writer.text.push_str(
            ")\n(procedure \"q\" 2 0 #t 0 (\"a\" \"b\" \"c\") (block b0 (v0 v1 v2) (return v2)))",
        );
        writer.text
    }

    fn define(&mut self) -> u32 {
        self.values += 1;
        self.values - 1
    }

    fn block(&mut self, number: usize) {
        let mut scope = self.entry.clone();
        write!(self.text, "\n(block b{number} (").unwrap();
        if number == 0 {
            self.text.push_str("v0 v1 v2");
        } else {
            let (tagged, raw) = self.shapes[number];
            for _ in 0..tagged {
                let value = self.define();
                write!(self.text, " v{value}").unwrap();
                scope.tagged.push(value);
            }
            for _ in 0..raw {
                let value = self.define();
                write!(self.text, " v{value}:f64").unwrap();
                scope.raw.push(value);
            }
        }
        self.text.push(')');
        for _ in 0..self.choices.below(7) {
            self.instruction(&mut scope);
        }
        self.terminator(number, &scope);
        self.text.push(')');
    }

    fn instruction(&mut self, scope: &mut Scope) {
        let kind = self.choices.below(17);
        let [a, b, c] = [(); 3].map(|()| self.choices.pick(&scope.tagged));
        let operation = match kind {
            0 => format!("(primitive cons v{a} v{b})"),
            1 => format!("(primitive + v{a} v{b})"),
            2 => format!("(call v{a} v{b} v{c})"),
            3 => format!("(call-known {} #f v{a} v{b} v{c})", self.called),
            4 => format!("(primitive list v{a} v{b} v{c} v{a} v{b})"),
            5 => format!("(primitive %make-record v{a} v{b} v{c})"),
            6 => format!("(call-host %exit v{a})"),
            7 => "(fixnum 7)".to_owned(),
            8 => "(global-ref 0)".to_owned(),
            9 => format!("(primitive string-set! v{a} v{b} v{c})"),
            10 if !scope.raw.is_empty() => {
                format!("(box-f64 v{})", self.choices.pick(&scope.raw))
            }
            11 => format!("(primitive char->integer v{a})"),
            12 => format!("(primitive eqv? v{a} v{b})"),
            13 => format!("(primitive vector-ref v{a} v{b})"),
            14 => "(primitive %capture)".to_owned(),
            15 => format!("(primitive bitwise-and v{a} v{b})"),
            _ => {
                let value = self.define();
                write!(self.text, "\n (let v{value}:f64 (real->f64 v{a}))").unwrap();
                scope.raw.push(value);
                return;
            }
        };
        let value = self.define();
        write!(self.text, "\n (let v{value} {operation})").unwrap();
        scope.tagged.push(value);
    }

    /// A jump to any block but the entry; raw arguments are made here where there are none.
    fn target(&mut self, scope: &Scope) -> String {
        let number = 1 + self.choices.below(self.shapes.len() - 1);
        let (tagged, raw) = self.shapes[number];
        let mut text = format!("(b{number}");
        for _ in 0..tagged {
            write!(text, " v{}", self.choices.pick(&scope.tagged)).unwrap();
        }
        for _ in 0..raw {
            write!(text, " v{}", self.choices.pick(&scope.raw)).unwrap();
        }
        text.push(')');
        text
    }

    fn terminator(&mut self, number: usize, scope: &Scope) {
        let mut scope = scope.clone();
        if scope.raw.is_empty() {
            let value = self.define();
            write!(self.text, "\n (let v{value}:f64 (raw 0))").unwrap();
            scope.raw.push(value);
        }
        let [a, b, c] = [(); 3].map(|()| self.choices.pick(&scope.tagged));
        let kind = if self.shapes.len() == 1 {
            4
        } else {
            self.choices.below(10)
        };
        let text = match kind {
            0 | 1 if number > 0 || self.shapes.len() > 1 => {
                format!("(jump {})", self.target(&scope))
            }
            0..=3 => {
                let (yes, no) = (self.target(&scope), self.target(&scope));
                format!("(branch (compare < v{a} v{b}) {yes} {no})")
            }
            4 => format!("(return v{a})"),
            5 => format!("(return-values v{a} v{b} v{c})"),
            6 => format!("(tail-call v{a} v{b} v{c})"),
            7 => format!("(tail-call-known {} #f v{a} v{b} v{c})", self.called),
            8 => format!("(tail-apply v{a} v{b})"),
            _ => {
                let number = self.shapes.len() + self.behind_calls.len();
                let (x, y) = (self.define(), self.define());
                let mut behind = scope.clone();
                behind.tagged.extend([x, y]);
                let target = self.target(&behind);
                let block = format!("\n(block b{number} (v{x} v{y}) (jump {target}))");
                self.behind_calls.push(block);
                format!("(call-receive v{a} 1 #t b{number} v{b} v{c})")
            }
        };
        write!(self.text, "\n {text}").unwrap();
    }
}

/// What the passes make of a program.
pub(super) fn optimized(text: &str) -> Unit {
    let mut unit = parse(text).unwrap();
    assert_eq!(verify(&unit), [], "{text}");
    for pass in PASSES {
        unit = pass.run(unit);
        assert_eq!(
            verify(&unit),
            [],
            "after {}: {}",
            pass.name,
            compiler::ssa::print::print(&unit)
        );
    }
    unit
}

fn compile(text: &str) -> LinkUnit {
    let unit = optimized(text);
    generate(&unit, Tier::Bytecode, None, &mut PhaseTimes::default()).unwrap()
}

proptest! {
    #[test]
    fn maps_agree_with_the_analysis_and_no_wrong_state_passes(
        seed in any::<u64>(),
        blocks in 1..9_usize,
        which in any::<prop::sample::Index>(),
        slot in any::<prop::sample::Index>(),
        change in 1..4_u8,
    ) {
        let mut unit = compile(&Writer::program(seed, blocks));
        prop_assert_eq!(check_frame_maps(&unit), []);
        let is_map = |target| matches!(target, FixupTarget::FrameMap(_));
        let fixups = &unit.procedures[ProcedureId::ENTRY].fixups;
        let holes: Vec<usize> = (0..fixups.len())
            .filter(|&fixup| is_map(fixups[fixup].target))
            .collect();
        if holes.is_empty() {
            return Ok(());
        }
        let hole = holes[which.index(holes.len())];
        let FixupTarget::FrameMap(number) = unit.procedures[ProcedureId::ENTRY].fixups[hole].target else {
            unreachable!("holes lead to frame maps")
        };
        let map = FrameMap::decode(&unit.frame_maps[number]).unwrap();
        let mut states: Vec<SlotState> = map.states().collect();
        if states.is_empty() {
            return Ok(());
        }
        let slot = slot.index(states.len());
        states[slot] = SlotState::from_bits(states[slot] as u8 ^ change);
        let mut bytes = Vec::new();
        frame_map::encode(&states, &mut bytes);
        unit.procedures[ProcedureId::ENTRY].fixups[hole].target = FixupTarget::FrameMap(unit.frame_maps.next_id());
        unit.frame_maps.push(bytes);
        prop_assert!(!check_frame_maps(&unit).is_empty());
    }
}
