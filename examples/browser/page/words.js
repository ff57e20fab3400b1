// What happened, in words: a title, a sentence, and a tone: good, bad or calm.

const WAITING = "The login keeps waiting.";

export const STATES = {
  Unstarted: ["No login yet", "Nothing has been sent. The first step draws two secrets: state, which ties the response to this tab, and a PKCE verifier, which only the token endpoint will see."],
  AwaitingRedirect: ["Over to the server", "Both secrets are drawn, and the login is stored for this tab. At the server you allow or deny it, and the server sends you back here."],
  CodeReceived: ["You are back, with a code", "The response has the state of this login, so it is accepted. The code is worth nothing without the verifier, which goes with it."],
  Authorized: ["Logged in", "The token is in the memory of this page alone: a reload forgets it."],
};

export const NOT_LOADED = ["The flow could not be loaded", "This page needs WebAssembly, and its server. Reload it to try again.", "bad"];
export const misconfigured = (name) => ["The configuration of this page is wrong", `The error is ${name}.`, "bad"];
export const NO_RANDOMNESS = ["The login could not start", "The random numbers of this browser do not work.", "bad"];
export const welcome = (clientId, server) => ["Ready", `This page is the client ${clientId} of ${server}.`, "calm"];
export const STARTED = ["The secrets are drawn", "64 random bytes came from this browser. Nothing has been sent yet.", "good"];
export const STILL_WAITING = ["A login is under way", "It was started in this tab and waits for its response.", "calm"];
export const CODE_KEPT = ["The code is still here", "It was stored for this tab. It can be exchanged once.", "calm"];
export const ANSWER_TAKEN = ["The response is accepted", "It came once, belongs to this login, and is removed from the address bar.", "good"];
export const TOKEN_CAME = ["There is a token", "The server has exchanged the code.", "good"];
export const GIVEN_UP = ["The login is given up", "A response that still comes will be ignored.", "calm"];
export const FORGOTTEN = ["You are logged out here", "The token is forgotten. The server was not told.", "calm"];
export const LOG_IN_AGAIN = ["A new token takes a new login", "There is no refresh token that works. The new login asks for the same as the last one.", "calm"];

export const ANSWERED_ALREADY = ["This response was used already", "A response counts once. A reload, a second click or the history has brought it again; nothing was sent.", "bad"];
export const SAME_ANSWER = ["The same response came twice", "A response counts once. The second one is ignored, and the code of the first one is still here.", "bad"];
export const OTHER_ANSWER = ["Another response was ignored", "This login has its code already. Nothing was sent.", "bad"];
export const NOBODY_WAITS = ["No login waits for this response here", "It belongs to another tab or another browser, or somebody has copied the URL. Nothing was sent.", "bad"];
export const TOO_OLD = ["The login waited too long", "A response may take ten minutes. Start again.", "bad"];
export const DAMAGED = ["The stored login cannot be used", "It is damaged. Start again.", "bad"];
export const OTHER_SETTINGS = ["The stored login belongs to other settings", "This page now has another client or server. The login is kept: it goes on when the settings are back. If you start another one, it is replaced.", "bad"];

export const refreshed = (rotated) => ["There is a new token", rotated ? "The refresh token is a new one, too: the old one is dead." : "The refresh token stays the same.", "good"];

export const SENDING = ["Waiting for the server", "One step at a time: the buttons are off until it responds.", "calm"];
export const pausing = (seconds) => ["Waiting before the next request", `It is sent in ${seconds} s.`, "calm"];
export const tooEarly = (seconds) => ["Not yet", `The server asked for a pause. Try again in ${seconds} s.`, "bad"];
export const UNREACHABLE = ["No response came", "The server is down, or does not let this page use it (CORS). Nothing is lost: you can try again.", "bad"];

export const api = (status) => status === 200 ? ["The API accepts the token", "It responded with 200.", "good"] : ["The API does not accept the token", `It responded with ${status}.`, "bad"];

