// A login in this page, step by step. `template` is what it asks for; `login` is its state: an object of a class of the
// module, or `undefined` while there is none.

import init, { Authorized, AwaitingRedirect, Client, CodeReceived, Refresh } from "/flow.js";
import * as log from "/log.js";
import * as store from "/store.js";
import { send } from "/transport.js";
import * as words from "/words.js";

const { element } = log;
// The URL may contain a code: remove it from the address bar and the history before anything else.
const arrived = location.pathname === "/callback" ? location.href : undefined;
history.replaceState(null, "", "/");

const [config] = await Promise.all([
  fetch("/config.json").then((response) => response.json()),
  init({ module_or_path: "/flow.wasm" }),
]).catch((error) => {
  say(words.NOT_LOADED);
  throw error;
});
let client;
let template;
let login;
try {
  client = new Client(
    config.authorizeUrl,
    config.tokenUrl,
    config.clientId,
    new URL("/callback", location.origin).href,
    config.issuer ?? undefined,
  );
  template = newTemplate(true);
} catch (error) {
  say(words.misconfigured(error.message));
  throw error;
}
// The redirect that had the code, to try what happens when it comes again.
let answer;
// Set by a "Retry" whose pause was too long to wait for: the earliest time for the next request to the token endpoint.
let notBefore = 0;
// Set by "StartOver" after a refresh: the next token takes a new login.
let mustLogInAgain = false;
let isFirstLook = true;
// How long a step may take, with all of its retries, in milliseconds.
const STEP_LIMIT = 60_000;

show(arrive());
// A page that the browser restores from memory may have an old state of the login.
addEventListener("pageshow", (event) => event.persisted && location.reload());

function newTemplate(asksForRefresh) {
  const scope = asksForRefresh ? `${config.scope} offline_access` : config.scope;
  return client.login(scope, config.audience ?? undefined, config.prompt ?? undefined);
}

// Resumes the stored login, if there is one, and passes it the redirect, if there is one. Returns what to say.
function arrive() {
  const { since, form, isTooOld } = store.take();
  const state = arrived && new URL(arrived).searchParams.get("state");
  if (form !== undefined) {
    try {
      login = client.resume(form);
    } catch ({ nextStep }) {
      if (nextStep !== "Fix") return words.DAMAGED;
      // The form is good, for other settings than this page has now.
      store.put({ since, form });
      return words.OTHER_SETTINGS;
    }
  }
  if (login instanceof AwaitingRedirect) {
    logAuthorization();
    return arrived ? receive(arrived) : wait(words.STILL_WAITING);
  }
  if (login instanceof CodeReceived) {
    if (!arrived) return wait(words.CODE_KEPT);
    logAnswer(arrived, "Ignored: the login has its code.");
    return wait(store.wasAnswered(state) ? words.SAME_ANSWER : words.OTHER_ANSWER);
  }
  if (!arrived) return isTooOld ? words.TOO_OLD : words.welcome(config.clientId, new URL(config.authorizeUrl).origin);
  logAnswer(arrived, "Ignored: no login waits for it.");
  return isTooOld ? words.TOO_OLD : store.wasAnswered(state) ? words.ANSWERED_ALREADY : words.NOBODY_WAITS;
}

// Stores the login: the page may be left now.
function wait(message) {
  store.keep(login);
  return message;
}

// 1. Unstarted → AwaitingRedirect
function start() {
  log.clear();
  try {
    login = template.start(crypto.getRandomValues(new Uint8Array(64)));
  } catch {
    return show(words.NO_RANDOMNESS);
  }
  logAuthorization();
  show(wait(words.STARTED));
}

function logAuthorization() {
  const url = login.authorizationUrl();
  const line = `GET ${url.split("?")[0]}`;
  log.add({ from: "You", to: "server", title: "Authorization request", line, pairs: log.form(new URL(url).search) });
}

// 2. AwaitingRedirect → CodeReceived
function receive(url) {
  const verdict = logAnswer(url, "");
  try {
    login = login.receiveRedirect(url);
  } catch (refused) {
    login = refused.state;
    if (refused.nextStep === "Wait") {
      verdict("Ignored: not a response to this login.");
      return wait(words.redirectRefused(refused));
    }
    verdict("It ended the login.");
    store.markAnswered(new URL(url).searchParams.get("state"));
    return words.redirectRefused(refused);
  }
  verdict("Accepted: it has the state of this login.");
  answer = url;
  store.markAnswered(new URL(url).searchParams.get("state"));
  return wait(words.ANSWER_TAKEN);
}

function logAnswer(url, verdict) {
  const { pathname, search } = new URL(url);
  return log.add({ from: "Server", to: "this page, through you", title: "Authorization response", line: `GET ${pathname}`, pairs: log.form(search), verdict });
}

