// Buttons that copy: an address, or a whole text. Without them (no script, or a page not served
// securely) the address stands there as a link and the text in its box, to be copied by hand.
export function offerToCopy() {
  if (!navigator.clipboard) return;
  for (const link of document.querySelectorAll("a[data-copy]")) {
    link.after(...buttonFor(link, () => link.dataset.copy, () => getSelection().selectAllChildren(link)));
  }
  for (const box of document.querySelectorAll("textarea[data-copy-label]")) {
    box.parentElement.after(...buttonFor(box, () => box.value, () => box.select()));
  }
}

// The button, and what it says afterwards. Where the browser refuses, the text is selected.
function buttonFor(element, text, select) {
  const { copyLabel, copied } = element.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cdx-button cdx-button--weight-quiet";
  button.textContent = copyLabel;
  if (element.id) {
    button.id = `${element.id}-copy`;
    const label = document.querySelector(`label[for="${element.id}"]`);
    if (label) {
      label.id = `${element.id}-label`;
      button.setAttribute("aria-labelledby", `${button.id} ${label.id}`);
    }
  }
  const said = document.createElement("span");
  said.className = "meta";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = copied;
    } catch {
      select();
    }
  });
  return [button, said];
}
