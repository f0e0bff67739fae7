// Beyond links and forms: pages stay current, keys lead around.
const doc = document, { body } = doc;
const all = (css, within = doc) => [...within.querySelectorAll(css)];
const byId = id => doc.getElementById(id);
const make = (name, given) => Object.assign(doc.createElement(name), given);
const parsed = html => new DOMParser().parseFromString(html, "text/html");

// Notices: one of each, read out.
const notice = (id, text, link) => {
  const old = byId(id);
  if (old?.firstChild.data === text) return;
  old?.remove();
  if (!text) return;
  const one = make("p", { id, textContent: text });
  if (link) one.append(" ", make("a", { textContent: link, href: location.href }));
  byId("notices").append(one);
};

// Times in words, and how many rows are selected.
const BOX = "input[type=checkbox]", PICK = `[data-row] ${BOX}`;
const formOf = one => one.closest("form") ?? doc;
const span = (ms, min = Math.floor(ms / 6e4)) => min < 60 ? `${min} min`
  : `${Math.floor(min / 60)} h ${String(min % 60).padStart(2, "0")} min`;
const tell = () => {
  for (const time of all("time[data-words]")) {
    const away = Date.parse(time.dateTime) - Date.now();
    time.textContent = Math.abs(away) >= 864e5 ? time.title.slice(0, 16)
      : away > 0 ? `in ${span(away)} · ${time.title.slice(11, 16)}` : away > -6e4 ? "now" : `${span(-away)} ago`;
  }
  for (const out of all("[data-count]")) {
    const boxes = all(PICK, formOf(out)), picked = boxes.filter(box => box.checked).length;
    out.textContent = picked ? `${picked} of ${boxes.length} selected` : "";
    for (const box of all("[data-all]", formOf(out))) {
      const checked = picked > 0 && picked === boxes.length;
      Object.assign(box, { hidden: false, checked, indeterminate: picked > 0 && !checked });
    }
  }
};

// Live: parts of the page come when they change; one that is worked in waits.
const LOST_MS = 12e3; // it says something every 5 s
const held = new Map();
const isField = one => one.matches("input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]");
const isTouched = one => one.checked !== one.defaultChecked || one.value !== one.defaultValue;
const isInUse = block => all("input:not([data-all],[type=hidden]),textarea", block).some(isTouched) ||
  block.contains(doc.activeElement) && isField(doc.activeElement);
const rowsOf = block => new Map(all("[data-row]", block).map((row, at) => [row.id || at,
  row.innerHTML.replace(/<time [^>]*datetime="(.*?)".*?<\/time>/g, "$1").replace(/<.*?>/g, "")]));
const changes = (old, fresh) =>
  [...new Map([...old, ...fresh]).keys()].filter(key => old.get(key) !== fresh.get(key)).length || 1;
