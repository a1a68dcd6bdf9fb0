// What follows the conversation: the view of it, its address, its connection.
// --- a question that was sent stands on top, its answer grows below it, until somebody scrolls
let pinned = false;
let unpinning = 0;
const pin = () => {
  clearTimeout(unpinning);
  pinned = true;
};
const unpin = () => {
  clearTimeout(unpinning);
  unpinning = setTimeout(() => (pinned = false), 1500);
};
const keepInView = () => {
  const box = one("#lt-log .panel-wrap");
  const last = all("#lt-log .lt-ask").at(-1);
  if (!pinned || !box || !last) return;
  box.scrollTop += last.getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
};
for (const kind of ["wheel", "touchmove", "pointerdown"])
  document.addEventListener(kind, (event) => {
    if (event.target.closest?.("#lt-log")) pinned = false;
  }, { passive: true });
new ResizeObserver(keepInView).observe(document.body);
document.addEventListener("load", keepInView, true); // pictures, which come later

// --- a lost connection: the answer goes on; it is shown when the server can be reached again
let reconnecting = false;
const reconnect = async () => {
  const id = chat();
  if (!id || reconnecting) return;
  reconnecting = true;
  const notice = document.createElement("p");
  notice.className = "lt-lost";
  notice.setAttribute("role", "status");
  notice.textContent = "The connection is lost. Your question goes on; its answer will be shown here.";
  one("#lt-strip")?.before(notice);
  const reached = () => fetch("/see/alive", { cache: "no-store" }).then((r) => r.ok, () => false);
  while (!(await reached())) await new Promise((resume) => setTimeout(resume, 1000));
  notice.remove();
  reconnecting = false;
  open(id);
};

// --- what Gradio's drawing would undo: opened steps, names for screen readers
const opened = new Set();
const OPENED = /^lt-s\d+-\d+$/;
document.addEventListener("toggle", (event) => {
  const name = event.target.matches?.(".lt-step") && tag(event.target, OPENED);
  if (name) event.target.open ? opened.add(name) : opened.delete(name);
}, true);
const restore = () => {
  noteArrival();
  follow();
  keepInView();
  all("#lt-log [data-testid=user], #lt-log [data-testid=bot]").forEach((node) => {
    const name = node.dataset.testid === "user" ? "You asked" : "Looktwice";
    if (node.getAttribute("aria-label") !== name) node.setAttribute("aria-label", name);
  });
  all('#lt-log button[aria-label=""]').forEach((node) => node.setAttribute("aria-label", "To the end"));
  all("#lt-log details.lt-step:not([open])").forEach((node) => {
    if (opened.has(tag(node, OPENED))) node.open = true;
  });
};
new MutationObserver(restore).observe(document.body, { childList: true, subtree: true });

const chosen = localStorage.getItem("lt-dark");
if (chosen) document.body.classList.toggle("dark", chosen === "yes");

// --- each chat has an address: #chat=ID, which a reload and the browser's buttons go to
const CHAT = /^#chat=([\w-]+)$/;
const addressed = () => location.hash.match(CHAT)?.[1] ?? "";
let wanted = addressed();
const follow = () => {
  const head = one(".lt-head");
  if (!head || inRecords()) return;
  if (wanted) {
    if (chat() === wanted) wanted = "";
    return;
  }
  if (chat() === addressed()) return;
  const place = location.pathname + location.search + (chat() ? `#chat=${chat()}` : "");
  if (addressed() || !chat()) history.pushState(null, "", place);
  else history.replaceState(null, "", place);
  if (chat() && !one(`#lt-chats [data-chat="${chat()}"]`)) trigger("begun", {}); // it is to be listed
};
const visit = () => {
  showRecords();
  if (inRecords()) return;
  wanted = addressed();
  if (wanted !== chat()) open(wanted);
};
addEventListener("popstate", visit);
const arrive = (tries = 50) => {
  if (one(".lt-head")) visit();
  else if (tries) setTimeout(() => arrive(tries - 1), 100);
};
if (wanted) arrive();
showRecords();
const settled = (tries = 50) => {
  if (tries && (wanted || !composer() || !one(".lt-head"))) setTimeout(() => settled(tries - 1), 100);
  else setTimeout(giveBack, 500);
};
settled();
