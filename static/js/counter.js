// Says below a long text how many characters it has. Without it the limit still holds: the
// browser stops at it (maxlength), and the server says so.
for (const field of document.querySelectorAll("textarea[data-counter][maxlength]")) {
  const said = document.createElement("output");
  said.htmlFor = field.id;
  // Code points, as the server counts them.
  const say = () => {
    said.textContent = field.dataset.counter
      .replace("{count}", String([...field.value].length))
      .replace("{limit}", String(field.maxLength));
  };
  field.addEventListener("input", say);
  const note = field.closest(".form-row")?.querySelector(".help");
  if (note) note.append(said);
  else field.after(said);
  say();
}
