// What happened, in plain words: a title, a sentence, and whether it is good, bad, or of no consequence.

const WAITING = "The login goes on waiting.";

export const STATES = {
  Unstarted: ["No login yet", "Nothing is drawn and nothing is sent. The first step draws two secrets: state, which ties the answer to this tab, and a verifier, which only the token endpoint will see."],
  AwaitingRedirect: ["Over to the server", "Both secrets are drawn, and the login is kept for this tab. At the server you say yes or no, and it sends you back here with an answer."],
  CodeReceived: ["You are back, with a code", "The answer carries the right state, so it is believed. The code is worth nothing by itself: the verifier must go with it."],
  Authorized: ["Logged in", "The token lives in this page’s memory alone: a reload forgets it."],
};

export const NOT_LOADED = ["The flow could not be loaded", "Without WebAssembly, or without its server, this page can do nothing. Reload it to try again.", "bad"];
export const misconfigured = (name) => ["This page is not set up rightly", `What is wrong has the name ${name}.`, "bad"];
export const NO_RANDOMNESS = ["The login could not start", "The random numbers of this browser do not work.", "bad"];
export const welcome = (clientId, server) => ["Ready", `This page is the client ${clientId} of ${server}.`, "calm"];
export const STARTED = ["The secrets are drawn", "64 random bytes came from this browser. Nothing has been sent yet.", "good"];
export const STILL_WAITING = ["A login is under way", "It was begun in this tab and waits for its answer.", "calm"];
export const CODE_KEPT = ["The code is still here", "It was kept for this tab. It can be exchanged once.", "calm"];
export const ANSWER_TAKEN = ["The answer is taken", "It came once, for this login, and is out of the address bar.", "good"];
export const TOKEN_CAME = ["There is a token", "The server has exchanged the code.", "good"];
export const GIVEN_UP = ["The login is forgotten", "An answer that still comes will be ignored.", "calm"];
export const FORGOTTEN = ["You are logged out here", "The token is forgotten. The server was not told.", "calm"];
export const LOG_IN_AGAIN = ["There is nothing to refresh with", "The server gave no refresh token, so a new token takes a new login.", "calm"];

export const ANSWERED_ALREADY = ["This answer was used already", "An answer counts once. A reload, a second click or the history has brought it again; nothing was sent.", "bad"];
export const SAME_ANSWER = ["The same answer came twice", "An answer counts once. The second one is ignored, and the code of the first one is still here.", "bad"];
export const OTHER_ANSWER = ["Another answer was ignored", "This login has its code already. Nothing was sent.", "bad"];
export const NOBODY_WAITS = ["No login waits here for this answer", "It belongs to another tab or another browser, or somebody has copied the address. Nothing was sent.", "bad"];
export const TRY_AGAIN = "The code is still here: try again.";
export const MEND_FIRST = "The code is still here, but something must be mended before it is tried again.";
export const TOO_OLD = ["The login waited too long", "An answer may take ten minutes. Start again.", "bad"];
export const NOT_RESUMED = ["The stored login is of no use", "It is damaged, or made for other settings. Start again.", "bad"];

export const refreshed = (rotated) => ["There is a new token", rotated ? "The refresh token is a new one, too: the old one is dead." : "The refresh token stays the same.", "good"];

export const SENDING = ["Waiting for the server", "One step at a time: the buttons rest until it answers.", "calm"];
export const UNREACHABLE = ["No answer came", "The server is not there, or does not let this page use it (CORS). Nothing is lost: try again.", "bad"];

export const api = (status) => status === 200 ? ["The API accepts the token", "It answered 200.", "good"] : ["The API does not accept the token", `It answered ${status}.`, "bad"];

// What is wrong with an answer, by its `kind`.
const BAD_ANSWERS = {
  TooLong: "It is too long.",
  NotOurs: "It did not come to the address of this login.",
  Malformed: "A part of it cannot be read.",
  DuplicateParameter: "A part of it comes twice.",
  JwtResponse: "It is packed into a signed text (JWT), which was not asked for.",
  TokenInRedirect: "It has a token in it, which was not asked for.",
  CodeAndError: "It has both a code and an error.",
  NoCodeNoError: "It has neither a code nor an error.",
  MalformedCode: "Its code is empty, too long, or has characters that no code has.",
  MalformedError: "Its error is empty, too long, or has characters that no error has.",
};

export function redirectRefused({ kind, fault, serverError, serverDescription, state }) {
  const claim = serverError === undefined ? "" : ` It claims the error “${serverError}”, and anybody could.`;
  switch (kind) {
    case "StateMissing":
      return ["An answer without state was ignored", `Nothing shows that it is for this login.${claim} ${WAITING}`, "bad"];
    case "StateMismatch":
      return ["An answer with a wrong state was ignored", `It is for another login, or it is an attack. ${WAITING}`, "bad"];
    case "Refused":
      return fault === "user"
        ? ["You said no", `The server reports ${serverError}, and the login has ended. You can start again.`, "calm"]
        : ["The server refused", `It reports ${serverError}, and the login has ended.${added(serverDescription)}`, "bad"];
    case "IssuerMissing":
      return ["Nothing shows which server answered", `The answer has the right state, but names no server (iss).${claim} The login has ended.`, "bad"];
    case "IssuerMismatch":
      return ["The answer is not from this server", "It has the right state, but not this server’s name (iss). The login has ended.", "bad"];
    default:
      return state === undefined
        ? ["A bad answer ended the login", BAD_ANSWERS[kind] ?? other(kind), "bad"]
        : ["An answer that makes no sense was ignored", `${BAD_ANSWERS[kind] ?? other(kind)} ${WAITING}`, "bad"];
  }
}

// What came in place of a token, by its `kind`.
const NO_TOKEN = {
  TooLong: "The answer is too long.",
  Redirected: "The answer is a redirect, which must not be followed.",
  Unavailable: "The server cannot answer now.",
  UnexpectedStatus: "The answer is neither a token nor an error.",
  NotJson: "The answer is not JSON.",
  Refused: "The server gave no token.",
  Unusable: "There is no token in the answer that can be used.",
};

export function tokenRefused({ kind, serverError, serverDescription, retryAfter, state }, keeps) {
  const title = serverError === undefined ? "The server’s answer is no token" : `The server refused: ${serverError}`;
  const wait = retryAfter === undefined ? "" : ` It asks you to wait ${retryAfter} s.`;
  const end = state === undefined ? "The login has ended." : keeps;
  return [title, `${NO_TOKEN[kind] ?? other(kind)}${added(serverDescription)}${wait} ${end}`, "bad"];
}

function added(description) {
  return description === undefined ? "" : ` It adds: “${description}”${/[.!?…]$/.test(description) ? "" : "."}`;
}

// A later version of the crate may know more reasons.
function other(kind) {
  return `The reason is ${kind}.`;
}
