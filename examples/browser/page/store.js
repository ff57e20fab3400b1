// The pending login, which must outlive the page. `sessionStorage` belongs to one tab, so a login in another tab is not
// touched. Tokens are not stored: they end with the page.

const LOGIN = "authcode.login";
const ANSWERED = "authcode.answered";
const MAX_AGE = 600_000;

// Stores a state, before the page may be left.
export function keep(state) {
  put({ since: Date.now(), form: state.suspend() });
}

// Takes the stored login, at most once: it is removed before it can be used.
export function take() {
  const text = sessionStorage.getItem(LOGIN);
  forget();
  if (text === null) return {};
  try {
    const { since, form } = JSON.parse(text);
    return Date.now() - since > MAX_AGE ? { isTooOld: true } : { since, form };
  } catch {
    return { form: "" };
  }
}

// Stores what `take` returned again, with its age.
export function put({ since, form }) {
  sessionStorage.setItem(LOGIN, JSON.stringify({ since, form }));
}

export function forget() {
  sessionStorage.removeItem(LOGIN);
}

// Notes the `state` of the last login that was answered, to tell a repeated response from one of another login. That
// `state` is used up.
export function markAnswered(state) {
  sessionStorage.setItem(ANSWERED, state);
}

export function wasAnswered(state) {
  return state !== null && sessionStorage.getItem(ANSWERED) === state;
}