const show = async (block, html) => {
  const { id } = block, picked = all(`${PICK}:checked`, block).map(box => box.value);
  held.delete(id);
  byId(`held-${id}`)?.remove();
  await htmx.swap({ text: html, target: block, sourceElement: block, swap: "outerMorph" });
  for (const box of all(PICK, byId(id))) box.checked = picked.includes(box.value);
  tell();
};
const take = ({ id, html }) => {
  const block = byId(id);
  if (!block || !isInUse(block)) return block && show(block, html);
  held.set(id, html);
  const count = changes(rowsOf(block), rowsOf(parsed(html)));
  const button = byId(`held-${id}`) ?? make("button", { type: "button", id: `held-${id}`, className: "held" });
  button.textContent = `${count} change${count > 1 ? "s" : ""} · show`;
  button.onclick = () => show(block, html);
  block.before(button);
};
const letGo = () => held.forEach((html, id) => isInUse(byId(id)) || show(byId(id), html));
const live = where => {
  const title = doc.title;
  let source, opened, heard = Date.now(), tries = 0, retry;
  const say = why => {
    notice("not-live", why && `Not live: ${why}`, "Refresh");
    doc.title = why ? `Not live · ${title}` : title;
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const again = () => {
    close();
    if (!doc.hidden) retry = setTimeout(open, Math.min(30, 2 ** tries++) * (400 + Math.random() * 400));
  };
  const open = () => {
    close();
    opened = Date.now();
    const have = all("live-block").map(block => `${block.id}.${block.dataset.v}`).join();
    source = new EventSource(`${where}?${new URLSearchParams({ page: location.pathname + location.search, have })}`);
    source.onerror = again;
    const on = (event, act) => source.addEventListener(event, ({ data }) => act(data, heard = Date.now()));
    on("block", data => take(JSON.parse(data)));
    on("parts", text => notice("other-parts", text, "Show"));
    on("state", state => say(state === "live" ? (tries = 0, "") : state));
    on("end", why => {
      where = "";
      close();
      say(why);
      if ("wall" in body.dataset) location.reload(); // nobody else would
    });
  };
  setInterval(() => {
    if (!where || doc.hidden || Date.now() - heard < LOST_MS) return;
    say("the connection is lost.");
    if (source && Date.now() - opened > LOST_MS) again();
  }, 1e3);
  const turn = () => {
    heard = Date.now();
    if (doc.hidden) close();
    else if (where) open();
  };
  doc.addEventListener("visibilitychange", turn);
  turn();
};

// Keys: never in fields, never with Ctrl, Alt or Meta.
let last = -1, went = 0;
const here = () => doc.activeElement.closest("[data-row]");
const step = by => {
  const rows = all("[data-row]").filter(row => row.checkVisibility()), at = rows.indexOf(here());
  last = Math.max(0, Math.min(rows.length - 1, (at < 0 ? last : at) + by));
  const row = rows[last];
  if (row) row.tabIndex = -1;
  (row?.querySelector("a[href]") ?? row)?.focus();
};
const press = key => {
  const css = `[data-key="${key}"]`, row = all(`${PICK}:checked`)[0] ? null : here(), own = row?.querySelector(css);
  const found = own ?? all(css).find(one => !one.closest("[data-row]"));
  if (!own && found?.type === "submit") row?.querySelector(BOX)?.click();
  const details = found?.closest("details");
  if (details) details.open = true;
  const field = details?.querySelector("input:not([type=hidden]),select") ?? found;
  if (field && isField(field)) field.focus();
  else found?.click();
  return found;
};
const help = async () => {
  const [link] = all('a[data-key="?"]');
  let dialog = byId("keys");
  if (!dialog && link) {
    const page = parsed(await (await fetch(link.href)).text()), form = make("form", { method: "dialog" });
    form.append(make("button", { textContent: "Close" }));
    dialog = make("dialog", { id: "keys", ariaLabel: "Keys" });
    dialog.append(...all("[data-help]", page), form);
    body.append(dialog);
  }
  dialog?.showModal();
};
const click = css => here()?.querySelector(css)?.click();
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => click("a[href]"),
  x: () => click(BOX),
  ".": () => location.reload(),
  "?": help,
};
const onKey = event => {
  const { key, target, ctrlKey, altKey, metaKey, isComposing } = event;
  if (ctrlKey || altKey || metaKey || isComposing || isField(target) || all("dialog[open]")[0]) return;
  const goes = Date.now() - went < 1500 && all("[data-go]").find(one => one.dataset.go === key);
  went = 0;
  if (goes) goes.click();
  else if (key === "g") went = Date.now();
  else if (KEYS[key]) KEYS[key]();
  else if (!/^[anef/]$/.test(key) || !press(key)) return;
  event.preventDefault();
};

const offer = (button, act) => Object.assign(button, { hidden: false, onclick: act });
all("[data-print]").forEach(button => offer(button, () => print()));
if (navigator.clipboard) // not over plain HTTP
  all("[data-copy]").forEach(button => offer(button, async () => {
    await navigator.clipboard.writeText(button.dataset.copy || location.href);
    notice("copied", "Copied.");
    setTimeout(notice, 3e3, "copied", "");
  }));
doc.addEventListener("change", ({ target }) => {
  if (target.matches("[data-all]")) for (const box of all(PICK, formOf(target))) box.checked = target.checked;
  tell();
  letGo();
});
doc.addEventListener("focusout", () => setTimeout(letGo));
if (body.dataset.keys !== "off") doc.addEventListener("keydown", onKey);
tell();
setInterval(tell, 15e3);
if (body.dataset.live && window.htmx) live(body.dataset.live);
