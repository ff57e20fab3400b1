// E0308
use authcode::*;

fn misuse<S: Resume>(stored: &mut Suspended) -> Result<S, ResumeError> {
    S::from_form(stored)
}

fn main() {}
