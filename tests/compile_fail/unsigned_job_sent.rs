// E0616
use authcode::*;

fn misuse(job: SigningJob<HttpRequest>) -> HttpRequest {
    job.0.unsigned
}

fn main() {}
