//! From one frame to the frames that it has in the text.

use abi::inlined::{InlinedCall, InlinedCalls, InlinedIn, InlinedKind, InlinedRow};

use super::origin::CodeOrigin;

/// A frame as the text has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFrame<'tables> {
    /// The procedure's name, if it has one.
    pub procedure: Option<&'tables str>,
    /// The source file, if the place is known.
    pub file: Option<&'tables str>,
    /// Line from 1; 0 if not known.
    pub line: u32,
    /// Column from 1; 0 if not known.
    pub column: u32,
    /// Whether a value is called there, and not a procedure that the text names.
    pub calls_value: bool,
}

/// What the code of a frame does at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameState {
    /// It runs.
    Running,
    /// It waits for a call to return.
    Calling,
}

impl<'tables> From<CodeOrigin<'tables>> for SourceFrame<'tables> {
    fn from(origin: CodeOrigin<'tables>) -> Self {
        Self {
            procedure: origin.procedure,
            file: origin.file,
            line: origin.line,
            column: origin.column,
            calls_value: origin.written.calls_value(),
        }
    }
}

/// What the frames of an address are found by.
#[derive(Clone, Copy)]
pub(super) struct Chain<'tables> {
    pub(super) calls: &'tables InlinedCalls,
    /// The procedure that the code lies in.
    pub(super) procedure: Option<&'tables str>,
}

impl<'tables> Chain<'tables> {
    /// The frames at an address with this row, innermost first. `place` is where the code there was written.
    pub(super) fn frames(
        self,
        place: SourceFrame<'tables>,
        row: Option<InlinedRow>,
        state: FrameState,
    ) -> Vec<SourceFrame<'tables>> {
        let (body, is_tail_call) = row.map_or((InlinedIn::Procedure, false), |row| {
            (row.body, row.is_tail_call)
        });
        let mut frames = Vec::new();
        let mut next = Some((place, body));
        if is_tail_call && state == FrameState::Calling {
            next = self.caller(body);
        }
        while let Some((place, body)) = next {
            frames.extend(self.frame(place, body));
            next = self.caller(body);
        }
        frames
    }

    fn call(self, body: InlinedIn) -> Option<&'tables InlinedCall> {
        match body {
            InlinedIn::Procedure => None,
            InlinedIn::Call(number) => self.calls.call(number),
        }
    }

    /// The frame of `body`, which stands at `place`, if it has one.
    fn frame(self, place: SourceFrame<'tables>, body: InlinedIn) -> Option<SourceFrame<'tables>> {
        let Some(call) = self.call(body) else {
            return Some(SourceFrame {
                procedure: self.procedure,
                ..place
            });
        };
        let name = self.calls.text(call.name);
        let procedure = Some(name).filter(|name| !name.is_empty());
        match call.kind {
            InlinedKind::Procedure => Some(SourceFrame { procedure, ..place }),
            InlinedKind::RecordProcedure => Some(SourceFrame {
                procedure,
                file: None,
                line: 0,
                column: 0,
                calls_value: false,
            }),
            InlinedKind::RecordOperation => None,
        }
    }

    /// Where the caller of `body` stands, and whose body that is in. `None` if its frame is the last of these.
    fn caller(self, body: InlinedIn) -> Option<(SourceFrame<'tables>, InlinedIn)> {
        let mut call = self.call(body)?;
        // Callers stand in front of their callees, so this ends.
        while call.is_tail_call {
            call = self.call(call.caller)?;
        }
        let file = self.calls.text(call.file);
        let place = SourceFrame {
            procedure: None,
            file: Some(file).filter(|_| call.line > 0),
            line: call.line,
            column: call.column,
            // What is inlined is known.
            calls_value: false,
        };
        Some((place, call.caller))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: SourceFrame<'_> = SourceFrame {
        procedure: Some("main"),
        file: Some("a.scm"),
        line: 1,
        column: 2,
        calls_value: false,
    };

    /// `width`, called in the procedure at line 10; `inner`, called in `width` at line 20.
    fn table(kind: InlinedKind, is_tail_call: bool) -> InlinedCalls {
        let width = InlinedCall {
            kind: InlinedKind::Procedure,
            name: 1,
            argument: None,
            file: 0,
            line: 10,
            column: 3,
            caller: InlinedIn::Procedure,
            is_tail_call: false,
        };
        let inner = InlinedCall {
            kind,
            name: 2,
            line: 20,
            caller: InlinedIn::Call(0),
            is_tail_call,
            ..width
        };
        InlinedCalls {
            texts: ["a.scm", "width", "inner"].map(Box::from).to_vec(),
            calls: vec![width, inner],
            rows: Vec::new(),
        }
    }

    fn frames(calls: &InlinedCalls, is_tail_call: bool, state: FrameState) -> Vec<(&str, u32)> {
        let chain = Chain {
            calls,
            procedure: Some("main"),
        };
        let row = InlinedRow {
            address: 0,
            body: InlinedIn::Call(1),
            is_tail_call,
        };
        let frames = chain.frames(MAIN, Some(row), state);
        let known = frames.iter().map(|it| (it.procedure.unwrap(), it.line));
        let mut known: Vec<(&str, u32)> = known.collect();
        // Names live as long as the table.
        for frame in &mut known {
            frame.0 = ["main", "width", "inner"]
                .into_iter()
                .find(|name| *name == frame.0)
                .unwrap();
        }
        known
    }

    #[test]
    fn inlined_procedures_have_the_frames_of_the_text() {
        let calls = table(InlinedKind::Procedure, false);
        assert_eq!(
            frames(&calls, false, FrameState::Running),
            [("inner", 1), ("width", 20), ("main", 10)]
        );
    }

    #[test]
    fn tail_calls_replace_the_frame_of_their_caller() {
        let calls = table(InlinedKind::Procedure, true);
        assert_eq!(
            frames(&calls, false, FrameState::Running),
            [("inner", 1), ("main", 10)]
        );
        // An error of the call itself happens before its frame is gone.
        let calls = table(InlinedKind::Procedure, false);
        assert_eq!(
            frames(&calls, true, FrameState::Calling),
            [("width", 20), ("main", 10)]
        );
        assert_eq!(frames(&calls, true, FrameState::Running).len(), 3);
    }

    #[test]
    fn procedures_of_records_show_no_place_or_no_frame() {
        let calls = table(InlinedKind::RecordProcedure, false);
        assert_eq!(
            frames(&calls, false, FrameState::Running),
            [("inner", 0), ("width", 20), ("main", 10)]
        );
        let calls = table(InlinedKind::RecordOperation, false);
        assert_eq!(
            frames(&calls, false, FrameState::Running),
            [("width", 20), ("main", 10)]
        );
    }
}
