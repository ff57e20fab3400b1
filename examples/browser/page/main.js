// A login in this page: the story. `login` is the state of the flow, one class of the module for each.

import init, { Authorized, AwaitingRedirect, Client, CodeReceived, Refreshing } from "/flow.js";
import * as log from "/log.js";
import * as store from "/store.js";
import { send } from "/transport.js";
import * as words from "/words.js";

const { element } = log;
// Takes the address, with what may be secret in it, out of sight before anything else.
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
let login;
try {
  client = new Client(
    config.authorizeUrl,
    config.tokenUrl,
    config.clientId,
    new URL("/callback", location.origin).href,
    config.issuer ?? undefined,
  );
  login = unstarted(true);
} catch (error) {
  say(words.misconfigured(error.message));
  throw error;
}
// The answer that gave the code, to try what happens when it comes again.
let answer;
let isFirstLook = true;

show(arrive());
// A page out of the browser's memory may hold a login that has gone on meanwhile.
addEventListener("pageshow", (event) => event.persisted && location.reload());

function unstarted(asksForRefresh) {
  const scope = asksForRefresh ? `${config.scope} offline_access` : config.scope;
  return client.login(scope, config.audience ?? undefined, config.prompt ?? undefined);
}

// What to do with a login that was under way, and with an answer, if there is one. Gives the words for it.
function arrive() {
  const { form, isTooOld } = store.take();
  const state = arrived && new URL(arrived).searchParams.get("state");
  if (form !== undefined) {
    try {
      login = client.resume(form);
    } catch {
      return words.NOT_RESUMED;
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
  logAnswer(arrived, "Ignored: nobody waits for it.");
  return isTooOld ? words.TOO_OLD : store.wasAnswered(state) ? words.ANSWERED_ALREADY : words.NOBODY_WAITS;
}

// The login may outlive the page from here on.
function wait(message) {
  store.keep(login);
  return message;
}

// 1. Unstarted → AwaitingRedirect
function start() {
  log.clear();
  try {
    login = login.start(crypto.getRandomValues(new Uint8Array(64)));
  } catch ({ state }) {
    login = state ?? unstarted(true);
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
    const { state } = refused;
    const message = words.redirectRefused(refused);
    if (state !== undefined) {
      verdict("Ignored: not an answer to this login.");
      login = state;
      return wait(message);
    }
    verdict("It ended the login.");
    store.markAnswered(new URL(url).searchParams.get("state"));
    login = unstarted(true);
    return message;
  }
  verdict("Believed: it carries the state that was drawn here.");
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
  // The code is tried: no other page may try it again, unless it turns out to be good still.
  store.forget();
  const response = await transmit(login.tokenRequest(), "Token request");
  if (response === undefined) return show(wait(words.UNREACHABLE));
  try {
    login = login.receiveTokenResponse(response.status, response.retryAfter, response.body, Date.now() / 1000);
    show(words.TOKEN_CAME);
  } catch (refused) {
    const { state } = refused;
    login = state ?? unstarted(true);
    const message = words.tokenRefused(refused, refused.isRetryable ? words.TRY_AGAIN : words.MEND_FIRST);
    show(state === undefined ? message : wait(message));
  }
}

// 4. Authorized → Refreshing → Authorized, or Unstarted
async function renew() {
  login = login.renew();
  if (!(login instanceof Refreshing)) return show(words.LOG_IN_AGAIN);
  lightUp();
  const response = await transmit(login.tokenRequest(), "Refresh request");
  if (response === undefined) {
    login = login.cancel();
    return show(words.UNREACHABLE);
  }
  try {
    login = login.receiveTokenResponse(response.status, response.retryAfter, response.body, Date.now() / 1000);
    show(words.refreshed(login.rotated));
  } catch (refused) {
    login = refused.state;
    show(words.tokenRefused(refused, "The old token works until it runs out."));
  }
}

// The token in use.
async function callApi() {
  const request = { method: "GET", url: config.resourceUrl, headers: [["authorization", login.bearer()]], body: "", maxResponseLength: 65_536 };
  const response = await transmit(request, "Request to the API");
  show(response === undefined ? words.UNREACHABLE : words.api(response.status));
}

// Sends a request, with both sides of it in the log. `undefined`: nothing came.
async function transmit({ method, url, headers, body, maxResponseLength }, title) {
  const pairs = [...headers, ...log.form(body)];
  const verdict = log.add({ from: "This page", to: "server", title, line: `${method} ${url}`, pairs });
  say(words.SENDING);
  try {
    const response = await send({ method, url, headers, body, maxResponseLength });
    log.add({ from: "Server", to: "this page", title: "Response", line: `Status ${response.status}`, pairs: log.json(response.body) });
    return response;
  } catch {
    verdict("No answer came.");
    return undefined;
  }
}

// What a person sees of the state, and may do in it. Nothing else can be pressed.

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
  return login.canRefresh ? "Refresh the token" : "Get a new one";
}

function actionButtons() {
  return [...document.querySelectorAll("#content > .row button")];
}

function extras() {
  if (login instanceof AwaitingRedirect) {
    return trials("Somebody else could answer", "Anybody can open the redirect address. Try it: the login must survive.", [
      ["With a wrong state", "/callback?code=forged&state=forged"],
      ["Without state", "/callback?code=forged"],
      ["An error without state", "/callback?error=access_denied"],
      ["A code that comes twice", "/callback?code=forged&code=again&state=forged"],
    ]);
  }
  if (login instanceof CodeReceived && answer !== undefined) {
    return trials("The same answer could come again", "By a second click, or a reload. Try it: the code must survive.", [["Send it again", answer]]);
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
  box.addEventListener("change", () => { login = unstarted(box.checked); });
  return element("label", { class: "choice", for: "refresh" }, box, element("span", {}, "Ask for a refresh token, too: ", element("code", {}, "offline_access")));
}

function facts() {
  const left = element("dd", { id: "left" });
  const row = (name, value) => element("div", {}, element("dt", {}, name), value);
  return element("dl", { class: "facts" },
    row("Runs out in", left),
    row("Lifetime", element("dd", {}, login.lifetime === undefined ? "not stated" : `${login.lifetime} s`)),
    row("Scope", element("dd", {}, login.grantedScope ?? "not stated")),
    row("Refresh token", element("dd", {}, login.canRefresh ? "yes" : "none")));
}

function giveUp(message) {
  store.forget();
  login.free(); // wiped, and not at some later time
  login = unstarted(true);
  answer = undefined;
  log.clear();
  show(message);
}

function action(label, act) {
  const button = element("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    // One step at a time. A button that is busy keeps the focus, and does nothing.
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
  return login instanceof Authorized || login instanceof Refreshing ? "Authorized" : "Unstarted";
}

function lightUp() {
  const boxes = [...document.getElementById("states").children];
  const present = boxes.findIndex((box) => box.dataset.state === stateName());
  boxes.forEach((box, index) => {
    box.dataset.when = index < present ? "past" : index === present ? "now" : "later";
    if (index === present) box.setAttribute("aria-current", "step");
    else box.removeAttribute("aria-current");
  });
  document.getElementById("fourth").textContent = login instanceof Refreshing ? "Refreshing: a new one" : "a token, for a while";
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
  // The button that was pressed is gone. If there is the same one again, it keeps the focus.
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
  left.textContent = seconds === undefined ? "not known" : seconds === 0 ? "0 s: it has run out" : `${seconds} s`;
  const isOver = login.needsRenewal(now, 0);
  left.dataset.over = String(isOver);
  // What comes next by itself: to use the token, or to get another one.
  const next = actionButtons().find(({ textContent }) => !isOver || textContent === renewal());
  for (const button of actionButtons()) button.classList.toggle("primary", button === next);
}
setInterval(tick, 500);
