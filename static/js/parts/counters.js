// How many characters are left, while one types. Without this the page says how many are allowed.

/** Python and PostgreSQL count code points, and a new line as one. */
function length(text) {
  return [...text].length;
}

export function countCharacters() {
  for (const line of document.querySelectorAll("[data-count]")) {
    const field = document.getElementById(line.dataset.count);
    if (!field) continue;
    const most = Number(line.dataset.most);
    const format = new Intl.NumberFormat(document.documentElement.lang);
    const show = () => {
      line.textContent = `${line.dataset.left} ${format.format(most - length(field.value))}`;
    };
    field.addEventListener("input", show);
    if (field.value) show();
  }
}
