// The translation editor: saves as one goes, and keeps on this device what has not arrived. Without
// it the page is a form with the buttons "Save draft" and "Publish the translation".
import { saveAsOneGoes } from "./parts/draft_saver.js";
import { statusLine } from "./parts/saving.js";

const words = JSON.parse(document.getElementById("saving-words").textContent);
const form = document.getElementById("translation-form");
const status = statusLine(form, words, () => sendByBrowser("save"));
const saver = saveAsOneGoes(form, status.show);

// Buttons that stand outside the form and belong to it send it too.
form.addEventListener("submit", async (event) => {
  const wish = event.submitter?.value ?? "save";
  event.preventDefault();
  const result = await saver.saveNow({ isAsked: true });
  if (result.ok && wish !== "save") sendByBrowser(wish);
  else if (result.ok && "conflict" in form.dataset) window.location.assign(result.url);
  else if (result.ok) status.show("saved", { at: Date.now() });
  else if (["changed", "gone"].includes(result.problem)) sendByBrowser(wish);
  else status.warn();
});

document.querySelector("[data-drop]")?.addEventListener("click", () => saver.giveUp());

function sendByBrowser(wish) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "do";
  field.value = wish;
  form.append(field);
  saver.prepareToSend();
  form.submit();
}
