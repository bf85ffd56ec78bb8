// The report editor: saves as one goes, keeps on this device what has not arrived, shows how lines
// become statements. Without it the page is a form with the buttons "Save draft" and "Check and
// publish"; the server keeps the same rules.
import { answerOf, saveAsOneGoes } from "./parts/draft_saver.js";
import { momentText } from "./parts/moments.js";
import { previewStatements } from "./parts/statement_preview.js";

const words = JSON.parse(document.getElementById("report-words").textContent);
const status = document.querySelector("[data-status]");
const form = document.getElementById("report-form");
const publishing = document.getElementById("publish-form");
const WARNS = new Set(["offline", "signedOut", "refused", "changed", "gone"]);

if (form) edit();
if (publishing) publishing.addEventListener("submit", publish);

function edit() {
  shortenTime();
  const preview = previewStatements(form.elements.statements, words);
  const saver = saveAsOneGoes(form, (state, detail = {}) => {
    if (state === "restored") restored(detail);
    else show(state, detail);
  });
  preview.show();
  // Buttons that stand outside the form and belong to it send it too.
  form.addEventListener("submit", async (event) => {
    const wish = event.submitter?.value ?? "save";
    event.preventDefault();
    const result = await saver.saveNow({ isAsked: true });
    if (result.ok && (wish === "check" || "conflict" in form.dataset)) {
      window.location.assign(result.url.split("?")[0] + (wish === "check" ? "?step=check" : ""));
    } else if (result.ok) show("saved", { at: Date.now() });
    else if (["changed", "gone"].includes(result.problem)) sendByBrowser();
    else status.scrollIntoView({ block: "nearest" });
  });

  document.querySelector("[data-drop]")?.addEventListener("click", () => saver.giveUp());

  function sendByBrowser() {
    saver.prepareToSend();
    form.submit();
  }

  function show(state, { at, url, message, isKept } = {}) {
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

/** What the server wrote with day and zone, in short. */
function shortenTime() {
  const time = status.querySelector("time");
  if (time) say(words.saved.replace("{time}", momentText(Date.parse(time.dateTime))));
}

function say(text) {
  // A live region is read out when it changes, so nothing is written twice.
  if (status.textContent !== text) status.textContent = text;
}

function link(text, url) {
  const made = document.createElement("a");
  made.href = url;
  made.textContent = text;
  return made;
}

/** Publish without leaving the page while there is no connection. */
async function publish(event) {
  event.preventDefault();
  const data = new FormData(publishing, event.submitter);
  let response;
  try {
    response = await fetch(publishing.action, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
    });
  } catch {
    status.classList.add("editor__status--warning");
    say(words.notPublished);
    return;
  }
  const said = response.ok ? await answerOf(response) : null;
  if (said?.url) window.location.assign(said.url);
  else sendPublishing();
}

/** Whatever else is in the way, the server's own page says it. */
function sendPublishing() {
  const wish = document.createElement("input");
  wish.type = "hidden";
  wish.name = "do";
  wish.value = "publish";
  publishing.append(wish);
  publishing.submit();
}
