// E0277
use authcode::*;

fn misuse(stored: Suspended, client: &Client) -> Result<Authorized, Box<dyn std::error::Error>> {
    Ok(Authorized::resume(stored, client)?)
}

fn main() {}
