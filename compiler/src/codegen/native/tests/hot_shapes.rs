//! Golden tests of hot shapes: SSA in, CLIF out, so that a change of a fast path is seen in review.

use std::fmt::Write as _;

use super::{FIB, clif};

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
    insta::assert_snapshot!(clif(CONS), @r"
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
        v9 = load.i64 notrap aligned v8+200
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
        v24 = load.i64 notrap aligned v23+208
        call_indirect sig1, v24()
        v25 = get_pinned_reg.i64
        v26 = load.i64 notrap aligned v25+64
        jump block4(v26)
    block4(v14: i64):
        store.i64 notrap aligned v13, v14
        store.i64 notrap aligned v13, v14+8
        v28 = iadd v14, v27  ; v27 = 2
        return v28
    ");
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
    block3(v50: i64, v51: i64, v60: i64):
        v53 = bor v50, v51
        v55 = band v53, v54  ; v54 = 7
        brif v55, block11, block12
    block12:
        v56, v57 = sadd_overflow.i64 v50, v51
        brif v57, block11, block13
    block13:
        jump block10(v56, v51, v60)
    block10(v52: i64, v71: i64, v80: i64):
        v75 = band v71, v74  ; v74 = 7
        brif v75, block15, block16
    block16:
        v76 = iadd.i64 v71, v72  ; v72 = 8
        v77 = icmp slt v76, v71
        brif v77, block15, block17
    block17:
        jump block14(v76, v80, v52)
    block14(v73: i64, v96: i64, v99: i64):
        v91 = get_pinned_reg.i64
        v92 = load.i64 notrap aligned v91+16
        v93 = atomic_load.i64 notrap aligned v92
        v94 = get_stack_pointer.i64
        v95 = icmp ult v94, v93
        brif v95, block18, block19(v73, v99, v96)
    block19(v110: i64, v111: i64, v112: i64):
        jump block1(v110, v111, v112)
    block2(v113: i64):
        return v113
    "#);
}

#[test]
fn a_known_call_passes_registers_and_goes_straight_to_the_body() {
    insta::assert_snapshot!(hot_clif(FIB), @r#"
    block3(v0: i64):
        jump block0(v0)
    block0(v1: i64):
        v4 = band v1, v3  ; v3 = 7
        brif v4, block4, block5
    block5:
        v5 = icmp.i64 slt v1, v2  ; v2 = 16
        brif v5, block1(v1), block2(v1)
    block1(v27: i64):
        return v27
    block2(v33: i64):
        v28 = get_pinned_reg.i64
        v29 = load.i64 notrap aligned v28+16
        v30 = atomic_load.i64 notrap aligned v29
        v31 = get_stack_pointer.i64
        v32 = icmp ult v31, v30
        brif v32, block8, block9(v33)
    block9(v40: i64):
        v44 = band v40, v43  ; v43 = 7
        brif v44, block11, block12
    block12:
        v45 = isub.i64 v40, v41  ; v41 = 8
        v46 = icmp sgt v45, v40
        brif v46, block13, block14
    block14:
        jump block10(v45, v40)
    block10(v42: i64, v77: i64):
        v78 = stack_addr.i64 ss0
        store notrap v77, v78
        v79 = call fn0(v42), stack_map=[i64 @ ss0+0]
        v80 = stack_addr.i64 ss0
        v81 = load.i64 notrap v80
        v85 = band v81, v84  ; v84 = 7
        brif v85, block18, block19
    block19:
        v86 = isub.i64 v81, v82  ; v82 = 16
        v87 = icmp sgt v86, v81
        brif v87, block20, block21
    block21:
        jump block17(v86, v79)
    block17(v83: i64, v118: i64):
        v119 = stack_addr.i64 ss1
        store notrap v118, v119
        v120 = call fn0(v83), stack_map=[i64 @ ss1+0]
        v121 = stack_addr.i64 ss1
        v122 = load.i64 notrap v121
        v124 = bor v122, v120
        v126 = band v124, v125  ; v125 = 7
        brif v126, block25, block26
    block26:
        v127, v128 = sadd_overflow.i64 v122, v120
        brif v128, block27, block28
    block28:
        jump block24(v127)
    block24(v123: i64):
        return v123
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
        brif v44, block12, block13
    block13:
        jump block9(v43)
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
    block3(v49: i64, v58: i64):
        v53 = band v49, v52  ; v52 = 7
        brif v53, block11, block12
    block12:
        v54 = iadd.i64 v49, v50  ; v50 = 8
        v55 = icmp slt v54, v49
        brif v55, block11, block13
    block13:
        jump block10(v54, v58)
    block10(v51: i64, v73: i64):
        v65 = fmul.f64 v7, v7
        v66 = fadd.f64 v7, v4  ; v4 = 0x1.0000000000000p-2
        v67 = fadd.f64 v8, v65
        v68 = get_pinned_reg.i64
        v69 = load.i64 notrap aligned v68+16
        v70 = atomic_load.i64 notrap aligned v69
        v71 = get_stack_pointer.i64
        v72 = icmp ult v71, v70
        brif v72, block14, block15(v51, v73)
    block15(v83: i64, v84: i64):
        jump block1(v83, v66, v67, v84)
    block2:
        v86 = bitcast.i64 v8
        v88 = rotl v86, v87  ; v87 = 4
        v90 = iadd v88, v89  ; v89 = 1
        v91 = ireduce.i32 v90
        v93 = ishl v92, v91  ; v92 = 1
        v95 = band v94, v93  ; v94 = 0x3232_3232
        brif v95, block18, block17
    block18:
        jump block16(v90)
    block16(v85: i64):
        return v85
    "#);
}
