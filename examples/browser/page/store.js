// What outlives the page: a login that is under way. `sessionStorage` belongs to one tab, so another tab's login is
// never touched. A token is not kept: it lives and dies with the page.

const LOGIN = "authcode.login";
const ANSWERED = "authcode.answered";
const LONGEST_WAIT = 600_000;

// Before the page is left.
export function keep(state) {
  sessionStorage.setItem(LOGIN, JSON.stringify({ since: Date.now(), form: state.suspend() }));
}

// At most once: it is gone from the store before anybody can use it.
export function take() {
  const text = sessionStorage.getItem(LOGIN);
  sessionStorage.removeItem(LOGIN);
  if (text === null) return {};
  try {
    const { since, form } = JSON.parse(text);
    return Date.now() - since > LONGEST_WAIT ? { isTooOld: true } : { form };
  } catch {
    return { form: "" };
  }
}

export function forget() {
  sessionStorage.removeItem(LOGIN);
}

// The `state` of the last login that was answered, to tell a repeated answer from a foreign one. It is used up.
export function markAnswered(state) {
  sessionStorage.setItem(ANSWERED, state);
}

export function wasAnswered(state) {
  return state !== null && sessionStorage.getItem(ANSWERED) === state;
}
