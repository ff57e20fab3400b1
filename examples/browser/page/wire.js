// The objects that the module gives out. It makes them by these functions.

// A request, as `fetch` takes it.
export function request(method, url, body, maxResponseLength) {
  return { method, url, headers: [], body, maxResponseLength };
}

export function addHeader(request, name, value) {
  request.headers.push([name, value]);
}

// What a refused step throws: why, and what the login goes on with.
//
// - `kind`: the name of the reason, that of the variant in Rust. `words.js` has sentences for them. No more is told of it:
//   the status is that of the response that was handed in.
// - `fault`: who has to act, `host`, `server`, `stranger` or `user`. `isRetryable`: whether the same may succeed later.
// - `retryAfter`: how many seconds the server asks to wait.
// - `serverError`: its error code. Where a redirect has no `state` or no `iss`, anybody may have written it. `serverDescription`:
//   what it says beside that, text from outside, without what could change how a text around it is read.
// - `state`: what the login goes on with. `undefined`: it has ended.
export function refused(kind, fault, isRetryable, retryAfter, serverError, serverDescription, state) {
  return { kind, fault, isRetryable, retryAfter, serverError, serverDescription, state };
}
