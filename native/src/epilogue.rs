//! Epilogues that return without waiting for the frame pointer.
//!
//! Cranelift ends every function by `add rsp, size; mov rsp, rbp; pop rbp`. The first instruction
//! already leaves `rsp` where the second puts it. The second makes each return wait for the `rbp`
//! that the last return has read from memory. Then returns from deep recursion go at the speed of a
//! chain of loads, which miss the caches (`ack` took four times as long). This file turns the
//! second instruction into a no-operation.

/// `add rsp, imm8`, without its operand.
const ADD_BYTE: [u8; 3] = [0x48, 0x83, 0xc4];
/// `add rsp, imm32`, without its operand.
const ADD_WORD: [u8; 3] = [0x48, 0x81, 0xc4];
/// `mov rsp, rbp`.
const MOVE: [u8; 3] = [0x48, 0x89, 0xec];
/// A no-operation of three bytes.
const NO_OPERATION: [u8; 3] = [0x0f, 0x1f, 0x00];
/// What may follow: `pop rbp; ret`, `pop rbp; jmp rel32`, `pop rbp; jmp register`.
const ENDS: [[u8; 2]; 4] = [[0x5d, 0xc3], [0x5d, 0xe9], [0x5d, 0xff], [0x5d, 0x41]];

/// Changes the epilogues in `code`, a part of a function that is instructions only, whose frame has
/// `size` bytes below the saved `rbp`.
///
/// What is looked for is ten bytes long or more and ends in the middle of an instruction that only an
/// epilogue has: no immediate operand can be taken for it.
pub(super) fn free_of_frame_pointer(code: &mut [u8], size: u32) {
    let mut add = Vec::with_capacity(ADD_WORD.len() + 4);
    if let Ok(byte) = i8::try_from(size) {
        add.extend(ADD_BYTE);
        add.push(byte.cast_unsigned());
    } else {
        add.extend(ADD_WORD);
        add.extend(size.to_le_bytes());
    }
    let length = add.len() + MOVE.len() + 2;
    for start in 0..code.len().saturating_sub(length - 1) {
        let found = &mut code[start..start + length];
        let (before, rest) = found.split_at_mut(add.len());
        let (moves, end) = rest.split_at_mut(MOVE.len());
        if before == add && moves == MOVE && ENDS.iter().any(|known| end == known) {
            moves.copy_from_slice(&NO_OPERATION);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUSH_AND_ADD: [u8; 5] = [0x90, 0x48, 0x83, 0xc4, 0x30];

    fn changed(code: &[&[u8]], size: u32) -> Vec<u8> {
        let mut code = code.concat();
        free_of_frame_pointer(&mut code, size);
        code
    }

    #[test]
    fn returns_and_tail_calls_do_not_read_the_frame_pointer() {
        for end in ENDS {
            let code: [&[u8]; 3] = [&PUSH_AND_ADD, &MOVE, &end];
            let wanted: [&[u8]; 3] = [&PUSH_AND_ADD, &NO_OPERATION, &end];
            assert_eq!(changed(&code, 0x30), wanted.concat());
        }
        let large: [&[u8]; 4] = [&ADD_WORD, &[0x40, 1, 0, 0], &MOVE, &ENDS[0]];
        let wanted: [&[u8]; 4] = [&ADD_WORD, &[0x40, 1, 0, 0], &NO_OPERATION, &ENDS[0]];
        assert_eq!(changed(&large, 0x140), wanted.concat());
    }

    #[test]
    fn nothing_else_changes() {
        let other_size: [&[u8]; 3] = [&PUSH_AND_ADD, &MOVE, &ENDS[0]];
        assert_eq!(changed(&other_size, 0x20), other_size.concat());
        let other_end: [&[u8]; 3] = [&PUSH_AND_ADD, &MOVE, &[0x5d, 0x90]];
        assert_eq!(changed(&other_end, 0x30), other_end.concat());
        assert_eq!(changed(&[&PUSH_AND_ADD, &MOVE], 0x30).len(), 8);
    }
}
