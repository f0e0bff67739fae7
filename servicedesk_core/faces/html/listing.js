"use strict";
// Comfort for one list: filters that combine, search and order. All three stand in the address behind "#", so that a
// link keeps them. Values of one kind are alternatives, kinds restrict each other; of lists, each restricts.
(() => {
  const listing = document.querySelector(".listing");
  const body = listing.querySelector("tbody");
  const rows = [...body.rows];
  const heads = [...listing.querySelectorAll("thead th")];
  const tools = listing.querySelector(".tools");
  const search = tools.querySelector("input");
  const said = tools.querySelector("output");
  const links = [...document.querySelectorAll("a[data-filter]")];
  const filters = [...listing.querySelectorAll(".filter")].map((note) => {
    const [[name, value]] = new URLSearchParams(note.id);
    return { name, value, note, mark: note.dataset.mark };
  });

  const state = () => new URLSearchParams(location.hash.slice(1));
  const pairs = (params) => [...params].filter(([name, value]) => value !== "" && name !== "q" && name !== "sort");
  const chosen = (params) => filters.filter((one) => params.has(one.name, one.value));

  function go(params, keep) {
    const address = "#" + (params.toString() || listing.id);
    if (keep) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    show();
  }

  function toggle(mark) {
    const { name, value } = filters.find((one) => one.mark === mark);
    const params = state();
    params.delete(listing.id);
    if (params.has(name, value)) params.delete(name, value);
    else params.append(name, value);
    go(params);
    return params.has(name, value);
  }

  function fitting(params) {
    const marks = new Map();
    for (const { name, mark } of chosen(params)) marks.set(name, [...(marks.get(name) || []), mark]);
    const words = (params.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const isKnown = pairs(params).length === chosen(params).length;
    return (row) =>
      isKnown &&
      [...marks].every(([name, all]) => {
        const has = (mark) => row.classList.contains(mark);
        return name === "list" ? all.every(has) : all.some(has);
      }) &&
      words.every((word) => row.textContent.toLowerCase().includes(word));
  }

  function order(by) {
    const name = by.replace(/^-/, "");
    const column = heads.findIndex((head) => head.dataset.sort === name);
    const turn = by.startsWith("-") ? -1 : 1;
    heads.forEach((head, at) => {
      if (at === column) head.setAttribute("aria-sort", turn < 0 ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const compare = (a, b) => turn * a.localeCompare(b, undefined, { numeric: true });
    const isNumber = (text) => text !== "" && !Number.isNaN(Number(text));
    const sorted = column < 0 ? rows : [...rows].sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      if (a === "" || b === "") return (a === "") - (b === "");
      return isNumber(a) && isNumber(b) ? turn * (a - b) : compare(a, b);
    });
    body.append(...sorted);
  }

  function show() {
    const params = state();
    const fits = fitting(params);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row);
      shown += !row.hidden;
    }
    order(params.get("sort") || "");
    const now = new Set(chosen(params).map((one) => one.mark));
    for (const { note, mark } of filters) note.classList.toggle("chosen", now.has(mark));
    for (const link of links) {
      if (now.has(link.dataset.filter)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (search.value !== (params.get("q") || "")) search.value = params.get("q") || "";
    const unknown = pairs(params).length - now.size;
    said.textContent =
      `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows` +
      (unknown ? "; the address asks for what this page does not count." : "");
  }

  for (const head of heads.filter((one) => one.dataset.sort)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const params = state();
      params.delete(listing.id);
      const name = head.dataset.sort;
      const next = { [name]: "-" + name, ["-" + name]: null }[params.get("sort")];
      if (next === null) params.delete("sort");
      else params.set("sort", next ?? name);
      go(params);
    });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-filter]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const isChosen = toggle(link.dataset.filter);
    if (isChosen) {
      listing.scrollIntoView();
      listing.querySelector(`.filter [data-filter="${link.dataset.filter}"]`).focus({ preventScroll: true });
    } else if (listing.contains(link)) search.focus({ preventScroll: true });
  });
  search.addEventListener("input", () => {
    const params = state();
    params.delete(listing.id);
    if (search.value.trim()) params.set("q", search.value.trim());
    else params.delete("q");
    go(params, true);
  });
  tools.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", show);
  addEventListener("popstate", show);

  tools.hidden = false;
  document.body.classList.add("live");
  show();
  if (pairs(state()).length) listing.scrollIntoView();
})();
