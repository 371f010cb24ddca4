"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const folds = () => all("section > details");

  // Reading and writing of settings is refused in some places, such as files in a private window.
  const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* for this view only */ } };

  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");
  const isDark = () => (root.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  const saved = remembered("bench-theme");
  if (saved === "dark" || saved === "light") root.dataset.theme = saved;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember("bench-theme", root.dataset.theme);
    nameTheme();
  });
  prefersDark.addEventListener("change", nameTheme);
  nameTheme();
  document.querySelector(".tools").hidden = false;

  document.getElementById("unfold").addEventListener("click", () => folds().forEach((one) => { one.open = true; }));
  document.getElementById("fold").addEventListener("click", () => folds().forEach((one) => { one.open = false; }));

  // A link to a part opens it.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.querySelector(":scope > details");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", openTarget);
  all('a[href^="#"]').forEach((link) => link.addEventListener("click", () => setTimeout(openTarget)));
  openTarget();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folds().filter((one) => !one.open);
    folded.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));

  const collator = new Intl.Collator("en", { numeric: true });
  const compare = (one, other) => {
    const [a, b] = [one, other].map((cell) => cell.dataset.order);
    if (a && b) return a - b;
    return collator.compare(one.textContent, other.textContent);
  };
  const empty = (cell) => ["", "–"].includes(cell.textContent);

  const sort = (table, place, direction) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    rows.sort((one, other) => one.dataset.place - other.dataset.place);
    if (direction) {
      rows.sort((one, other) => {
        const [a, b] = [one.cells[place], other.cells[place]];
        return empty(a) - empty(b) || direction * compare(a, b);
      });
    }
    body.append(...rows);
  };

  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  const DIRECTION = { none: 0, ascending: 1, descending: -1 };
  all("table").forEach((table) => {
    [...table.tBodies[0].rows].forEach((row, place) => { row.dataset.place = place; });
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const next = NEXT[heading.getAttribute("aria-sort") || "none"];
        headings.forEach((one) => one.removeAttribute("aria-sort"));
        if (next !== "none") heading.setAttribute("aria-sort", next);
        sort(table, place, DIRECTION[next]);
      });
    });
  });

  const filter = document.getElementById("filter");
  if (!filter) return;
  const boxes = all("input", filter);
  const group = (name) => boxes.filter((box) => box.closest("fieldset").dataset.group === name);

  const apply = () => {
    const hidden = {};
    for (const name of ["dataset", "implementation"]) {
      hidden[name] = new Set(group(name).filter((box) => !box.checked).map((box) => box.value));
    }
    let rows = 0;
    let shown = 0;
    all("table").forEach((table) => {
      const roles = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.role);
      const names = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name);
      [...table.tHead.rows, ...table.tBodies[0].rows].forEach((row) => {
        [...row.cells].forEach((cell, place) => {
          cell.hidden = roles[place] === "own" && hidden.implementation.has(names[place]);
        });
      });
      [...table.tBodies[0].rows].forEach((row) => {
        row.hidden = [...row.cells].some(
          (cell, place) => roles[place] in hidden && hidden[roles[place]].has(cell.textContent),
        );
        rows += 1;
        shown += !row.hidden;
      });
    });
    document.getElementById("shown").textContent = shown === rows ? "" : `${shown} of ${rows} rows of tables are shown`;
  };
  boxes.forEach((box) => box.addEventListener("change", apply));
  all(".all", filter).forEach((button) => button.addEventListener("click", () => {
    all("input", button.closest("fieldset")).forEach((box) => { box.checked = true; });
    apply();
  }));
})();
