"""A person with a keyboard and no mouse: where Tab leads, and whether one sees it."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

MOST_STOPS = 400
MOST_PARTS = 8  # stops within one field, such as the day, month and year of a date

# What has the focus: a name to tell it by, whether one sees that it has it, and where it stands.
STOP = r"""() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const box = element.getBoundingClientRect();
  const look = (node) => {
    const style = getComputedStyle(node);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
      style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
  };
  // What shows the focus may be drawn beside the field itself: a Codex checkbox is an icon after
  // its input; a field inside a frame has the frame.
  const near = [element, element.nextElementSibling, element.parentElement].filter(Boolean);
  const outlined = near.some((node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  });
  element.dataset.seen ??= String(++window.__stops || (window.__stops = 1));
  const focused = near.map(look).join();
  return {
    key: element.dataset.seen,
    tag: element.tagName.toLowerCase(),
    html: element.outerHTML.slice(0, 140),
    matches: focused,
    outlined,
    isInside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    tabindex: element.tabIndex,
  };
}"""

# The same elements' look without the focus, to compare with.
UNFOCUSED = r"""(key) => {
  const element = document.querySelector(`[data-seen="${key}"]`);
  if (!element) return "";
  const near = [element, element.nextElementSibling, element.parentElement].filter(Boolean);
  return near.map((node) => {
    const style = getComputedStyle(node);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
      style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
  }).join();
}"""

# Everything one can act on that shows: one of each group of radio buttons.
ACTIVE = r"""() => {
  const found = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary")];
  const groups = new Set();
  return found.filter((element) => {
    if (element.disabled || element.tabIndex < 0) return false;
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    const fold = element.closest("details:not([open])");
    if (fold && element.closest("summary") !== fold.querySelector("summary")) return false;
    if (element.type !== "radio") return true;
    if (groups.has(element.name)) return false;
    groups.add(element.name);
    return true;
  }).filter((element) => !element.dataset.seen && !(element.type === "radio" &&
    document.querySelector(`input[name="${element.name}"][data-seen]`)))
    .map((element) => element.outerHTML.slice(0, 140));
}"""


@dataclass
class Keyboard:
    """Presses keys on a page and notes each stop that one could not see."""

    page: Page
    faults: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def tab(self, keys: str = "Tab") -> dict | None:
        """One stop further; None where the page ends."""
        self.page.keyboard.press(keys)
        stop = self.page.evaluate(STOP)
        if stop is None:
            return None
        if not stop["isInside"]:
            self.faults.append(f"the focus is out of sight: {stop['html']}")
        if stop["tabindex"] > 0:
            self.faults.append(f"a place of its own in the order: {stop['html']}")
        self.order.append(stop["html"])
        return stop

    def to(self, selector: str, keys: str = "Tab") -> None:
        """Tab until something that fits has the focus. Fails where that never comes."""
        for _ in range(MOST_STOPS):
            stop = self.tab(keys)
            is_there = "selector => document.activeElement?.matches(selector)"
            if stop and self.page.evaluate(is_there, selector):
                if not self.shows(stop):
                    self.faults.append(f"one does not see the focus: {stop['html']}")
                return
            if stop is None and len(self.order) > MOST_STOPS:
                break
        raise AssertionError(f"Tab never comes to {selector}; it came to {self.order[-60:]}")

    def shows(self, stop: dict) -> bool:
        """Whether what has the focus looks different with it than without."""
        if stop["outlined"]:
            return True
        self.page.evaluate("document.activeElement.blur()")
        plain = self.page.evaluate(UNFOCUSED, stop["key"])
        self.page.evaluate(
            "key => document.querySelector(`[data-seen='${key}']`).focus()", stop["key"]
        )
        return plain != stop["matches"]

    def through_the_page(self) -> list[str]:
        """From the first stop to the last; gives what was wrong on the way."""
        first = self.tab()
        if not first or "#" not in first["html"] or "href" not in first["html"]:
            self.faults.append(f"the first stop is no link past the header: {first}")
        keys, last, stayed = set(), None, 0
        for _ in range(MOST_STOPS):
            stop = self.tab()
            if stop is None:
                break
            if stop["key"] == last:
                stayed += 1
                if stayed < MOST_PARTS:
                    continue
                self.faults.append(f"no way on from {stop['html']}")
                break
            if stop["key"] in keys:
                break
            if not self.shows(stop):
                self.faults.append(f"one does not see the focus: {stop['html']}")
            keys.add(stop["key"])
            last, stayed = stop["key"], 0
        else:
            self.faults.append("the page has no end")
        self.faults += [f"never reached: {html}" for html in self.page.evaluate(ACTIVE)]
        return self.faults
