//! Branch folding: a branch becomes a jump if the types of its operands decide its test.
//!
//! Before: any unit. After: no branch tests what types say ([`UnitTypes`]), unless types say that
//! control never comes to the branch.
//!
//! Claim: the condition neither raises nor has another outcome than the one taken. Comparisons are
//! decided only for exact integers, which never raise. A relation is decided if it is the same for
//! all members of both ranges. Equality is decided only for single numbers. A test that only some
//! members of [`Kinds::OTHER`] pass is decided only if no member can pass.
//!
//! ```text
//! b1: v1 = vector-length v0; branch (type pair? v1) b2 b3   =>   b1: v1 = vector-length v0; jump b3
//! ```

use abi::tag;
use abi::type_test::TypeTest;

use crate::id::IdVec;
use crate::ssa::analysis::{KeptTypes, Kinds, Range, Type, UnitTypes};
use crate::ssa::claim::{Claim, ClaimWriter};
use crate::ssa::ir::{
    BlockId, Comparison, Condition, ProcedureId, Target, Terminator, Unit, ValueId,
};

/// Why something is claimed of the operands of a branch that is folded.
const BECAUSE_FOLDED: &str = "which decides a branch";

/// Folds the branches of all procedures of `unit`.
#[must_use]
pub fn fold_branches(mut unit: Unit, kept: &mut KeptTypes) -> Unit {
    let decided = kept.with(&unit, |_, types| decided(&unit, types));
    for (procedure, outcomes) in unit.procedures.ids().zip(decided) {
        for Outcome { id, holds, claims } in outcomes {
            if !unit.rewrites.allow() {
                return unit;
            }
            let procedure = &mut unit.procedures[procedure];
            let block = &mut procedure.blocks[id];
            let mut writer = ClaimWriter::new(&mut unit.tables, &mut procedure.values, block.place);
            for claim in &claims {
                writer.write(claim);
            }
            block.instructions.extend(writer.finish());
            let Terminator::Branch(_, yes, no) = &mut block.terminator else {
                unreachable!("only branches are decided");
            };
            let taken = if holds { yes } else { no };
            let taken = Target {
                block: taken.block,
                arguments: std::mem::take(&mut taken.arguments),
            };
            block.terminator = Terminator::Jump(taken);
        }
    }
    unit
}

/// A branch that always goes the same way.
struct Outcome {
    /// The block that it ends.
    id: BlockId,
    /// Whether its condition holds.
    holds: bool,
    /// What that rests on, if the unit wants to check it.
    claims: Vec<Claim>,
}

/// For each procedure the branches that always go the same way.
fn decided(unit: &Unit, types: &UnitTypes<'_>) -> IdVec<ProcedureId, Vec<Outcome>> {
    let procedures = unit.procedures.iter().zip(&types.procedures);
    let in_procedure = procedures.map(|(procedure, types)| {
        let blocks = procedure.blocks.entries();
        let outcomes = blocks.filter_map(|(id, block)| {
            let Terminator::Branch(condition, ..) = &block.terminator else {
                return None;
            };
            let place = (id, block.instructions.len());
            let holds = outcome(condition, |value| types.at(value, place))?;
            let mut claims = Vec::new();
            if unit.checks_facts {
                condition.each_use(|value| {
                    let known = types.at(value, place);
                    claims.extend(Claim::of_type(procedure, value, known, BECAUSE_FOLDED));
                });
            }
            Some(Outcome { id, holds, claims })
        });
        outcomes.collect()
    });
    in_procedure.collect()
}

