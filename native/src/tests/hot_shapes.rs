//! Golden tests of hot shapes: SSA in, CLIF out, so that a change of a fast path is seen in review.

use std::fmt::Write as _;

use super::{clif, fib};

const CONS: &str = r#"(procedure "twice" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (primitive cons v0 v0))
    (return v1)))"#;

/// [`clif`] without blocks that are cold or come behind such: a change here is one of the fast path.
fn hot_clif(text: &str) -> String {
    let text = clif(text);
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in text.lines().filter(|line| !line.contains(" -> ")) {
        if line.starts_with("block") {
            blocks.push(Vec::new());
        }
        blocks.last_mut().expect("a block comes first").push(line);
    }
    let mut hot = vec![false; blocks.len()];
    let mut pending = vec![0];
    while let Some(index) = pending.pop() {
        let head = blocks[index][0];
        if hot[index] || head.ends_with(" cold:") {
            continue;
        }
        hot[index] = true;
        let end = blocks[index].last().expect("blocks have ends");
        let named = end.split(|letter: char| !letter.is_alphanumeric());
        let is_named = |block: &Vec<&str>| {
            let name = block[0].split(['(', ':', ' ']).next();
            named.clone().any(|word| Some(word) == name)
        };
        pending.extend((0..blocks.len()).filter(|&other| is_named(&blocks[other])));
    }
    let mut shown = String::new();
    for (block, _) in blocks.iter().zip(hot).filter(|(_, hot)| *hot) {
        writeln!(shown, "{}", block.join("\n")).unwrap();
    }
    shown
}

