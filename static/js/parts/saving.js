// What the editors say while they save as one goes. Without it their pages have a button that saves.
import { momentText } from "./moments.js";

const WARNS = new Set(["offline", "signedOut", "refused", "changed", "gone"]);

/**
 * The line of a form that says how saving stands. `words` are the page's; `sendByBrowser` sends the
 * form without the script, for what the server's own page says best.
 */
export function statusLine(form, words, sendByBrowser) {
  const status = document.querySelector("[data-status]");
  shortenTime();
  return { show, say, warn };

  function show(state, { at, url, message, isKept } = {}) {
    if (state === "restored") return restored({ at });
    status.classList.toggle("editor__status--warning", WARNS.has(state));
    const text = {
      saved: () => words.saved.replace("{time}", momentText(at)),
      unsaved: () => words.unsaved,
      offline: () => (isKept ? words.offline : words.offlineNotKept),
      signedOut: () => (isKept ? words.signedOut : words.signedOutNotKept),
      changed: () => words.changed,
    }[state];
    say(text ? text() : message);
    if (state === "signedOut") status.append(" ", link(words.signIn, url));
    if (state === "changed") status.append(" ", button(words.compare));
    if (state === "gone") status.append(" ", button(words.seeMore));
  }

  function warn() {
    status.scrollIntoView({ block: "nearest" });
  }

  function say(text) {
    // A live region is read out when it changes, so nothing is written twice.
    if (status.textContent !== text) status.textContent = text;
  }

  /** What the server wrote with day and zone, in short. */
  function shortenTime() {
    const time = status.querySelector("time");
    if (time) say(words.saved.replace("{time}", momentText(Date.parse(time.dateTime))));
  }

  function button(text) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "cdx-button";
    made.textContent = text;
    made.addEventListener("click", sendByBrowser);
    return made;
  }

  function restored({ at }) {
    const box = form.querySelector("[data-restored]");
    const icon = document.createElement("span");
    const text = document.createElement("div");
    icon.className = "cdx-message__icon";
    text.className = "cdx-message__content";
    text.textContent = words.restored.replace("{time}", momentText(at));
    box.className = "cdx-message cdx-message--block cdx-message--success";
    box.setAttribute("role", "status");
    box.append(icon, text);
    box.hidden = false;
    show("unsaved");
  }
}

function link(text, url) {
  const made = document.createElement("a");
  made.href = url;
  made.textContent = text;
  return made;
}
