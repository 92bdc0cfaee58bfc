//! `cozen smaps PID…` and `cozen images PID…`: the memory of processes, by image.

use std::fmt::Write as _;

use cozen::Error;
use cozen::inspect::{ImageMemory, ProcessMemory};

use crate::output;
use crate::status::Status;

/// Prints what all memory of some processes is for.
pub(crate) fn smaps(processes: &[u32]) -> Result<Status, Error> {
    for &process in processes {
        let memory = read(process)?.images();
        let mut text = format!(
            "process {process}\n{:>9} {:>9} {:>9} {:>9}  kB of\n",
            "mapped", "Rss", "Pss", "dirty"
        );
        for image in &memory {
            add_figures(&mut text, image);
            add(&mut text, format_args!("  {}\n", image.name));
        }
        add_figures(&mut text, &total(&memory));
        text.push_str("  all\n");
        output::print(&text)?;
    }
    Ok(Status::SUCCESS)
}

/// Prints the images that processes have mapped.
pub(crate) fn images(processes: &[u32]) -> Result<Status, Error> {
    for &process in processes {
        let memory = read(process)?;
        let mut text = format!(
            "process {process}\n{:>14}  {:>14} {:>9} {:>9} {:>9} {:>9}  image\n",
            "from", "to", "mapped kB", "Rss", "Pss", "dirty"
        );
        let mut count = 0;
        for image in memory.images().iter().filter(|image| image.is_image) {
            add(
                &mut text,
                format_args!("{:>14x}  {:>14x} ", image.start, image.end),
            );
            add_figures(&mut text, image);
            add(&mut text, format_args!("  {}\n", image.name));
            count += 1;
        }
        add(
            &mut text,
            format_args!("{count} images have memory of their own\n"),
        );
        output::print(&text)?;
    }
    Ok(Status::SUCCESS)
}

fn read(process: u32) -> Result<ProcessMemory, Error> {
    ProcessMemory::read(process).map_err(|error| Error::File {
        path: format!("/proc/{process}/smaps"),
        error,
    })
}

fn total(memory: &[ImageMemory]) -> ImageMemory {
    let sum = |field: fn(&ImageMemory) -> u64| memory.iter().map(field).sum();
    ImageMemory {
        mapped_bytes: sum(|image| image.mapped_bytes),
        resident_bytes: sum(|image| image.resident_bytes),
        proportional_bytes: sum(|image| image.proportional_bytes),
        private_dirty_bytes: sum(|image| image.private_dirty_bytes),
        ..ImageMemory::default()
    }
}

fn add_figures(text: &mut String, image: &ImageMemory) {
    add(
        text,
        format_args!(
            "{:>9} {:>9} {:>9} {:>9}",
            image.mapped_bytes >> 10,
            image.resident_bytes >> 10,
            image.proportional_bytes >> 10,
            image.private_dirty_bytes >> 10
        ),
    );
}

fn add(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a string does not fail");
}
