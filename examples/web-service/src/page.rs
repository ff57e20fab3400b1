//! The pages: HTML that works without scripts.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;

pub(crate) const LOG_IN: &str =
    "<form method=\"post\" action=\"/login\"><button class=\"first\">Log in</button></form>";
pub(crate) const HOME: &str = "<a class=\"button\" href=\"/\">Back to the start</a>";

/// A page. Title and content are HTML.
pub(crate) fn html(status: StatusCode, title: &str, content: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{CSS}</style></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>\n"
    );
    (status, Html(page)).into_response()
}

/// Redirects to another page, by `GET`.
pub(crate) fn see_other(url: &str, cookies: &[String]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, url)]).into_response();
    for cookie in cookies.iter().filter_map(|cookie| cookie.parse().ok()) {
        response.headers_mut().append(http::header::SET_COOKIE, cookie);
    }
    response
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

const CSS: &str = "\
    *{box-sizing:border-box}\
    body{margin:0;padding:1.5rem;font:1.0625rem/1.5 system-ui,sans-serif;color:#1d2129;background:#eef0f4}\
    main{max-width:32rem;margin:8vh auto;padding:2rem;border-radius:.75rem;background:#fff}\
    h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.3;overflow-wrap:anywhere}\
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0 0 1.5rem}\
    dt{color:#5a6070}dd{margin:0;overflow-wrap:anywhere}\
    pre{margin:0 0 1.5rem;padding:.75rem;overflow:auto;border-radius:.5rem;background:#eef0f4}\
    .row{display:flex;flex-wrap:wrap;gap:.75rem}.row>*{flex:1 1 auto;width:auto;white-space:nowrap}\
    button,.button{display:block;width:100%;padding:.75rem 1rem;font:inherit;font-weight:600;text-align:center;\
    text-decoration:none;cursor:pointer;color:#1d2129;background:#fff;border:1px solid #767c88;border-radius:.5rem}\
    button.first{color:#fff;background:#1f5fbf;border-color:#1f5fbf}\
    button:focus-visible,.button:focus-visible{outline:3px solid #f0a500;outline-offset:2px}\
    .note{margin:1.5rem 0 0;font-size:.9375rem;color:#5a6070}";
