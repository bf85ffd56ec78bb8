// Shows below the field how its lines will be cut and numbered, with counts and hints, while one
// types. Without it the check page shows the same. The patterns are the server's own.

const WAIT_MS = 200;

export function previewStatements(field, words) {
  const patterns = Object.fromEntries(
    Object.entries(words.patterns).map(([name, source]) => [name, new RegExp(source, "u")])
  );
  const box = document.createElement("details");
  const summary = document.createElement("summary");
  const list = document.createElement("ol");
  const notes = document.createElement("div");
  let timer = 0;
  box.className = "preview";
  box.open = true;
  list.className = "numbered";
  list.setAttribute("aria-label", words.preview);
  box.append(summary, notes, list);
  field.closest(".cdx-field").append(box);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  });
  show();
  return { show };

  function show() {
    const found = cutIntoStatements(field.value, patterns);
    const items = found.statements.map((text, index) => line(text, words.after + index + 1));
    const marked = items.filter((item) => item.dataset.hint).length;
    box.hidden = items.length === 0;
    summary.textContent = [
      say(words.statements, found.statements.length, words.mostStatements),
      ...(marked ? [say(words.hints, marked)] : []),
    ].join(" · ");
    notes.replaceChildren(
      ...(found.statements.length > words.mostStatements
        ? [note(say(words.tooMany, 0, words.mostStatements), "field__error")]
        : []),
      ...found.repeated.map((text) => note(`${words.repeated} `, "field__help", text))
    );
    list.replaceChildren(...items);
  }

  function line(text, number) {
    const item = document.createElement("li");
    const figure = document.createElement("span");
    const said = document.createElement("div");
    const words_ = document.createElement("p");
    item.value = number;
    figure.className = "numbered__number";
    figure.setAttribute("aria-hidden", "true");
    figure.textContent = String(number);
    words_.dir = "auto";
    words_.textContent = text;
    said.append(words_);
    item.append(figure, said);
    const length = [...text].length;
    const hint =
      length > words.mostCharacters
        ? note(say(words.tooLong, length, words.mostCharacters), "field__error")
        : patterns.sentences.test(text) && note(words.several, "field__help");
    if (hint) {
      said.append(hint);
      item.dataset.hint = "1";
    }
    return item;
  }
}

/** The same as the server does: see strategy/statement_lines.py. */
export function cutIntoStatements(text, patterns) {
  const ends = new RegExp(patterns.lineEnd.source, "gu");
  const lines = text.split(ends).map(clean).filter(Boolean);
  const isWikitext = lines.length > 1 && lines.every((line) => line.startsWith("#"));
  const found = { statements: [], repeated: [] };
  for (const line of lines) {
    const statement = line.replace(isWikitext ? patterns.hash : patterns.bullet, "").trim();
    if (!statement || patterns.rule.test(statement)) continue;
    found[found.statements.includes(statement) ? "repeated" : "statements"].push(statement);
  }
  return found;
}

function clean(line) {
  return line
    .replace(/\p{Cc}/gu, " ")
    .replace(/\s+/gu, " ")
    .replace(/^[ \u200b\u2060\ufeff]+|[ \u200b\u2060\ufeff]+$/gu, "");
}

function note(text, className, quoted = "") {
  const paragraph = document.createElement("p");
  paragraph.className = className;
  paragraph.append(text);
  if (quoted) {
    const inner = document.createElement("bdi");
    inner.textContent = quoted;
    paragraph.append(inner);
  }
  return paragraph;
}

function say(text, count, limit = "") {
  return text.replace("{count}", String(count)).replace("{limit}", String(limit));
}
