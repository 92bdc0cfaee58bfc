//! The first pass over the code of a procedure: where instructions start, and which of them are led back to.

use abi::for_each_instruction;
use abi::isa::{BranchOffset, Operand};

use super::error::CodeProblem;

/// In the table of places: an instruction starts there.
pub(super) const START: u32 = 0;
/// In the table of places: no instruction starts there.
pub(super) const NO_START: u32 = u32::MAX;
/// In the table of places: a branch leads back to this instruction. The other bits are the number of the header.
pub(super) const HEADER: u32 = 1 << 31;

/// What the scan needs to know of an opcode.
#[derive(Clone, Copy)]
struct Shape {
    /// Bytes of the instruction; 0 if the opcode is none.
    bytes: u8,
    /// Where the branch offset stands; 0 if there is none.
    branch: u8,
}

const NONE: Shape = Shape {
    bytes: 0,
    branch: 0,
};

/// The shape of an instruction with operands of so many bytes, of which one may be a branch offset.
const fn shape(operands: &[(usize, bool)]) -> Shape {
    let mut shape = Shape {
        bytes: 1,
        branch: 0,
    };
    let mut index = 0;
    while index < operands.len() {
        let (bytes, is_branch) = operands[index];
        if is_branch {
            shape.branch = shape.bytes;
        }
        shape.bytes += bytes as u8;
        index += 1;
    }
    shape
}

/// Whether operands of the type with this name are branch offsets.
const fn is_branch(name: &str) -> bool {
    let (name, wanted) = (name.as_bytes(), <BranchOffset as Operand>::NAME.as_bytes());
    let mut index = 0;
    while index < wanted.len() {
        if index >= name.len() || name[index] != wanted[index] {
            return false;
        }
        index += 1;
    }
    name.len() == wanted.len()
}

macro_rules! define_shapes {
    ($( $(#[$doc:meta])* $code:literal $handler:ident = $name:ident
        { $($field:ident : $operand:ident),* }; )*) => {
        static SHAPES: [Shape; 256] = {
            let mut shapes = [NONE; 256];
            $( shapes[$code] = shape(&[$((
                <abi::isa::$operand as Operand>::BYTES,
                is_branch(<abi::isa::$operand as Operand>::NAME),
            )),*]); )*
            shapes
        };
    };
}
for_each_instruction!(define_shapes);

/// Bytes of the instruction with this opcode, which is one.
#[inline]
pub(super) fn instruction_bytes(opcode: u8) -> usize {
    SHAPES[usize::from(opcode)].bytes.into()
}

/// What is wrong with the instruction at an offset.
#[derive(Debug)]
pub(super) struct ProblemAt {
    pub(super) offset: u32,
    pub(super) problem: CodeProblem,
}

/// Fills the table of places, one for each byte of `code`. The answer is the number of headers.
pub(super) fn scan(code: &[u8], places: &mut Vec<u32>) -> Result<u32, ProblemAt> {
    places.clear();
    places.resize(code.len(), NO_START);
    let mut headers = 0;
    let mut offset = 0;
    while offset < code.len() {
        let refused = |problem| ProblemAt {
            offset: offset as u32,
            problem,
        };
        let opcode = code[offset];
        let shape = SHAPES[usize::from(opcode)];
        let end = offset + usize::from(shape.bytes);
        if shape.bytes == 0 {
            return Err(refused(CodeProblem::Opcode { opcode }));
        }
        let Some(instruction) = code.get(offset..end) else {
            return Err(refused(CodeProblem::Truncated));
        };
        places[offset] = START;
        if shape.branch != 0 {
            let mut operand = &instruction[usize::from(shape.branch)..];
            let distance = BranchOffset::read(&mut operand).map_or(0, |distance| distance.0);
            let target = end as i64 + i64::from(distance);
            if target <= offset as i64 {
                let place = usize::try_from(target).ok();
                match place.and_then(|place| places.get_mut(place)) {
                    None | Some(&mut NO_START) => {
                        return Err(refused(CodeProblem::BranchTarget { target }));
                    }
                    Some(place) if *place == START => {
                        *place = HEADER | headers;
                        headers += 1;
                    }
                    Some(_) => {}
                }
            }
        }
        offset = end;
    }
    Ok(headers)
}