/// Whether a condition holds for all values of its operands; `None` if that depends on the values,
/// or if there are none.
fn outcome(condition: &Condition, type_of: impl Fn(ValueId) -> Type) -> Option<bool> {
    let known = |value: &ValueId| Some(type_of(*value)).filter(|known| !known.is_none());
    match condition {
        Condition::True(value) => {
            is_within(known(value)?, Type::of_kinds(Kinds::FALSE)).map(|is| !is)
        }
        Condition::Type(test, value) => passes(known(value)?, *test),
        Condition::Eq(a, b) => {
            let shared = known(a)?.meet(known(b)?);
            shared.is_none().then_some(false)
        }
        Condition::EqWord(value, half) => is_word(known(value)?, i64::from(*half) as u64),
        Condition::Compare(comparison, a, b) => compare(
            *comparison,
            known(a)?.as_integer()?,
            known(b)?.as_integer()?,
        ),
        Condition::CompareSmall(comparison, value, small) => {
            let small = Range::only(i128::from(*small));
            compare(*comparison, known(value)?.as_integer()?, small)
        }
        Condition::CompareF64(..) | Condition::CompareI64(..) | Condition::CompareU64(..) => None,
    }
}

/// Whether members of `known` are members of `wanted`, if that is the same for all.
fn is_within(known: Type, wanted: Type) -> Option<bool> {
    if known.meet(wanted).is_none() {
        Some(false)
    } else {
        known.is_within(wanted).then_some(true)
    }
}

fn passes(known: Type, test: TypeTest) -> Option<bool> {
    let wanted = Type::that_passes(test);
    // Only some of those other kinds pass.
    let is_exact = !wanted.kinds.meets(Kinds::OTHER);
    is_within(known, wanted).filter(|passes| is_exact || !passes)
}

fn is_word(known: Type, word: u64) -> Option<bool> {
    let wanted = Type::of_word(word);
    // Types of one member.
    let is_exact =
        tag::is_fixnum(word) || matches!(word, tag::NULL | tag::FALSE | tag::TRUE | tag::UNBOUND);
    is_within(known, wanted).filter(|is| is_exact || !is)
}

