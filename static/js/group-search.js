// Shows groups while one types, on the page where a group is chosen. Without it, the form is an
// ordinary search: one sends it and gets the page of results.
//
// The pattern is the combobox of the ARIA Authoring Practices: the focus stays in the field, the
// arrow keys move through the list, Enter opens the group marked, Escape closes the list.

const WAIT_MS = 200;
const SHORTEST = 2;

const field = document.getElementById("group-query");
if (field) suggest(field);

function suggest(input) {
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let timer = 0;
  let marked = -1;
  let running = null;

  list.id = "group-suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.label);
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  input.closest(".cdx-search-input").append(list, status);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") mark(marked + 1);
    else if (event.key === "ArrowUp") mark(marked - 1);
    else if (event.key === "Enter" && marked >= 0) open(list.children[marked]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // A press on an option must not take the focus away before it is chosen.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option);
  });

  async function ask() {
    const query = input.value.trim();
    running?.abort();
    if (query.length < SHORTEST && !/[^\u0000-\u024f]/.test(query)) return close();
    running = new AbortController();
    try {
      const address = `${input.dataset.suggestions}?q=${encodeURIComponent(query)}`;
      const answer = await fetch(address, { signal: running.signal });
      if (!answer.ok || answer.redirected) return close();
      show((await answer.json()).groups);
    } catch {
      close(); // Offline or overtaken: the button still searches.
    }
  }

  function show(groups) {
    marked = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...groups.map(option));
    list.hidden = groups.length === 0 || document.activeElement !== input;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = groups.length ? `${input.dataset.label}: ${groups.length}` : input.dataset.none;
  }

  function option(group, number) {
    const item = document.createElement("li");
    const name = document.createElement("b");
    const facts = document.createElement("span");
    item.id = `group-suggestion-${number}`;
    item.dataset.url = group.url;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    name.append(isolated(group.name));
    facts.className = "meta dotted";
    facts.append(...group.facts.map(isolated));
    item.append(name, facts);
    return item;
  }

  // What stands around a text follows the page's direction, the text its own.
  function isolated(text) {
    const outer = document.createElement("span");
    const inner = document.createElement("bdi");
    inner.textContent = text;
    outer.append(inner);
    return outer;
  }

  function mark(number) {
    list.children[marked]?.setAttribute("aria-selected", "false");
    marked = (number + list.children.length) % list.children.length;
    const item = list.children[marked];
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  function open(item) {
    window.location.assign(item.dataset.url);
  }

  function close() {
    list.hidden = true;
    marked = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
}
