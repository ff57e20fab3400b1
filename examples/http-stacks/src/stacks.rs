//! The table of the stacks.

use authcode::{HttpRequest, HttpResponse};

use crate::{Failure, curl, hyper, reqwest_async, reqwest_blocking, tcp, ureq};

pub(crate) struct Stack {
    pub(crate) name: &'static str,
    pub(crate) send: fn(HttpRequest) -> Result<HttpResponse, Failure>,
}

pub(crate) const STACKS: [Stack; 6] = [
    Stack { name: "ureq", send: |request| Ok(ureq::send(request)?) },
    Stack { name: "reqwest", send: |request| wait_for(reqwest_async::send(request)) },
    Stack { name: "reqwest::blocking", send: reqwest_blocking::send },
    Stack { name: "hyper", send: |request| wait_for(hyper::send(request)) },
    Stack { name: "curl", send: |request| Ok(curl::send(request)?) },
    Stack { name: "TcpStream", send: tcp::send },
];

fn wait_for<T>(exchange: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(exchange)
}