fn compare(comparison: Comparison, a: Range, b: Range) -> Option<bool> {
    let decide = |always: bool, never: bool| match (always, never) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    match comparison {
        Comparison::Less => decide(a.high < b.low, a.low >= b.high),
        Comparison::LessEqual => decide(a.high <= b.low, a.low > b.high),
        Comparison::Greater => compare(Comparison::Less, b, a),
        Comparison::GreaterEqual => compare(Comparison::LessEqual, b, a),
        Comparison::Equal => decide(
            a == b && a.single().is_some(),
            a.high < b.low || b.high < a.low,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::golden::after;
    use crate::ssa::parse::parse;
    use crate::ssa::print::print;

    fn fold(unit: Unit) -> Unit {
        fold_branches(unit, &mut KeptTypes::default())
    }

    /// The terminator of the first block of procedure 0, after the pass.
    fn folded(instructions: &str, condition: &str) -> String {
        let text = format!(
            r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0) {instructions} (branch {condition} (b1) (b2)))
              (block b1 () (let v8 (fixnum 1)) (return v8))
              (block b2 () (let v9 (fixnum 2)) (return v9)))"#
        );
        let text = after(&[fold], &text);
        let line = text
            .lines()
            .find(|line| line.contains("(jump") || line.contains("(branch"))
            .unwrap();
        line.trim().trim_end_matches(')').to_owned()
    }

    const LENGTH: &str = "(let v1 (primitive vector-length v0))";

    #[test]
    fn tests_of_types_are_decided_by_types() {
        assert_eq!(folded(LENGTH, "(type fixnum? v1)"), "(jump (b1");
        assert_eq!(folded(LENGTH, "(type pair? v1)"), "(jump (b2");
        assert_eq!(folded(LENGTH, "(type vector? v0)"), "(jump (b1");
        let cons = "(let v1 (primitive cons v0 v0))";
        assert_eq!(folded(cons, "(type pair? v1)"), "(jump (b1");
        assert_eq!(folded(cons, "(true v1)"), "(jump (b1");
    }

    #[test]
    fn comparisons_are_decided_by_ranges() {
        assert_eq!(folded(LENGTH, "(compare-small < v1 0)"), "(jump (b2");
        assert_eq!(folded(LENGTH, "(compare-small >= v1 0)"), "(jump (b1");
        assert_eq!(folded(LENGTH, "(compare-small = v1 -1)"), "(jump (b2");
    }

    #[test]
    fn what_depends_on_the_value_stays() {
        assert!(folded("", "(type pair? v0)").starts_with("(branch"));
        assert!(folded("", "(true v0)").starts_with("(branch"));
        assert!(folded(LENGTH, "(compare-small < v1 1)").starts_with("(branch"));
        // Of the values of other kinds, ports are not all.
        let port = "(let v1 (primitive %write-char v0 v0))";
        assert!(folded(port, "(type port? v1)").starts_with("(branch"));
    }

    /// Found in the set's `compiler`, which was told that an operator is always `#f`.
    #[test]
    fn what_a_branch_tells_of_one_value_says_nothing_of_others() {
        let text = r#"(procedure "f" 2 0 #f 0 ("x" "y")
              (block b0 (v0 v1) (branch (true v0) (b1) (b2 v1)))
              (block b1 () (let v2 (word 6)) (jump (b2 v2)))
              (block b2 (v3) (branch (true v3) (b3) (b4)))
              (block b3 () (return v3))
              (block b4 () (return v0)))"#;
        assert_eq!(after(&[fold], text), after(&[], text));
    }

    #[test]
    fn comparisons_that_may_raise_stay() {
        assert!(folded("", "(compare-small < v0 0)").starts_with("(branch"));
    }

    #[test]
    fn relations_of_ranges_that_touch() {
        let (low, high) = (Range::new(0, 5), Range::new(5, 9));
        assert_eq!(compare(Comparison::LessEqual, low, high), Some(true));
        assert_eq!(compare(Comparison::Less, low, high), None);
        assert_eq!(compare(Comparison::Less, high, low), Some(false));
        assert_eq!(compare(Comparison::GreaterEqual, high, low), Some(true));
        assert_eq!(compare(Comparison::Equal, low, high), None);
        assert_eq!(compare(Comparison::Equal, low, low), None);
        let one = Range::only(5);
        assert_eq!(compare(Comparison::Equal, one, one), Some(true));
        assert_eq!(compare(Comparison::Less, Range::ALL, one), None);
    }

    #[test]
    fn comparisons_of_ranges_are_decided_where_all_members_agree() {
        const ALL: [Comparison; 5] = [
            Comparison::Less,
            Comparison::LessEqual,
            Comparison::Greater,
            Comparison::GreaterEqual,
            Comparison::Equal,
        ];
        let bounds = || (-2..=2).flat_map(|low| (low..=2).map(move |high| (low, high)));
        for comparison in ALL {
            for (a, b) in bounds().flat_map(|a| bounds().map(move |b| (a, b))) {
                let holds = |x: i128, y: i128| match comparison {
                    Comparison::Less => x < y,
                    Comparison::LessEqual => x <= y,
                    Comparison::Greater => x > y,
                    Comparison::GreaterEqual => x >= y,
                    Comparison::Equal => x == y,
                };
                let mut answers = (a.0..=a.1).flat_map(|x| (b.0..=b.1).map(move |y| holds(x, y)));
                let first = answers.next();
                let wanted = first.filter(|first| answers.all(|other| other == *first));
                let found = compare(comparison, Range::new(a.0, a.1), Range::new(b.0, b.1));
                assert_eq!(found, wanted, "{comparison:?} of {a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn rewrites_that_are_not_allowed_are_left_out() {
        let text = r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0) (let v1 (primitive cons v0 v0)) (branch (true v1) (b1) (b2)))
              (block b1 () (return v0))
              (block b2 () (return v1)))"#;
        let mut unit = parse(text).unwrap();
        unit.rewrites = crate::rewrites::Rewrites::up_to(Some(0));
        let before = print(&unit);
        assert_eq!(print(&fold(unit)), before);
    }
}