// What is wrong with a redirect, by `kind`.
const BAD_REDIRECTS = {
  TooLong: "It is too long.",
  NotOurs: "It did not come to the redirect URI of this login.",
  Malformed: "A parameter cannot be read.",
  DuplicateParameter: "A parameter occurs twice.",
  JwtResponse: "It is a signed response (JWT), which was not requested.",
  TokenInRedirect: "It contains a token, which was not requested.",
  CodeAndError: "It has both a code and an error.",
  NoCodeNoError: "It has neither a code nor an error.",
  MalformedCode: "Its code is empty, too long, or has a character that is not allowed.",
  MalformedError: "Its error is empty, too long, or has a character that is not allowed.",
};

export function redirectRefused({ kind, nextStep, fault, serverError, serverDescription }) {
  const claim = serverError === undefined ? "" : ` It claims the error “${serverError}”, which anyone could have written.`;
  switch (kind) {
    case "StateMissing":
      return ["A response without state was ignored", `Nothing shows that it is for this login.${claim} ${WAITING}`, "bad"];
    case "StateMismatch":
      return ["A response with a wrong state was ignored", `It is for another login, or it is an attack. ${WAITING}`, "bad"];
    case "Refused":
      return fault === "User"
        ? ["You declined", `The server reports ${serverError}, and the login has ended. You can start again.`, "calm"]
        : ["The server refused", `It reports ${serverError}, and the login has ended.${added(serverDescription)}`, "bad"];
    case "IssuerMissing":
      return ["Nothing shows which server responded", `The response has the right state, but names no server (iss).${claim} The login has ended.`, "bad"];
    case "IssuerMismatch":
      return ["The response is not from this server", "It has the right state, but names another server (iss). The login has ended: this may be an attack.", "bad"];
    default:
      return nextStep === "Wait"
        ? ["An invalid response was ignored", `${BAD_REDIRECTS[kind] ?? other(kind)} ${WAITING}`, "bad"]
        : ["An invalid response ended the login", BAD_REDIRECTS[kind] ?? other(kind), "bad"];
  }
}

// What came in place of a token, by `kind`.
const NO_TOKEN = {
  TooLong: "The response is too long.",
  Redirected: "The response is a redirect, which must not be followed.",
  Unavailable: "The server is unavailable.",
  UnexpectedStatus: "The response is neither a token nor an OAuth error.",
  NotJson: "The response is not JSON.",
  Refused: "The server gave no token.",
  Unusable: "The response has no token that can be used.",
  Stale: "The response is for a refresh token that was replaced since.",
};

const inSeconds = (seconds) => seconds === 0 ? "now" : `in ${seconds} s`;

// What to do after an exchange, by `nextStep`.
const AFTER_EXCHANGE = {
  Wait: () => "The code is still here.",
  Retry: (after) => `The code is still here: send it again ${inSeconds(after)}.`,
  Fix: () => "The code is still here. It would be refused again: fix the cause, then send it.",
  StartOver: () => "The login has ended. Start again.",
};

// What to do after a refresh, by `nextStep`.
const AFTER_REFRESH = {
  Wait: () => "You are still logged in: refresh again when the token is needed.",
  Retry: (after) => `You are still logged in: refresh again ${inSeconds(after)}.`,
  Fix: () => "You are still logged in. The refresh would be refused again: fix the cause, then refresh.",
  StartOver: () => "The old token works until it expires. A new one takes a new login.",
};

export const exchangeRefused = (refused) => tokenRefused(refused, AFTER_EXCHANGE);
export const refreshRefused = (refused) => tokenRefused(refused, AFTER_REFRESH);

function tokenRefused({ kind, nextStep, after, serverError, serverDescription }, next) {
  const title = serverError === undefined ? "The server’s response has no token" : `The server refused: ${serverError || "an error that cannot be read"}`;
  return [title, `${NO_TOKEN[kind] ?? other(kind)}${added(serverDescription)} ${next[nextStep](after)}`, "bad"];
}

function added(description) {
  return description === undefined ? "" : ` It adds: “${description}”${/[.!?…]$/.test(description) ? "" : "."}`;
}

// A later version of the crate may have more reasons.
function other(kind) {
  return `The reason is ${kind}.`;
}
