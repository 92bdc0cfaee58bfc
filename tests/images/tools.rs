//! Stock tools on images: each installed tool accepts them, and an image that it rewrites still
//! loads.

use std::path::{Path, PathBuf};
use std::process::Command;

use loader::{ImageView, SegmentKind};

use crate::image_support::sample_image;
use crate::native_sample::native_image;

/// Runs a tool on a file; `None` if it is not installed.
fn tool(command: &[&str], file: &Path) -> Option<(bool, String)> {
    let output = Command::new(command[0])
        .args(&command[1..])
        .arg(file)
        .output()
        .ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

fn temporary_file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("cozen-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).expect("a writable temporary directory");
    path
}

#[test]
fn tools_have_no_complaint() {
    for image in [sample_image(), native_image()] {
        let path = temporary_file("tools.czo", &image);
        let commands: [&[&str]; 3] = [
            &["readelf", "-aW"],
            &["readelf", "--debug-dump=info,decodedline,frames"],
            &["eu-elflint"],
        ];
        for command in commands {
            let Some((success, text)) = tool(command, &path) else {
                continue;
            };
            let complains = ["warning", "error:"]
                .iter()
                .any(|word| text.to_lowercase().contains(word));
            assert!(success && !complains, "{command:?}: {text}");
        }
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn unwind_information_is_read_by_stock_tools() {
    let file = native_image();
    let view = ImageView::parse(&file).unwrap();
    let path = temporary_file("unwind.czo", &file);
    if let Some((_, text)) = tool(&["readelf", "--debug-dump=frames-interp"], &path) {
        let start = view.header().native_code.start;
        assert!(
            text.contains(&format!("pc={start:016x}..{:016x}", start + 18)),
            "{text}"
        );
        assert!(text.contains("rbp+16   c-16  c-8"), "{text}");
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn addresses_are_symbolized_by_stock_tools() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let fold = view.contents().procedures().nth(1).unwrap();
    let path = temporary_file("addresses.czo", &file);
    let address = format!("{:#x}", fold.code_start() + 5);
    if let Some((_, text)) = tool(&["addr2line", "-f", &address, "-e"], &path) {
        assert!(
            text.contains("fold") && text.contains("fold.scm:11"),
            "{text}"
        );
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn stripped_and_copied_images_load_as_before() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let commands: [&[&str]; 6] = [
        &["strip", "-s"],
        &["strip", "-g"],
        &["objcopy"],
        &["llvm-strip"],
        &["llvm-strip", "-g"],
        &["llvm-objcopy"],
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let path = temporary_file(&format!("strip{number}.czo"), &file);
        let Some((success, text)) = tool(command, &path) else {
            continue;
        };
        assert!(success, "{command:?}: {text}");
        let stripped = std::fs::read(&path).unwrap();
        let after =
            ImageView::parse(&stripped).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert_eq!(after.header(), view.header(), "{command:?}");
        for kind in [
            SegmentKind::Code,
            SegmentKind::Constants,
            SegmentKind::Cells,
        ] {
            assert_eq!(after.segment(kind), view.segment(kind), "{command:?}");
        }
        let fold = view.contents().procedures().nth(1).unwrap();
        let name = after
            .debug_tables()
            .procedure_name(fold.code_start())
            .map(String::from);
        let keeps_names = command != ["llvm-strip"];
        assert_eq!(
            name.as_deref(),
            keeps_names.then_some("fold"),
            "{command:?}"
        );
        std::fs::remove_file(path).unwrap();
    }
}
