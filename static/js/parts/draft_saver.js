// Saves a draft in the background a moment after typing stops, and again until it arrives.
// Without it one saves by the button "Save draft".
//
// What is typed is kept on this device first. The server knows each opened page by a name, so that
// a save whose answer got lost can be sent again with later words, and makes no conflict.
import { asItCame, asText, fill, read } from "./form_fields.js";
import { drop, keep, waiting } from "./kept_drafts.js";

const KEEP_AFTER = 300;
const SAVE_AFTER = 2_500;
const SAVE_AT_LATEST = 15_000;
const GIVE_UP_AFTER = 25_000;
const TRY_AGAIN_AFTER = [3_000, 6_000, 12_000, 25_000, 60_000];
// What a browser sends from a page that is going away.
const MOST_BYTES_KEPT_ALIVE = 60_000;
// What the server calls a problem that trying again does not solve.
const STOPS = { changed: "changed", signed_out: "signedOut", refused: "refused" };

/**
 * Watch a form. `onState(name, detail)` hears how it stands: "saved", "unsaved", "offline",
 * "signedOut", "refused", "changed", "gone", "restored".
 */
export function saveAsOneGoes(form, onState) {
  const place = {
    account: form.dataset.account,
    key: form.dataset.key,
    page: form.elements.page.defaultValue,
  };
  // The script's own values: a browser that brings back a page brings back old hidden fields.
  const sent = {
    seen: form.elements.seen.defaultValue,
    before: form.elements.before.defaultValue,
    // How often that page had sent its words: it may be open, and have saved newer ones since.
    before_step: form.elements.before_step.defaultValue,
    step: 0,
  };
  const isConflict = "conflict" in form.dataset;
  let url = form.getAttribute("action");
  let token = form.elements.csrfmiddlewaretoken.defaultValue;
  let savedText = "unsaved" in form.dataset || isConflict ? null : asText(asItCame(form));
  // The page whose words this one shows and answers for: what it kept is this one's to drop.
  let adopted = sent.before ? { ...place, page: sent.before } : null;
  let running = null;
  let isStopped = isConflict;
  let failures = 0;
  let keepTimer = 0;
  let saveTimer = 0;
  let typedSince = 0;

  if (!isConflict) standAt(url);
  if (!isConflict && isOlderThanSaved(place, sent.seen)) {
    window.location.reload();
  }
  takeOver();
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  window.addEventListener("online", () => !isStopped && saveNow());
  window.addEventListener("focus", () => isStopped === "signedOut" && saveNow());
  window.addEventListener("pagehide", keepNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    keepNow();
    if (!isStopped) saveNow({ keepalive: true });
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty() && !keepNow()) event.preventDefault();
  });
  if (!isStopped && isDirty()) saveNow();

  return { saveNow, prepareToSend, giveUp };

  /** Drop what is kept of this page's words: the writer takes other ones. */
  function giveUp() {
    isStopped = "gone";
    savedText = asText(read(form));
    clearTimeout(keepTimer);
    drop(place);
    if (adopted) drop(adopted);
  }

  function isDirty() {
    return asText(read(form)) !== savedText;
  }

  /** What a page before this one could not save comes back into the form. */
  function takeOver() {
    if (isConflict || "unsaved" in form.dataset) return;
    const [entry] = waiting(place.account, place.key).filter(
      (one) => one.version === form.dataset.version && one.place.page !== place.page
    );
    if (!entry) return;
    // What that page saved is newer, and what it keeps stays its own.
    if (entry.place.page === form.dataset.savedFrom && entry.step < form.dataset.savedStep) return;
    if (asText(entry.fields) === asText(read(form))) return drop(entry.place);
    fill(form, entry.fields);
    sent.seen = entry.seen;
    sent.before = entry.place.page;
    sent.before_step = entry.step ?? 0;
    adopted = entry.place;
    savedText = null;
    onState("restored", { at: entry.at });
  }

  function typed() {
    if (!isDirty()) return;
    clearTimeout(keepTimer);
    keepTimer = setTimeout(keepNow, KEEP_AFTER);
    if (isStopped === "refused") isStopped = false;
    if (isStopped) return;
    // What is in the way stays said until it is out of the way.
    if (!failures) onState("unsaved");
    typedSince ||= Date.now();
    soon(Math.min(SAVE_AFTER, typedSince + SAVE_AT_LATEST - Date.now()));
  }

  function soon(wait) {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(saveNow, Math.max(0, wait));
  }

  /** Keep on this device what is not saved; true where nothing could be lost. */
  function keepNow() {
    clearTimeout(keepTimer);
    if (!isDirty()) return true;
    const fields = read(form);
    const { seen, step } = sent;
    return keep(place, { fields, seen, step, url, version: form.dataset.version });
  }

  /** Save at once; gives {ok, url} or {ok: false, problem}. */
  async function saveNow(how = {}) {
    clearTimeout(saveTimer);
    if (running) {
      await running;
      if (!isDirty() && sent.seen !== "0") return { ok: true, url };
    }
    running = save(how).finally(() => {
      running = null;
    });
    return running;
  }

  async function save({ keepalive = false, isSecondTry = false, isAsked = false } = {}) {
    const fields = read(form);
    const text = asText(fields);
    // Nothing is begun before somebody types; but whoever asks for it gets an empty draft.
    const isNew = sent.seen === "0";
    if (text === savedText && !(isAsked && isNew)) return { ok: true, url };
    typedSince = 0;
    sent.step += 1;
    const isKept = keepNow();
    let response;
    try {
      response = await fetch(url, {
        method: "POST",
        body: body(),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout?.(GIVE_UP_AFTER),
        keepalive: keepalive && text.length < MOST_BYTES_KEPT_ALIVE / 4,
      });
    } catch {
      return later("offline", { isKept });
    }
    const said = await answerOf(response);
    if (response.ok && said) return saved(text, said);
    // The token changes when somebody signs in again: fetch the page's new one, once.
    if (!isSecondTry && response.status === 403 && !said) {
      const renewed = await newToken();
      if (renewed === "renewed") return save({ isSecondTry: true, isAsked });
      if (renewed) return stop("signedOut", { url: renewed, isKept });
    }
    if (!said || response.status >= 500 || response.status === 429) {
      return later("offline", { isKept });
    }
    return stop(STOPS[said.problem] ?? "gone", { ...said, isKept });
  }

  function stop(problem, detail) {
    isStopped = problem;
    onState(problem, detail);
    return { ok: false, problem };
  }

  function saved(text, said) {
    savedText = text;
    failures = 0;
    isStopped = false;
    sent.seen = String(said.revision);
    sent.before = "";
    sent.before_step = 0;
    noteSaved(place, said.revision);
    const path = said.url.split("?")[0];
    if (url !== path) {
      url = path;
      form.setAttribute("action", url);
      standAt(url);
    }
    if (adopted) drop(adopted);
    adopted = null;
    if (isDirty()) {
      keepNow();
      soon(SAVE_AFTER);
    } else {
      drop(place);
      onState("saved", { at: Date.now() });
    }
    return { ok: true, url: said.url };
  }

  /** A reload, and the same page in another language, show this report and not an empty form. */
  function standAt(address) {
    const here = window.location;
    if (here.pathname + here.search === address) return;
    window.history.replaceState(null, "", address);
    for (const other of document.querySelectorAll("header a[hreflang]")) {
      other.href = address.replace(/^\/[^/]+/, `/${other.hreflang}`);
    }
  }

  function later(problem, detail) {
    onState(problem, detail);
    soon(TRY_AGAIN_AFTER[Math.min(failures, TRY_AGAIN_AFTER.length - 1)]);
    failures += 1;
    return { ok: false, problem };
  }

  function body() {
    prepareToSend();
    const data = new FormData(form);
    data.set("do", "save");
    return data;
  }

  /** Set the hidden fields to what is so now, for a send by script or by the browser. */
  function prepareToSend() {
    form.elements.csrfmiddlewaretoken.value = token;
    form.elements.page.value = place.page;
    for (const [name, value] of Object.entries(sent)) form.elements[name].value = value;
  }

  /** "renewed", or where to sign in as the same person; nothing while there is no answer. */
  async function newToken() {
    try {
      const page = await fetch(url, { headers: { Accept: "text/html" } });
      const text = await page.text();
      const there = new DOMParser().parseFromString(text, "text/html").getElementById(form.id);
      if (there?.dataset.account !== place.account) return page.redirected ? page.url : "";
      token = there.elements.csrfmiddlewaretoken.value;
      return "renewed";
    } catch {
      return "";
    }
  }
}

/** Note which revision this window saved last; the number only, and for as long as the window. */
function noteSaved({ account, key }, revision) {
  try {
    sessionStorage.setItem(`saved:${account}:${key}`, revision);
  } catch {
    // Then a page that was on its way during a save may show what was saved before it.
  }
}

/**
 * True, once, where this page left the server before the last save of this window arrived there:
 * a reload while that save was under way.
 */
function isOlderThanSaved({ account, key }, seen) {
  try {
    const name = `saved:${account}:${key}`;
    const isOlder = Number(seen || 0) < Number(sessionStorage.getItem(name) ?? 0);
    if (isOlder) sessionStorage.removeItem(name);
    return isOlder;
  } catch {
    return false;
  }
}

/** What a JSON answer says; null where the answer is something else. */
export async function answerOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
