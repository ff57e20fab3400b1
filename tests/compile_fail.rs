//! What must not compile: a step out of order, a step taken twice, a forged state, a secret that is shown or compared.
//!
//! The first line of each file in `compile_fail/` is what the first error must say: its code, or words where it has none.
#![allow(clippy::std_instead_of_alloc, clippy::unwrap_used, reason = "a test may fail, and has `std`")]

use std::fs;
use std::path::Path;

#[test]
fn misuse_does_not_compile() {
    // trybuild writes what the compiler says beside each case, so it works on copies.
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_fail");
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies).unwrap();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    for case in fs::read_dir(cases).unwrap().map(Result::unwrap) {
        fs::copy(case.path(), copies.join(case.file_name())).unwrap();
    }

    let compiler = trybuild::TestCases::new();
    compiler.compile_fail(copies.join("*.rs"));
    drop(compiler); // it runs now

    let mut checked = 0;
    for case in fs::read_dir(&copies).unwrap().map(|entry| entry.unwrap().path()) {
        if case.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&case).unwrap();
            let expected = source.lines().next().unwrap().strip_prefix("// ").unwrap();
            let said = fs::read_to_string(case.with_extension("stderr")).unwrap();
            let first_error = said.lines().find(|line| line.starts_with("error")).unwrap();
            assert!(first_error.contains(expected), "{}: {expected} was expected:\n{said}", case.display());
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked} cases");
}
