//! A challenge that was read is read as the same one again, when it is written with each value in quotes. Each line of the
//! input is a header.

use authcode::Challenge;
use authcode::limits::{MAX_CHALLENGE_PARAMS, MAX_CHALLENGES};

pub fn run(input: &[u8]) {
    let headers = input.split(|byte| *byte == b'\n');
    let read: Vec<_> = Challenge::parse(headers).flatten().collect();
    assert!(read.len() <= MAX_CHALLENGES);
    for challenge in &read {
        let params: Vec<_> = challenge.params().collect();
        assert!(params.len() <= MAX_CHALLENGE_PARAMS);
        for (name, value) in &params {
            assert_eq!(challenge.param(&name.to_ascii_uppercase()), Some(*value));
        }
        let written: Vec<_> = params
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", value.replace('\\', r"\\").replace('"', "\\\"")))
            .collect();
        let written = format!("{} {}", challenge.scheme(), written.join(", "));
        let again = Challenge::parse([&written]).next().unwrap().unwrap();
        assert_eq!((again.scheme(), again.params().collect::<Vec<_>>()), (challenge.scheme(), params), "{written}");
        let _ = (challenge.oauth_error(), challenge.scope(), challenge.max_age(), challenge.algs().count());
    }
}
