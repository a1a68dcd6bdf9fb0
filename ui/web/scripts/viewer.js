// The view beside the conversation.
// --- the view beside the conversation: pages are turned, zoomed and searched, pictures zoomed
let cameFrom = null;
let zoom = 1;
const viewer = () => one(".lt-viewer");
const doc = () => one(".lt-doc", viewer());
const close = () => {
  if (!viewer() || viewer().hidden) return;
  viewer().hidden = true;
  document.body.classList.remove("lt-viewing");
  cameFrom?.focus?.();
};
const load = async (address) => {
  const answer = await fetch(address, { credentials: "same-origin" });
  return [answer.ok, await answer.text()];
};
let asked = 0; // of two that were asked for, the later is shown, whichever comes first
const view = async (address, from) => {
  const turn = ++asked;
  const [ok, text] = await load(address);
  if (turn !== asked) return;
  const pane = one(".lt-pane");
  if (ok) pane.innerHTML = text;
  else pane.textContent = "This cannot be shown: " + text;
  viewer().hidden = false;
  document.body.classList.add("lt-viewing");
  magnify(zoom);
  one(".lt-cited, mark", pane)?.scrollIntoView?.({ block: "center" });
  if (!from) return;
  cameFrom = from;
  one(".lt-close").focus({ preventScroll: true });
};
const magnify = (by) => {
  zoom = Math.min(6, Math.max(0.4, by));
  const shown = one(".lt-large", viewer());
  if (shown) shown.style.width = `${100 * zoom}%`;
};
// Turning leaves what is unfolded as it is; the cited page keeps its boxes.
const turn = async (page, words) => {
  const now = doc();
  if (!now) return;
  const number = Math.min(Number(now.dataset.pages), Math.max(1, Math.round(page)));
  if (!number || (number === Number(now.dataset.page) && words === undefined)) return;
  const { document: name, cited = now.dataset.page, home, turn: other } = now.dataset;
  const search = words ?? now.dataset.words;
  const query = new URLSearchParams({ document: name, page: number, words: search });
  const rail = one(".lt-rail", now);
  const unfolded = rail.hidden ? null : rail;
  const back = home && String(number) === cited && !search;
  await view(back ? home : other ? other + number : `/see/page?${query}`);
  const next = doc();
  if (!next) return;
  Object.assign(next.dataset, { cited, home });
  if (unfolded) {
    one(".lt-rail", next).replaceWith(unfolded);
    one(".lt-unfold", next).setAttribute("aria-expanded", "true");
  }
  all(".lt-rail .lt-page", next).forEach((link) =>
    link.toggleAttribute("aria-current", Number(link.dataset.page) === number));
  if (!viewer().contains(document.activeElement)) one(".lt-stage", next)?.focus({ preventScroll: true });
};
const unfold = async (button, address) => {
  const rail = one(".lt-rail", doc());
  const closing = button && !rail.hidden && rail.dataset.shows === address;
  rail.hidden = closing;
  one(".lt-unfold", doc()).setAttribute("aria-expanded", String(!closing));
  if (closing || rail.dataset.shows === address) return;
  rail.dataset.shows = address;
  rail.innerHTML = (await load(address))[1];
};
const named = (path, more = {}) =>
  `${path}?${new URLSearchParams({ document: doc().dataset.document, ...more })}`;
document.addEventListener("change", (event) => {
  if (event.target.matches?.(".lt-goto")) turn(Number(event.target.value));
  if (!event.target.matches?.(".lt-seek")) return;
  const words = event.target.value.trim();
  if (words) unfold(null, named("/see/find", { words }));
  else one(".lt-rail", doc()).hidden = true;
  turn(Number(doc().dataset.page), words);
});
document.addEventListener("input", (event) => { // one picture over the other, as far as the line
  if (!event.target.matches?.(".lt-slide")) return;
  event.target.parentElement.style.setProperty("--line", `${event.target.value}%`);
});
document.addEventListener("error", (event) => { // what cannot be drawn shows its words
  if (event.target.matches?.(".lt-laid")) event.target.closest(".lt-over").hidden = true;
  if (event.target.matches?.(".lt-near img, .lt-cut, .lt-thumbs img")) event.target.hidden = true;
  if (event.target.closest?.(".lt-doc .lt-stage")) {
    event.target.closest(".lt-stage").hidden = true;
    one(".lt-page-text", doc())?.setAttribute("open", "");
  }
}, true);
const keys = {
  ArrowLeft: () => turn(Number(doc()?.dataset.page) - 1),
  PageUp: () => turn(Number(doc()?.dataset.page) - 1),
  ArrowRight: () => turn(Number(doc()?.dataset.page) + 1),
  PageDown: () => turn(Number(doc()?.dataset.page) + 1),
  Home: () => turn(1),
  End: () => turn(Number(doc()?.dataset.pages)),
  "+": () => magnify(zoom * 1.25),
  "-": () => magnify(zoom * 0.8),
  0: () => magnify(1),
};
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (!viewer() || viewer().hidden || !keys[key] || event.ctrlKey || event.metaKey) return;
  if (target.matches?.("input, textarea, select")) return;
  if (target.closest?.("#lt-main, #lt-records, .sidebar")) return;
  if (target.closest?.(".lt-draw") && key.startsWith("Arrow")) return; // they move the box
  if (!doc() && !"+-0".includes(key)) return;
  event.preventDefault();
  keys[key]();
});

// The name of a new chat comes a moment after its first answer.
const viewOf = (number, which, link, tries = 20) => {
  if (chat()) view(`/see/chat/${chat()}/${number}/${which}`, link);
  else if (tries) setTimeout(() => viewOf(number, which, link, tries - 1), 100);
};
