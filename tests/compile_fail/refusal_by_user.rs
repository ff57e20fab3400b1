// E0277
use authcode::*;

#[derive(Debug)]
struct Mine;

impl core::fmt::Display for Mine {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Ok(())
    }
}

impl core::error::Error for Mine {}

impl Refusal for Mine {
    fn next_step(&self) -> NextStep {
        NextStep::Wait
    }

    fn fault(&self) -> Fault {
        Fault::Caller
    }

    fn oauth_error(&self) -> Option<&OAuthError> {
        None
    }
}

fn main() {}