#[test]
fn a_pair_is_made_with_one_comparison() {
    insta::assert_snapshot!(clif(CONS), @r#"
    block1(v0: i64):
        jump block0(v0)
    block0(v1: i64):
        v2 = get_pinned_reg.i64
        v3 = load.i64 notrap aligned v2+16
        v4 = atomic_load.i64 notrap aligned v3
        v5 = get_stack_pointer.i64
        v6 = icmp ult v5, v4
        brif v6, block2, block3(v1)
    block2 cold:
        v7 = stack_addr.i64 ss0
        store.i64 notrap v1, v7
        v8 = get_pinned_reg.i64
        v9 = load.i64 notrap aligned v8+224
        v10 = call_indirect sig0, v9(), stack_map=[i64 @ ss0+0]
        v11 = stack_addr.i64 ss0
        v12 = load.i64 notrap v11
        jump block3(v12)
    block3(v13: i64):
        v15 = get_pinned_reg.i64
        v16 = load.i64 notrap aligned v15
        v18 = iadd v16, v17  ; v17 = 16
        v19 = load.i64 notrap aligned v15+8
        v20 = icmp ugt v18, v19
        brif v20, block5, block6
    block6:
        store.i64 notrap aligned v18, v15
        jump block4(v16)
    block5 cold:
        v22 = get_pinned_reg.i64
        store notrap aligned v21, v22+64  ; v21 = 16
        v23 = get_pinned_reg.i64
        v24 = load.i64 notrap aligned v23+232
        call_indirect sig1, v24()
        v25 = get_pinned_reg.i64
        v26 = load.i64 notrap aligned v25+64
        jump block4(v26)
    block4(v14: i64):
        store.i64 notrap aligned v13, v14
        store.i64 notrap aligned v13, v14+8
        v28 = iadd v14, v27  ; v27 = 2
        return v28
    "#);
}

#[test]
fn a_loop_over_fixnums_checks_overflow_and_polls() {
    let sum = r#"(procedure "sum-to" 1 0 #f 0 ("n")
      (block b0 (v0)
        (let v3 (fixnum 0))
        (let v4 (fixnum 0))
        (jump (b1 v3 v4)))
      (block b1 (v1 v2)
        (branch (compare = v1 v0) (b2) (b3)))
      (block b2 () (return v2))
      (block b3 ()
        (let v5 (add-small v1 1))
        (let v6 (primitive + v2 v1))
        (jump (b1 v5 v6))))"#;
    insta::assert_snapshot!(hot_clif(sum), @r#"
    block4(v0: i64):
        jump block0(v0)
    block0(v1: i64):
        jump block1(v2, v3, v1)  ; v2 = 0, v3 = 0
    block1(v4: i64, v5: i64, v6: i64):
        v7 = bor v4, v6
        v9 = band v7, v8  ; v8 = 7
        brif v9, block5, block6
    block6:
        v10 = icmp.i64 eq v4, v6
        brif v10, block2(v5), block3(v5, v4, v6)
    block3(v49: i64, v50: i64, v60: i64):
        v52 = bor v49, v50
        v54 = band v52, v53  ; v53 = 7
        brif v54, block13, block14
    block14:
        v55, v56 = sadd_overflow.i64 v49, v50
        brif v56, block13, block12(v55, v50, v60)
    block12(v51: i64, v71: i64, v81: i64):
        v75 = band v71, v74  ; v74 = 7
        brif v75, block16, block17
    block17:
        v76 = iadd.i64 v71, v72  ; v72 = 8
        v77 = icmp slt v76, v71
        brif v77, block16, block15(v76, v81, v51)
    block15(v73: i64, v97: i64, v100: i64):
        v92 = get_pinned_reg.i64
        v93 = load.i64 notrap aligned v92+16
        v94 = atomic_load.i64 notrap aligned v93
        v96 = icmp slt v94, v95  ; v95 = 0
        brif v96, block18, block19(v73, v100, v97)
    block19(v111: i64, v112: i64, v113: i64):
        jump block1(v111, v112, v113)
    block2(v114: i64):
        return v114
    "#);
}

#[test]
fn a_known_call_passes_registers_and_goes_straight_to_the_body() {
    insta::assert_snapshot!(hot_clif(&fib(1)), @r#"
    block3(v0: i64):
        jump block0(v0)
    block0(v1: i64):
        v4 = band v1, v3  ; v3 = 7
        brif v4, block4, block5
    block5:
        v5 = icmp.i64 slt v1, v2  ; v2 = 16
        brif v5, block1(v1), block2(v1)
    block1(v28: i64):
        return v28
    block2(v34: i64):
        v29 = get_pinned_reg.i64
        v30 = load.i64 notrap aligned v29+16
        v31 = atomic_load.i64 notrap aligned v30
        v32 = get_stack_pointer.i64
        v33 = icmp ult v32, v31
        brif v33, block9, block10(v34)
    block10(v41: i64):
        v45 = band v41, v44  ; v44 = 7
        brif v45, block12, block13
    block13:
        v46 = isub.i64 v41, v42  ; v42 = 8
        v47 = icmp sgt v46, v41
        brif v47, block14, block11(v46, v41)
    block11(v43: i64, v81: i64):
        v83 = stack_addr.i64 ss0
        store notrap v81, v83
        v84 = call fn0(v43), stack_map=[i64 @ ss0+0]
        v85 = stack_addr.i64 ss0
        v86 = load.i64 notrap v85
        v90 = band v86, v89  ; v89 = 7
        brif v90, block20, block21
    block21:
        v91 = isub.i64 v86, v87  ; v87 = 16
        v92 = icmp sgt v91, v86
        brif v92, block22, block19(v91, v84)
    block19(v88: i64, v126: i64):
        v128 = stack_addr.i64 ss0
        store notrap v126, v128
        v129 = call fn0(v88), stack_map=[i64 @ ss0+0]
        v130 = stack_addr.i64 ss0
        v131 = load.i64 notrap v130
        v133 = bor v131, v129
        v135 = band v133, v134  ; v134 = 7
        brif v135, block28, block29
    block29:
        v136, v137 = sadd_overflow.i64 v131, v129
        brif v137, block30, block27(v136)
    block27(v132: i64):
        return v132
    "#);
}

#[test]
fn a_call_of_a_closure_looks_at_its_tag_and_its_key() {
    let apply = r#"(procedure "apply-to" 2 0 #f 0 ("f" "x")
      (block b0 (v0 v1)
        (let v2 (call v0 v1))
        (let v3 (add-small v2 1))
        (return v3)))"#;
    insta::assert_snapshot!(hot_clif(apply), @r#"
    block1(v0: i64, v1: i64):
        jump block0(v0, v1)
    block0(v2: i64, v3: i64):
        v4 = get_pinned_reg.i64
        v5 = load.i64 notrap aligned v4+16
        v6 = atomic_load.i64 notrap aligned v5
        v7 = get_stack_pointer.i64
        v8 = icmp ult v7, v6
        brif v8, block2, block3(v2, v3)
    block3(v18: i64, v19: i64):
        v22 = iadd v18, v21  ; v21 = -3
        v24 = band v22, v23  ; v23 = 7
        brif v24, block5, block6
    block6:
        v25 = load.i8 notrap aligned v22+1
        v27 = icmp eq v25, v26  ; v26 = 11
        brif v27, block7, block5
    block7:
        v28 = load.i64 notrap aligned v22+8
        v29 = load.i32 notrap aligned v28+24
        v31 = icmp eq v29, v30  ; v30 = 2
        brif v31, block8, block5
    block8:
        v32 = sload32.i64 notrap aligned v28+16
        v33 = iadd.i64 v28, v32
        jump block4(v33)
    block4(v20: i64):
        v38 = call_indirect sig1, v20(v18, v19)
        v42 = band v38, v41  ; v41 = 7
        brif v42, block10, block11
    block11:
        v43 = iadd.i64 v38, v39  ; v39 = 8
        v44 = icmp slt v43, v38
        brif v44, block12, block9(v43)
    block9(v40: i64):
        return v40
    "#);
}

#[test]
fn an_element_of_a_vector_is_read_behind_checks_of_tag_and_bounds() {
    let reach = r#"(procedure "reach" 2 0 #f 0 ("v" "i")
      (block b0 (v0 v1)
        (let v2 (primitive vector-ref v0 v1))
        (return v2)))"#;
    insta::assert_snapshot!(hot_clif(reach), @r#"
    block1(v0: i64, v1: i64):
        jump block0(v0, v1)
    block0(v2: i64, v3: i64):
        v5 = iadd v2, v4  ; v4 = -3
        v7 = band v5, v6  ; v6 = 7
        brif v7, block2, block3
    block3:
        v8 = load.i8 notrap aligned v5+1
        v10 = icmp eq v8, v9  ; v9 = 1
        brif v10, block4, block2
    block4:
        v11 = load.i64 notrap aligned v5
        v13 = ushr v11, v12  ; v12 = 16
        v15 = rotr.i64 v3, v14  ; v14 = 3
        v16 = icmp ult v15, v13
        brif v16, block5, block2
    block5:
        v17 = iadd.i64 v5, v3
        v18 = load.i64 notrap aligned v17+8
        jump block6
    block6:
        return v18
    "#);
}

#[test]
fn a_loop_over_flonums_keeps_them_in_registers() {
    // 0.0, 0.5, and 0.25 as words.
    let integrate = r#"(procedure "integrate" 1 0 #f 0 ("n")
      (block b0 (v0)
        (let v4 (fixnum 0))
        (let v5 (word 1))
        (let v6 (word -144115188075855868))
        (jump (b1 v4 v5 v6)))
      (block b1 (v1 v2 v3)
        (branch (compare = v1 v0) (b2) (b3)))
      (block b2 () (return v3))
      (block b3 ()
        (let v7 (add-small v1 1))
        (let v8 (word -216172782113783804))
        (let v9 (primitive + v2 v8))
        (let v10 (primitive * v2 v2))
        (let v11 (primitive + v3 v10))
        (jump (b1 v7 v9 v11))))"#;
    insta::assert_snapshot!(hot_clif(integrate), @r#"
    block4(v0: i64):
        jump block0(v0)
    block0(v1: i64):
        v2 = f64const 0.0
        v3 = f64const 0x1.0000000000000p-1
        v4 = f64const 0x1.0000000000000p-2
        jump block1(v5, v2, v3, v1)  ; v5 = 0, v2 = 0.0, v3 = 0x1.0000000000000p-1
    block1(v6: i64, v7: f64, v8: f64, v9: i64):
        v10 = bor v6, v9
        v12 = band v10, v11  ; v11 = 7
        brif v12, block5, block6
    block6:
        v13 = icmp.i64 eq v6, v9
        brif v13, block2, block3(v6, v9)
    block3(v48: i64, v58: i64):
        v52 = band v48, v51  ; v51 = 7
        brif v52, block13, block14
    block14:
        v53 = iadd.i64 v48, v49  ; v49 = 8
        v54 = icmp slt v53, v48
        brif v54, block13, block12(v53, v58)
    block12(v50: i64, v73: i64):
        v65 = fmul.f64 v7, v7
        v66 = fadd.f64 v7, v4  ; v4 = 0x1.0000000000000p-2
        v67 = fadd.f64 v8, v65
        v68 = get_pinned_reg.i64
        v69 = load.i64 notrap aligned v68+16
        v70 = atomic_load.i64 notrap aligned v69
        v72 = icmp slt v70, v71  ; v71 = 0
        brif v72, block15, block16(v50, v73)
    block16(v83: i64, v84: i64):
        jump block1(v83, v66, v67, v84)
    block2:
        v86 = bitcast.i64 v8
        v88 = rotl v86, v87  ; v87 = 4
        v90 = iadd v88, v89  ; v89 = 1
        v92 = band v90, v91  ; v91 = 6
        v94 = icmp eq v92, v93  ; v93 = 4
        brif v94, block20, block19
    block20:
        jump block17(v90)
    block17(v85: i64):
        return v85
    "#);
}

#[test]
fn a_continuation_of_native_code_is_resumed_by_a_jump() {
    let resume = r#"(procedure "resume" 2 0 #f 0 ("k" "value")
      (block b0 (v0 v1) (reinstate-value v0 v1)))"#;
    insta::assert_snapshot!(hot_clif(resume), @r#"
    block1(v0: i64, v1: i64):
        jump block0(v0, v1)
    block0(v2: i64, v3: i64):
        v5 = iadd v2, v4  ; v4 = -3
        v7 = band v5, v6  ; v6 = 7
        v9 = icmp eq v7, v8  ; v8 = 0
        brif v9, block3, block2
    block3:
        v10 = load.i64 notrap aligned v5
        v12 = icmp eq v10, v11  ; v11 = 0x000b_1207
        brif v12, block4, block2
    block4:
        v13 = load.i64 notrap aligned v5+24
        v14 = get_pinned_reg.i64
        v15 = load.i64 notrap aligned v14+136
        v16 = icmp eq v13, v15
        brif v16, block5, block2
    block5:
        v17 = get_pinned_reg.i64
        v18 = load.i64 notrap aligned v17+264
        return_call_indirect sig0, v18(v5, v3)
    "#);
}
