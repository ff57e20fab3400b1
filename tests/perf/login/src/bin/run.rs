//! Runs one subject: under callgrind, which counts what `perf_counted` does and nothing else, or against the clock.
//!
//! `run FIGURE N [SIZE or CASE]` does it `N` times and prints the nanoseconds of each.

use std::hint::black_box;
use std::time::Instant;

use login::inputs::{body, redirects, rng};
use login::subject::{Subject, answer};

/// Callgrind starts and stops counting here, by this name.
#[inline(never)]
fn perf_counted(run: impl FnOnce()) {
    run();
    black_box(());
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let times: usize = args[2].parse().unwrap();
    // Once before, so that what happens once in a process is not counted.
    measure(&args, times.min(4), |run| run());
    measure(&args, times, |run| {
        let start = Instant::now();
        perf_counted(run);
        println!("{}", start.elapsed().as_nanos() / times as u128);
    });
}

fn measure(args: &[String], times: usize, counted: impl FnOnce(&mut dyn FnMut())) {
    let subject = Subject::default();
    let mut rng = rng();
    let inputs: Vec<_> = redirects().take(times).map(|redirect| (redirect, answer(&body()))).collect();
    let mut inputs = inputs.into_iter();
    match &*args[1] {
        "login" => counted(&mut || {
            for (redirect, answer) in inputs.by_ref() {
                let _ = black_box(subject.login(&mut rng, black_box(&redirect), black_box(answer)));
                // What belongs to the host is not dropped here.
                std::mem::forget(redirect);
            }
        }),
        "refresh" => {
            let mut token = Some(subject.login(&mut rng, &redirects().next().unwrap(), answer(&body())));
            counted(&mut || {
                for (redirect, answer) in inputs.by_ref() {
                    token = Some(subject.refresh(token.take().unwrap(), black_box(answer)));
                    std::mem::forget(redirect);
                }
            });
        }
        #[cfg(feature = "duties")]
        "response" => {
            let body = login::inputs::response(args[3].parse().unwrap());
            let mut answers: Vec<_> = (0..times).map(|_| answer(&body)).collect();
            let mut tokens = Vec::with_capacity(times);
            counted(&mut || {
                while let Some(answer) = answers.pop() {
                    tokens.push(login::subject::receive(black_box(answer)));
                }
            });
        }
        #[cfg(feature = "authcode")]
        figure => own(figure, args, times, counted),
        #[cfg(not(feature = "authcode"))]
        figure => panic!("{figure}"),
    }
}

/// What only the crate itself is measured by.
#[cfg(feature = "authcode")]
fn own(figure: &str, args: &[String], times: usize, counted: impl FnOnce(&mut dyn FnMut())) {
    use std::collections::HashMap;

    use login::inputs::response;
    use login::subject::{exchange, plain, redirect, refuse, resume, store, strangers};

    let subject = Subject::default();
    let detail = || args[3].parse::<usize>().unwrap();
    match figure {
        "refuse" => {
            let (_, stranger) = strangers()[detail()];
            let mut pending = Some(subject.pending());
            counted(&mut || {
                for _ in 0..times {
                    pending = Some(refuse(pending.take().unwrap(), black_box(stranger)));
                }
            });
        }
        "response" => {
            let body = response(detail());
            let mut states: Vec<_> = (0..times).map(|_| (subject.code(), answer(&body))).collect();
            let mut tokens = Vec::with_capacity(times);
            counted(&mut || {
                while let Some((code, answer)) = states.pop() {
                    tokens.push(exchange(code, black_box(answer)));
                }
            });
        }
        "plain" => {
            let body = response(detail());
            let mut tokens = Vec::with_capacity(times);
            counted(&mut || {
                for _ in 0..times {
                    tokens.push(plain(black_box(body.as_bytes())));
                }
            });
        }
        // All of them wait at the same time.
        "pending" => counted(&mut || {
            let mut rng = rng();
            let mut stored = HashMap::new();
            for _ in 0..times {
                let pending = subject.start(&mut rng);
                stored.insert(Box::<str>::from(pending.state()), store(&pending).into_boxed_str());
            }
            for target in redirects().take(times) {
                let redirect = redirect(&target);
                let found = stored.remove(&*redirect.claimed_state().unwrap()).unwrap();
                let _ = black_box(resume(&subject, &found).receive_redirect(redirect).unwrap());
            }
            assert!(stored.is_empty());
        }),
        figure => panic!("{figure}"),
    }
}
