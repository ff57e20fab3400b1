// Logs requests and responses. A value is shown if its name is on the list; any other value is added to the page only
// after a click.

const HARMLESS = new Set([
  "accept", "audience", "client_id", "code_challenge", "code_challenge_method", "content-type", "error",
  "error_description", "expires_in", "expiry", "grant_type", "iss", "name", "prompt", "redirect_uri", "response_type",
  "retry-after", "scope", "status", "sub", "token_type",
]);

const list = document.getElementById("log");
const empty = document.getElementById("empty");

export function clear() {
  list.replaceChildren();
  empty.hidden = false;
}

// Adds an entry. `pairs` are names and values. Returns a function that sets the verdict later.
export function add({ from, to, title, line, pairs, verdict = "" }) {
  empty.hidden = true;
  const way = element("p", { class: "way" }, `${from} → ${to}`);
  const outcome = element("p", { class: "verdict" }, verdict);
  const table = element("dl", {}, ...pairs.map(([name, value]) => row(name, value)));
  list.append(element("li", {}, way, element("h3", {}, title), element("p", { class: "line" }, line), table, outcome));
  return (words) => outcome.replaceChildren(words);
}

// The pairs of a query or a form.
export const form = (text) => [...new URLSearchParams(text)];

// The members of a JSON object, or the body as one value.
export function json(bytes) {
  const text = new TextDecoder().decode(bytes);
  try {
    return Object.entries(JSON.parse(text)).map(([name, value]) => [name, String(value)]);
  } catch {
    return text === "" ? [] : [["body", text]];
  }
}

function row(name, value) {
  const shown = HARMLESS.has(name) ? [element("code", {}, value)] : secret(name, value);
  return element("div", {}, element("dt", {}, name), element("dd", {}, ...shown));
}

function secret(name, value) {
  const text = element("span", { class: "dots", "aria-hidden": "true" }, "••••••••");
  const button = element("button", { type: "button", class: "reveal", "aria-expanded": "false", "aria-label": `Show ${name}` }, "Show");
  let place = text;
  button.addEventListener("click", () => {
    const shows = place === text;
    const next = shows ? element("code", {}, value) : text;
    place.replaceWith(next);
    place = next;
    button.textContent = shows ? "Hide" : "Show";
    button.setAttribute("aria-label", `${shows ? "Hide" : "Show"} ${name}`);
    button.setAttribute("aria-expanded", String(shows));
  });
  return [text, button];
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
