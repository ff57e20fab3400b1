//! Builds, runs and counts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use object::{Object as _, ObjectSection as _};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

#[derive(Default)]
pub(crate) struct Cost {
    pub(crate) instructions: u64,
    pub(crate) allocations: u64,
    pub(crate) bytes: u64,
}

/// Where what is built goes: one folder for each subject, since they have the same names.
fn target(part: &str) -> PathBuf {
    let root = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(HERE).join("target"), PathBuf::from);
    root.join(part)
}

fn output(command: &mut Command) -> String {
    let output = command.stderr(Stdio::inherit()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).expect("the output is text")
}

fn cargo(args: &[&str], target: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(HERE).args(args).args(["--locked", "--quiet"]).env("CARGO_TARGET_DIR", target);
    // The flags of whoever calls would be measured with it.
    cargo.env_remove("RUSTFLAGS").env_remove(FLAGS);
    cargo
}

/// One of the two programs of `login`, with one subject in it.
fn program(subject: &str, name: &str) -> PathBuf {
    let target = target(subject);
    output(&mut cargo(&["build", "--release", "--package", "login", "--features", subject], &target));
    target.join("release").join(name)
}

/// The instructions of each of `times` runs, by callgrind.
pub(crate) fn instructions(subject: &str, figure: &str, times: usize, detail: Option<usize>) -> u64 {
    let (program, out) = (program(subject, "run"), target("callgrind.out"));
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*perf_counted*"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display())).arg(program).arg(figure).arg(times.to_string());
    output(valgrind.args(detail.map(|detail| detail.to_string())));
    let out = std::fs::read_to_string(&out).expect("callgrind has written");
    let summary = out.lines().find_map(|line| line.strip_prefix("summary: ")).expect("callgrind sums up");
    summary.trim().parse::<u64>().expect("a number") / times as u64
}

/// How often, and how many bytes; for `pending` the bytes that each holds, asked for and resident.
pub(crate) fn memory(subject: &str, args: &[&str]) -> (u64, u64) {
    let text = output(Command::new(program(subject, "memory")).args(args));
    let (one, other) = text.trim().split_once(' ').expect("two numbers");
    (one.parse().expect("a number"), other.parse().expect("a number"))
}

/// Nanoseconds of each of `times` runs. The subjects take turns, and the best turn counts.
pub(crate) fn login_nanoseconds(subjects: &[&str], figure: &str, times: usize) -> Vec<f64> {
    let programs: Vec<_> = subjects.iter().map(|subject| program(subject, "run")).collect();
    let mut best = vec![f64::INFINITY; subjects.len()];
    for _ in 0..if times < 10_000 { 21 } else { 3 } {
        for (program, best) in programs.iter().zip(&mut best) {
            let text = output(Command::new(program).args([figure, &times.to_string()]));
            *best = best.min(text.trim().parse().expect("a number"));
        }
    }
    best
}

/// The crates that one subject brings, itself included, procedural macros and what builds them, too.
pub(crate) fn crates(subject: &str) -> u64 {
    let args = ["tree", "--package", "alone", "--features", subject, "--edges", "normal", "--prefix", "none"];
    let text = output(&mut cargo(&args, &target("alone")));
    let mut names: Vec<_> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    names.sort_unstable();
    names.dedup();
    names.len() as u64 - 1 // `alone`
}

/// Seconds of a clean release build of each, by the clock and by the processors. They take turns, and the best of three
/// turns counts.
pub(crate) fn build_seconds<const N: usize>(subjects: [&str; N]) -> [(f64, f64); N] {
    let mut best = [(f64::INFINITY, f64::INFINITY); N];
    for _ in 0..3 {
        for (subject, (clock, processors)) in subjects.iter().zip(&mut best) {
            let target = target("clean");
            std::fs::remove_dir_all(&target).ok();
            let (start, used) = (Instant::now(), processor_seconds());
            output(&mut cargo(&["build", "--release", "--package", "alone", "--features", subject], &target));
            *clock = clock.min(start.elapsed().as_secs_f64());
            *processors = processors.min(processor_seconds() - used);
            std::fs::remove_dir_all(&target).ok();
        }
    }
    best
}

/// What the programs that this one has waited for have used, in user mode and in the kernel.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let fields = stat.rsplit_once(") ").expect("the name of the program").1.split(' ');
    fields.skip(13).take(2).map(|ticks| ticks.parse::<f64>().expect("a number") / 100.0).sum()
}

/// What the small builds are compiled with. The encoded form, since a path may have a space in it.
fn small_flags() -> String {
    // One hash a login need not be fast: `compact` is a setting of `sha2` itself.
    let mut flags = String::from("--cfg\u{1f}sha2_backend_soft=\"compact\"");
    // Panics name source files: how long the paths are on the machine that builds must not count.
    let mut remap = |from: &Path, to: &str| {
        let _ = write!(flags, "\u{1f}--remap-path-prefix={}={to}", from.display());
    };
    let home = || std::env::home_dir().expect("there is a home").join(".cargo");
    let registry = std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from).join("registry/src");
    for index in std::fs::read_dir(&registry).into_iter().flatten() {
        remap(&index.expect("a folder").path(), "crates");
    }
    remap(&Path::new(HERE).join("../..").canonicalize().expect("the repository"), "authcode");
    // The name that the standard library has for itself, if its source is not installed.
    let rustc = |args: &[&str]| output(Command::new("rustc").current_dir(HERE).args(args));
    let version = rustc(&["-vV"]);
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).expect("rustc names its commit");
    let source = Path::new(rustc(&["--print", "sysroot"]).trim()).join("lib/rustlib/src/rust");
    remap(&source, &format!("/rustc/{commit}"));
    flags
}

/// A whole login for WebAssembly.
pub(crate) fn module(features: &str) -> PathBuf {
    let target = target("small");
    let args = ["rustc", "--package", "module", "--lib", "--crate-type", "cdylib", "--profile", "small"];
    output(
        cargo(&args, &target)
            .args(["--target", "wasm32-unknown-unknown", "--features", features])
            .env(FLAGS, small_flags()),
    );
    target.join("wasm32-unknown-unknown/small/module.wasm")
}

pub(crate) fn gzipped(file: &Path) -> u64 {
    let output = Command::new("gzip").args(["-9", "--no-name", "--stdout"]).arg(file).output().expect("there is gzip");
    assert!(output.status.success());
    output.stdout.len() as u64
}

/// `.text` and `.rodata` of a whole login for a microcontroller, without default features.
pub(crate) fn sections() -> (u64, u64) {
    let target = target("small");
    let args = ["build", "--package", "module", "--bin", "firmware", "--profile", "small", "--features", "authcode"];
    output(cargo(&args, &target).args(["--target", "thumbv7em-none-eabihf"]).env(FLAGS, small_flags()));
    let file = std::fs::read(target.join("thumbv7em-none-eabihf/small/firmware")).expect("the firmware is there");
    let file = object::File::parse(&*file).expect("an ELF file");
    let size = |name| file.section_by_name(name).map_or(0, |section| section.size());
    (size(".text"), size(".rodata"))
}
