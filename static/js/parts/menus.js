// Header menus close on Escape, on a click elsewhere and when another one opens.
// Without this they are <details>: they open and close by their own button.

export function closeMenus() {
  const menus = [...document.querySelectorAll("details.menu")];
  const close = (menu) => {
    menu.open = false;
  };

  document.addEventListener("click", (event) => {
    menus.filter((menu) => menu.open && !menu.contains(event.target)).forEach(close);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus.filter((item) => item.open)) {
      close(menu);
      menu.querySelector("summary").focus();
    }
  });

  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (menu.open) menus.filter((other) => other !== menu).forEach(close);
    });
  }
}
