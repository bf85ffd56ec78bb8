// What this device keeps of reports that has not reached the server: shown among one's reports and
// before signing out; deleted with the draft and when signing out, so that a phone that several
// people use shows nobody another's words. Without scripts nothing is kept on the device.
import { drop, forget, waiting } from "./parts/kept_drafts.js";
import { momentText } from "./parts/moments.js";

const box = document.querySelector("[data-kept]");
const here = new URL(window.location.href);
const discarded = here.searchParams.get("discarded");
const leaving = document.querySelector("form[data-forget]");

if (box && discarded) {
  // Only now that the server has discarded the draft; and once, for it may be begun again.
  forget(box.dataset.account, discarded);
  here.searchParams.delete("discarded");
  window.history.replaceState(null, "", here);
}
if (box) list();
leaving?.addEventListener("submit", () => forget(leaving.dataset.forget));

function list() {
  const words = box.dataset;
  const entries = waiting(box.dataset.account);
  if (!entries.length) return;
  const heading = document.createElement("h2");
  heading.textContent = words.waits;
  box.className = "panel";
  box.append(heading);
  if (leaving) box.append(paragraph(words.signOut));
  box.append(...entries.map((entry) => row(entry, words)));
  box.hidden = false;
}

function row(entry, words) {
  const part = document.createElement("div");
  const acts = document.createElement("p");
  const goOn = document.createElement("a");
  const remove = document.createElement("button");
  const more = document.createElement("details");
  const summary = document.createElement("summary");
  const text = document.createElement("p");
  acts.className = "acts";
  goOn.href = entry.url;
  goOn.textContent = words.goOn;
  remove.type = "button";
  remove.className = "cdx-button";
  remove.textContent = words.delete;
  remove.addEventListener("click", () => {
    drop(entry.place);
    part.remove();
    if (!box.querySelector(".acts")) box.hidden = true;
  });
  acts.append(goOn, remove);
  summary.textContent = words.showText;
  text.className = "conflict__text";
  text.dir = "auto";
  text.textContent = Object.values(entry.fields).filter(Boolean).join("\n\n");
  more.append(summary, text);
  part.append(paragraph(words.waitsSince.replace("{time}", momentText(entry.at))), acts, more);
  return part;
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}