// 3. CodeReceived → Authorized
async function exchange() {
  show(await run("Token request", {
    request() {
      // While the request is under way no other page may send the code. It is stored again if it may still be good.
      store.forget();
      return login.request();
    },
    receive({ status, retryAfter, body }) {
      login = login.receiveResponse(status, retryAfter, body, Date.now() / 1000);
      return words.TOKEN_CAME;
    },
    refuse(refused) {
      login = refused.state;
      const message = words.exchangeRefused(refused);
      return refused.nextStep === "StartOver" ? message : wait(message);
    },
    lose: () => wait(words.UNREACHABLE),
  }));
}

// 4. Authorized, renewed in place, or Unstarted
async function renew() {
  let renewal = mustLogInAgain ? login.reauthorize() : login.renewal();
  if (!(renewal instanceof Refresh)) return logInAgain(renewal);
  lightUp("Refreshing: a new one");
  show(await run("Refresh request", {
    request() {
      // Each try takes the refresh token that the login has then.
      renewal = login.renewal();
      return renewal.request();
    },
    receive: ({ status, retryAfter, body }) => words.refreshed(renewal.receiveResponse(login, status, retryAfter, body, Date.now() / 1000)),
    refuse(refused) {
      mustLogInAgain = refused.nextStep === "StartOver";
      return words.refreshRefused(refused);
    },
    lose: () => words.UNREACHABLE,
  }));
}

// Sends the request of a step, and sends it again while that may help and a minute has not passed. Returns what to say.
async function run(title, { request, receive, refuse, lose }) {
  const early = notBefore - Date.now();
  if (early > 0) return words.tooEarly(Math.ceil(early / 1_000));
  const end = Date.now() + STEP_LIMIT;
  let mayResend = true;
  for (;;) {
    const response = await transmit(request(), title);
    if (response === undefined) {
      const message = lose();
      if (!mayResend || Date.now() >= end) return message;
      mayResend = false; // once more, at once
      continue;
    }
    try {
      return receive(response);
    } catch (refused) {
      const message = refuse(refused);
      if (refused.nextStep !== "Retry") return message;
      const pause = refused.after * 1_000;
      if (Date.now() + pause >= end) {
        notBefore = Date.now() + pause;
        return message;
      }
      say(words.pausing(refused.after));
      await new Promise((resolve) => { setTimeout(resolve, pause); });
    }
  }
}

// The button says so: the token is given up with the page that the user leaves now.
function logInAgain(again) {
  login.free();
  login = undefined;
  template = again;
  mustLogInAgain = false;
  show(words.LOG_IN_AGAIN);
}

// Uses the access token.
async function callApi() {
  const request = { method: "GET", url: config.resourceUrl, headers: [["authorization", login.bearer()]], body: "", maxResponseLength: 65_536 };
  const response = await transmit(request, "Request to the API");
  show(response === undefined ? words.UNREACHABLE : words.api(response.status));
}

// Sends a request, and logs it and its response. Returns `undefined` if there was no response.
async function transmit({ method, url, headers, body, maxResponseLength }, title) {
  const pairs = [...headers, ...log.form(body)];
  const verdict = log.add({ from: "This page", to: "server", title, line: `${method} ${url}`, pairs });
  say(words.SENDING);
  try {
    const response = await send({ method, url, headers, body, maxResponseLength });
    log.add({ from: "Server", to: "this page", title: "Response", line: `Status ${response.status}`, pairs: log.json(response.body) });
    return response;
  } catch {
    verdict("No response came.");
    return undefined;
  }
}

// What the user sees of the state, and may do in it: there is no other button.

function actions() {
  if (login instanceof AwaitingRedirect) {
    return [
      action("Go to the server", () => location.assign(login.authorizationUrl())),
      action("Give up", () => giveUp(words.GIVEN_UP)),
    ];
  }
  if (login instanceof CodeReceived) {
    return [action("Exchange the code", exchange), action("Give up", () => giveUp(words.GIVEN_UP))];
  }
  if (login instanceof Authorized) {
    const useIt = config.resourceUrl ? [action("Show the token to the API", callApi)] : [];
    return [...useIt, action(renewal(), renew), action("Log out here", () => giveUp(words.FORGOTTEN))];
  }
  return [action("Start the login", start)];
}

function renewal() {
  return login.canRefresh && !mustLogInAgain ? "Refresh the token" : "Log in again";
}

function actionButtons() {
  return [...document.querySelectorAll("#content > .row button")];
}

