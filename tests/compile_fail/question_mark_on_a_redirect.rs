// E0277
use authcode::*;

fn misuse(pending: AwaitingRedirect) -> Result<CodeReceived, Box<dyn std::error::Error>> {
    Ok(pending.receive_redirect("https://client.example/favicon.ico")?)
}

fn main() {}
