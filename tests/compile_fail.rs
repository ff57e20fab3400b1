//! What must not compile: a step out of order, a step taken twice, a forged state, a secret that is shown or compared.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
