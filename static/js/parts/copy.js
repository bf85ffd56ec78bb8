// A button that copies an address. Without it (no script, or a page not served securely) the
// address stands there as a link, to be copied as any link.
export function offerToCopy() {
  if (!navigator.clipboard) return;
  for (const link of document.querySelectorAll("a[data-copy]")) {
    const { copy, copyLabel, copied } = link.dataset;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cdx-button cdx-button--weight-quiet";
    button.textContent = copyLabel;
    const said = document.createElement("span");
    said.className = "meta";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(copy);
        said.textContent = copied;
      } catch {
        // The browser refused; the link is still there.
        getSelection().selectAllChildren(link);
      }
    });
    link.after(button, said);
  }
}
