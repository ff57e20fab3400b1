// The objects that the module returns and throws. It makes them by these functions.

// A request, as `fetch` takes it.
export function request(method, url, body, maxResponseLength) {
  return { method, url, headers: [], body, maxResponseLength };
}

export function addHeader(request, name, value) {
  request.headers.push([name, value]);
}

// What a refused step throws: why it was refused, what to do now, and the state, if the login goes on.
//
// - `kind`: the name of the variant in Rust. `words.js` has a sentence for each.
// - `nextStep`: what to do now. One answer for each refusal:
//   - "Wait": nothing. A pending login waits for another redirect; a refresh is tried again when the token is next needed.
//   - "Retry": send the request again, not before `after` seconds have passed.
//   - "Fix": the same request would be refused again. Fix what `kind` names, then send.
//   - "StartOver": the attempt has ended, and the user logs in again.
// - `fault`: who can fix it: "Caller" (this page), "Server", "User", or "Unauthenticated" (anyone may have sent it).
// - `serverError`: the server's error code, "" if it cannot be read. Where a redirect has no `state` or no `iss`, anyone may
//   have written it. `serverDescription`: the text beside it, sanitized; it may still contain HTML.
// - `state`: the state, unchanged. `undefined` exactly if `nextStep` is "StartOver", or if the step has not taken it: a
//   refresh leaves the login where it is, and `resume` the stored text.
export function refused(kind, nextStep, after, fault, serverError, serverDescription, state) {
  return { kind, nextStep, after, fault, serverError, serverDescription, state };
}
