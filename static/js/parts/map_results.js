// The filters and what stands below the map. A choice changes the address and fetches that same
// page; its results, written and escaped by the server, take the place of the old ones. So the
// page with this script and without it cannot differ, and every state has an address.

/**
 * Follow the form, the links among the results and the back button. `onChange(chosen)` is told
 * each new state. Gives `chooseCountry(code)` for the map.
 */
export function followFilters({ form, words, onChange }) {
  const status = document.getElementById("map-status");
  let waiting = null;

  const chosen = () => Object.fromEntries(new FormData(form));

  const addressOf = () => {
    const query = new URLSearchParams(Object.entries(chosen()).filter(([, value]) => value));
    return `${location.pathname}${query.size ?? [...query].length ? `?${query}` : ""}`;
  };

  const setForm = (address) => {
    const query = new URL(address, location.href).searchParams;
    for (const select of form.querySelectorAll("select")) {
      select.value = query.get(select.name) ?? "";
      if (select.selectedIndex < 0) select.selectedIndex = 0;
    }
  };

  const load = async (address) => {
    waiting?.abort();
    waiting = new AbortController();
    const results = document.getElementById("results");
    results.setAttribute("aria-busy", "true");
    status.textContent = words.loading;
    try {
      const answer = await fetch(address, { signal: waiting.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("results");
      results.replaceWith(document.adoptNode(fresh));
      takeOver(page);
      status.textContent = fresh.querySelector("[data-summary]")?.dataset.summary ?? words.loaded;
    } catch (error) {
      if (error.name === "AbortError") return;
      results.removeAttribute("aria-busy");
      status.textContent = words.failed;
    }
  };

  const go = (address) => {
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    onChange(chosen());
    return load(address);
  };

  form.addEventListener("change", () => go(addressOf()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(addressOf());
  });
  addEventListener("popstate", () => {
    setForm(location.href);
    onChange(chosen());
    load(location.pathname + location.search);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#results a[href], #filters a[href]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname || link.hash) return;
    event.preventDefault();
    setForm(link.href);
    const isInResults = link.closest("#results");
    go(link.pathname + link.search).then(() => {
      if (isInResults) document.querySelector("#results #all, #results #here")?.focus();
    });
  });

  return {
    chooseCountry(code) {
      form.elements.country.value = code;
      go(addressOf());
    },
  };
}

/** The same state in the other languages, and the link that clears the filters. */
function takeOver(page) {
  const other = new Map(
    [...page.querySelectorAll("[hreflang]")].map((link) => [link.hreflang, link.getAttribute("href")]),
  );
  for (const link of document.querySelectorAll("a[hreflang]")) {
    const address = other.get(link.hreflang);
    if (address) link.setAttribute("href", new URL(address, location.href).pathname + location.search);
  }
  const acts = document.querySelector(".filters__acts");
  const clear = page.querySelector(".filters__acts a");
  acts.querySelector("a")?.remove();
  if (clear) acts.append(document.adoptNode(clear));
}
