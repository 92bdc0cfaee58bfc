# The five commands people want; `just` lists them. Each is one line of cargo: nobody needs `just`.

_list:
    @just --list --unsorted

# The command line, in target/release/cozen.
build:
    cargo build --release

# Everything that proves a sentence.
test *ARGUMENTS:
    cargo test --workspace {{ARGUMENTS}}

# Formatting and lints, as CI wants them.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Programs in a table, beside the peers that are installed.
bench *ARGUMENTS: build
    benches/compare.py {{ARGUMENTS}}

# All that a change must pass: an hour and more.
check:
    .ci/run
