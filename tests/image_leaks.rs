//! Ten thousand evaluations, a thousand compile-load-drop cycles and nine thousand libraries of one name leave the
//! process as it was.
//!
//! The test is alone in its file, because it counts descriptors, mappings and pages of the whole
//! process.

#[path = "support/runtime.rs"]
mod runtime;

use std::fs;

use cozen::{Retention, Scheme};
use runtime::runtime_builder;

#[derive(Clone, Copy, Debug)]
struct Usage {
    descriptors: usize,
    mappings: usize,
    resident_pages: usize,
}

impl Usage {
    fn now() -> Self {
        let statm = fs::read_to_string("/proc/self/statm").expect("Linux");
        let resident = statm
            .split(' ')
            .nth(1)
            .expect("the second field is the resident set");
        Self {
            descriptors: fs::read_dir("/proc/self/fd").expect("Linux").count(),
            mappings: fs::read_to_string("/proc/self/maps")
                .expect("Linux")
                .lines()
                .count(),
            resident_pages: resident.parse().expect("a number of pages"),
        }
    }

    fn assert_no_more_than(self, early: Self) {
        assert_eq!(
            self.descriptors, early.descriptors,
            "descriptors: {early:?} then {self:?}"
        );
        let bound = early.mappings + early.mappings / 10 + 8;
        assert!(self.mappings <= bound, "mappings: {early:?} then {self:?}");
        let bound = early.resident_pages + early.resident_pages / 20;
        assert!(
            self.resident_pages <= bound,
            "resident set: {early:?} then {self:?}"
        );
    }
}

/// How often usage is looked at. It goes up and down by some percent, with the phases of collections, with the places
/// of small images in shared chunks and with the C library's allocator: the most of a third of the looks is compared.
const LOOKS: usize = 30;

/// Runs `cycle` `count` times and compares the last third with the first one, at whose end images have made a full
/// collection due.
fn assert_steady(
    scheme: &mut Scheme<'_, '_>,
    count: usize,
    mut cycle: impl FnMut(&mut Scheme<'_, '_>, usize),
) {
    let mut looks = Vec::new();
    for number in 0..count {
        cycle(scheme, number);
        if (number + 1).is_multiple_of(count / LOOKS) {
            scheme.collect();
            looks.push(Usage::now());
        }
    }
    let most = |looks: &[Usage]| {
        let most = |field: fn(&Usage) -> usize| looks.iter().map(field).max();
        Usage {
            descriptors: most(|usage| usage.descriptors).expect("there are looks"),
            mappings: most(|usage| usage.mappings).expect("there are looks"),
            resident_pages: most(|usage| usage.resident_pages).expect("there are looks"),
        }
    };
    let third = LOOKS / 3;
    most(&looks[looks.len() - third..]).assert_no_more_than(most(&looks[..third]));
}

#[test]
fn images_that_nothing_needs_leave_nothing_behind() {
    let mut runtime = runtime_builder().build().expect("a runtime");
    runtime.enter(|scheme| {
        assert_steady(scheme, 10_000, |scheme, number| {
            let form =
                format!("(let ((n {number})) (list (lambda () n) '(a \"b\" #(1 {number}))))");
            scheme.run_text(&form, "form").expect("it runs");
        });
        let roots = scheme.statistics().images;
        assert!(roots < 1_000, "images: {roots}");
    });
    let program = "(import (scheme base))
        (define table (make-vector 100 '(x y)))
        (define (look n) (vector-ref table n))
        (define-record-type point (make-point x y) point? (x point-x) (y point-y))
        (point-x (make-point (look 3) 2))";
    let image = runtime
        .compile_text(program, "program.scm")
        .expect("it compiles");
    runtime.enter(|scheme| {
        assert_steady(scheme, 1_000, |scheme, _| {
            scheme
                .run_image(&image, "program", Retention::Reached)
                .expect("it runs");
        });
    });
    let mut runtime = runtime_builder().build().expect("a runtime");
    let library = "(define-library (a) (export f m) (import (scheme base))
        (begin
          (define (f x) (list x 1))
          (define-syntax m (syntax-rules () ((_ x) (hidden (f x)))))
          (define (hidden x) (vector-map f (vector x)))))";
    runtime.enter(|scheme| {
        assert_steady(scheme, 9_000, |scheme, _| {
            scheme.run_text(library, "library").expect("it runs");
        });
    });
}
