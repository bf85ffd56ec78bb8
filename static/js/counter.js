// Says below a long text how many characters it has. Without it the limit still holds: the
// browser stops at it (maxlength), and the server says so.
//
// A field with data-limit instead of maxlength takes longer text too, and says that it is too long.
const LIMITED = "textarea[data-counter]:is([maxlength], [data-limit])";
for (const field of document.querySelectorAll(LIMITED)) {
  const limit = Number(field.dataset.limit ?? field.maxLength);
  const said = document.createElement("output");
  said.htmlFor = field.id;
  // Code points, as the server counts them.
  const say = () => {
    const count = [...field.value].length;
    said.textContent = field.dataset.counter
      .replace("{count}", String(count))
      .replace("{limit}", String(limit));
    said.classList.toggle("is-too-long", count > limit);
  };
  field.addEventListener("input", say);
  const note = field.closest(".form-row")?.querySelector(".help");
  if (note) note.append(said);
  else field.after(said);
  say();
}
