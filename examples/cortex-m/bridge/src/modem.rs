//! The modem: makes the HTTP request of a device, and tells the time.

use core::time::Duration;
use std::io::Read as _;
use std::time::SystemTime;

use ureq::Agent;
use ureq::http::Request as HttpRequest;

use crate::Failure;

/// A request of the device.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) max_body_len: usize,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A response for the device.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn read(payload: Vec<u8>) -> Result<Self, Failure> {
        let text = String::from_utf8(payload)?;
        let (head, body) = text.split_once("\n\n").ok_or("a request whose head has no end")?;
        let mut lines = head.lines();
        let mut line = || lines.next().ok_or("a request that is too short");
        let (method, url, max_body_len) = (line()?.to_owned(), line()?.to_owned(), line()?.parse()?);
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = lines.map(header).collect::<Option<_>>().ok_or("a header without a colon")?;
        Ok(Self { method, url, max_body_len, headers, body: body.to_owned() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// Sends it. Redirects are not followed, and of a body that is too long only as much is read as shows that.
    pub(crate) fn send(&self) -> Result<Response, Failure> {
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)));
        let agent = config.build().new_agent();
        let mut request = HttpRequest::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = match self.method.as_str() {
            "GET" => agent.run(request.body(())?)?,
            _ => agent.run(request.body(self.body.clone())?)?,
        };
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let mut body = Vec::new();
        response.body_mut().as_reader().take(self.max_body_len as u64 + 1).read_to_end(&mut body)?;
        Ok(Response { status: response.status().as_u16(), retry_after, body })
    }
}

impl Response {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self { status, retry_after: None, body: body.into() }
    }

    /// The payload of its frame, with the time.
    pub(crate) fn payload(&self, now: SystemTime) -> Vec<u8> {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        let retry_after = self.retry_after.as_deref().unwrap_or_default();
        let mut payload = format!("{now}\n{}\n{retry_after}\n", self.status).into_bytes();
        payload.extend(&self.body);
        payload
    }
}
