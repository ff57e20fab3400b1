// E0382
use authcode::*;

fn misuse(job: SigningJob<HttpRequest>, signature: &[u8]) {
    let _ = job.finish(signature);
    let _ = job.finish(signature);
}

fn main() {}
