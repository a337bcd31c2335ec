"use strict";
// Adds filter, sort, folding and a dark or light page to what can be read without this script.
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("list");
  const items = list ? Array.from(list.children) : [];

  const theme = byId("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.theme || (dark ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
  });

  const fold = (open) => {
    for (const item of items) {
      if (!item.hidden && item.firstElementChild.matches("details")) item.firstElementChild.open = open;
    }
  };

  // A link into the page unfolds what it leads to, and shows it where a filter hides it.
  const reveal = () => {
    let target = null;
    try { target = byId(decodeURIComponent(location.hash.slice(1))); } catch (error) { return; }
    if (!target || !items.includes(target)) return;
    if (target.hidden) { byId("filter").value = ""; byId("kind").value = ""; show(); }
    if (target.firstElementChild.matches("details")) target.firstElementChild.open = true;
    target.scrollIntoView();
  };

  const texts = new Map();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, (item.textContent + " " + item.id).toLowerCase());
    return texts.get(item);
  };
  const show = () => {
    const wanted = byId("filter").value.toLowerCase().trim();
    const kind = byId("kind").value;
    let count = 0;
    for (const item of items) {
      const fits = (!kind || item.dataset.kind === kind) && (!wanted || textOf(item).includes(wanted));
      if (item.hidden === fits) item.hidden = !fits;
      count += fits;
    }
    byId("shown").textContent = `${count.toLocaleString("en")} of ${items.length.toLocaleString("en")} shown`;
  };
  const sort = () => {
    const by = byId("sort").value;
    const sign = by === "number" ? 1 : -1;
    const rows = items.map((item) => [sign * Number(item.dataset[by]), Number(item.dataset.number), item]);
    rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    list.append(...rows.map((row) => row[2]));
  };

  if (byId("tools")) {
    byId("tools").hidden = false;
    let waiting = 0;
    byId("filter").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
    byId("kind").addEventListener("change", show);
    byId("sort").addEventListener("change", sort);
    byId("fold").addEventListener("click", () => fold(false));
    byId("unfold").addEventListener("click", () => fold(true));
    show();
  }
  addEventListener("hashchange", reveal);
  reveal();

  // On paper everything is unfolded, and folded again after.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
})();