function extras() {
  if (login instanceof AwaitingRedirect) {
    return trials("Somebody else could answer", "Anyone can open the redirect URI. Try it: the login goes on.", [
      ["With a wrong state", "/callback?code=forged&state=forged"],
      ["Without state", "/callback?code=forged"],
      ["An error without state", "/callback?error=access_denied"],
      ["A code that comes twice", "/callback?code=forged&code=again&state=forged"],
    ]);
  }
  if (login instanceof CodeReceived && answer !== undefined) {
    return trials("The same response could come again", "By a second click, or a reload. Try it: the code is kept.", [["Send it again", answer]]);
  }
  if (login instanceof Authorized) return [facts()];
  return login instanceof CodeReceived ? [] : [choice()];
}

function trials(title, text, answers) {
  const buttons = answers.map(([label, url]) => {
    const button = element("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => location.assign(url));
    return button;
  });
  return [element("details", {}, element("summary", {}, title), element("p", {}, text), element("div", { class: "row" }, ...buttons))];
}

function choice() {
  const box = element("input", { type: "checkbox", id: "refresh" });
  box.checked = true;
  box.addEventListener("change", () => { template = newTemplate(box.checked); });
  return element("label", { class: "choice", for: "refresh" }, box, element("span", {}, "Ask for a refresh token, too: ", element("code", {}, "offline_access")));
}

function facts() {
  const left = element("dd", { id: "left" });
  const row = (name, value) => element("div", {}, element("dt", {}, name), value);
  return element("dl", { class: "facts" },
    row("Expires in", left),
    row("Lifetime", element("dd", {}, login.lifetime === undefined ? "not stated" : `${login.lifetime} s`)),
    row("Scope", element("dd", {}, login.grantedScope ?? "not stated")),
    row("Refresh token", element("dd", {}, login.canRefresh ? "yes" : "none")));
}

function giveUp(message) {
  store.forget();
  login.free(); // wipes it now, not when JavaScript collects its garbage
  login = undefined;
  template = newTemplate(true);
  mustLogInAgain = false;
  answer = undefined;
  log.clear();
  show(message);
}

function action(label, act) {
  const button = element("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    // One step at a time. A busy button keeps the focus, and does nothing.
    const content = document.getElementById("content");
    if (content.hasAttribute("aria-busy")) return;
    content.setAttribute("aria-busy", "true");
    for (const other of content.querySelectorAll("button")) other.setAttribute("aria-disabled", "true");
    await act();
  });
  return button;
}

function stateName() {
  if (login instanceof AwaitingRedirect) return "AwaitingRedirect";
  if (login instanceof CodeReceived) return "CodeReceived";
  return login instanceof Authorized ? "Authorized" : "Unstarted";
}

function lightUp(fourth = "a token, for a while") {
  const boxes = [...document.getElementById("states").children];
  const present = boxes.findIndex((box) => box.dataset.state === stateName());
  boxes.forEach((box, index) => {
    box.dataset.when = index < present ? "past" : index === present ? "now" : "later";
    if (index === present) box.setAttribute("aria-current", "step");
    else box.removeAttribute("aria-current");
  });
  document.getElementById("fourth").textContent = fourth;
}

function show(message) {
  const content = document.getElementById("content");
  const heading = document.getElementById("heading");
  const name = stateName();
  const [title, text] = words.STATES[name];
  const had = content.contains(document.activeElement);
  const label = document.activeElement?.textContent;
  heading.textContent = title;
  content.replaceChildren(element("p", {}, text), element("div", { class: "row" }, ...actions()), ...extras());
  content.removeAttribute("aria-busy");
  actionButtons()[0].classList.add("primary");
  lightUp();
  tick();
  say(message);
  // The button that was pressed has been replaced. If there is the same one again, it gets the focus.
  if (had || (isFirstLook && arrived)) {
    const same = [...content.querySelectorAll("button")].find((button) => had && button.textContent === label);
    (same ?? heading).focus({ preventScroll: true });
  }
  isFirstLook = false;
}

function say([title, text, tone]) {
  const place = document.getElementById("message");
  place.dataset.tone = tone;
  place.replaceChildren(element("strong", {}, title), " ", element("span", {}, text));
}

function tick() {
  const left = document.getElementById("left");
  if (left === null || !(login instanceof Authorized)) return;
  const now = Date.now() / 1000;
  const seconds = login.expiresAt === undefined ? undefined : Math.max(0, Math.ceil(login.expiresAt - now));
  left.textContent = seconds === undefined ? "unknown" : seconds === 0 ? "0 s: it has expired" : `${seconds} s`;
  const isOver = login.needsRenewal(now, 0);
  left.dataset.over = String(isOver);
  // The step that makes sense next: use the token, or get another one.
  const next = actionButtons().find(({ textContent }) => !isOver || textContent === renewal());
  for (const button of actionButtons()) button.classList.toggle("primary", button === next);
}
setInterval(tick, 500);
