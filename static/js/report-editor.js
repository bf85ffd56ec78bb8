// The report editor: saves as one goes, keeps on this device what has not arrived, shows how lines
// become statements. Without it the page is a form with the buttons "Save draft" and "Check and
// publish"; the server keeps the same rules.
import { answerOf, saveAsOneGoes } from "./parts/draft_saver.js";
import { statusLine } from "./parts/saving.js";
import { previewStatements } from "./parts/statement_preview.js";

const words = JSON.parse(document.getElementById("report-words").textContent);
const form = document.getElementById("report-form");
const publishing = document.getElementById("publish-form");

if (form) edit();
if (publishing) publishing.addEventListener("submit", publish);

function edit() {
  const status = statusLine(form, words, sendByBrowser);
  const preview = previewStatements(form.elements.statements, words);
  const saver = saveAsOneGoes(form, status.show);
  preview.show();
  // Buttons that stand outside the form and belong to it send it too.
  form.addEventListener("submit", async (event) => {
    const wish = event.submitter?.value ?? "save";
    event.preventDefault();
    const result = await saver.saveNow({ isAsked: true });
    if (result.ok && (wish === "check" || "conflict" in form.dataset)) {
      window.location.assign(result.url.split("?")[0] + (wish === "check" ? "?step=check" : ""));
    } else if (result.ok) status.show("saved", { at: Date.now() });
    else if (["changed", "gone"].includes(result.problem)) sendByBrowser();
    else status.warn();
  });

  document.querySelector("[data-drop]")?.addEventListener("click", () => saver.giveUp());

  function sendByBrowser() {
    saver.prepareToSend();
    form.submit();
  }
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
    const status = document.querySelector("[data-status]");
    status.classList.add("editor__status--warning");
    status.textContent = words.notPublished;
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
