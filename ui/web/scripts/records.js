// Tables from documents: the form, the table, and one value after the other, judged beside its page.
// The place has an address of its own: #records, and #records=ID of one table.
const RECORDS = /^#records(?:=([\w-]+))?$/;
const inRecords = () => RECORDS.test(location.hash);
const tableId = () => location.hash.match(RECORDS)?.[1] ?? "";
const recordsView = () => one(".lt-records-view");
const judged = () => one(".lt-judged");
const tableUrl = (what, query = {}) => {
  const words = new URLSearchParams(query).toString();
  return `/see/records/${tableId()}/${what}${words ? `?${words}` : ""}`;
};
const post = (address, body) => fetch(address, {
  method: "POST", credentials: "same-origin", headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const goToRecords = (address) => {
  history.pushState(null, "", location.pathname + location.search + address);
  showRecords();
};
const leaveRecords = () => {
  if (!inRecords()) return;
  history.pushState(null, "", location.pathname + location.search);
  showRecords();
};
let shownTable = null; // what is drawn: an id, "" for the list, null for nothing
const showRecords = async () => {
  const on = inRecords();
  if (one("#lt-body")) one("#lt-body").dataset.place = !on ? "" : tableId() ? "table" : "form";
  if (!on || shownTable !== tableId()) stopJudging();
  one(".lt-to-records")?.toggleAttribute("aria-current", on);
  if (!on) return;
  if (!recordsView() || !one(".lt-head")) { // the page is not there yet
    setTimeout(showRecords, 100);
    return;
  }
  if (tableId()) await drawTable();
  else {
    trigger("records", {});
    await drawList();
  }
};
const drawList = async () => {
  shownTable = "";
  recordsView().innerHTML = (await load("/see/records"))[1];
};

// --- the table, drawn again while documents are read
let rowsShown = "";
let rowsDone = 0;
const drawTable = async () => {
  const id = tableId();
  const again = shownTable === id;
  if (!again) rowsShown = "";
  const [ok, text] = await load(tableUrl("table", rowsShown ? { shown: rowsShown } : {})).catch(() => [null, ""]);
  if (id !== tableId()) return;
  if (ok === null) { // the connection is lost
    setTimeout(drawTable, 2000);
    return;
  }
  if (!ok) {
    shownTable = null;
    goToRecords("#records");
    return;
  }
  const before = again && currentCell();
  const focused = before && before === document.activeElement;
  const unfolded = again ? unfoldedLists() : [];
  recordsView().innerHTML = text;
  shownTable = id;
  unfolded.forEach(([row, many]) => unfoldList(row, many));
  const state = one(".lt-records-state");
  rowsDone = Number(state.dataset.done);
  const cell = (before && cellOf(before.dataset)) || one(".lt-grid .lt-cell");
  if (cell) moveTo(cell, Boolean(focused));
  if (state.dataset.running) watchRun(id);
};
const watchRun = (id) => setTimeout(async () => {
  if (id !== tableId()) return;
  const answer = await fetch(tableUrl("state"), { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return answer ? undefined : watchRun(id);
  const state = await answer.json();
  if (id !== tableId()) return;
  if (state.done !== rowsDone || !state.running) drawTable();
  else {
    one(".lt-records-state").innerHTML = state.bar;
    watchRun(id);
  }
}, 1000);

// --- cells, and the rows of lists
const shownCells = (from = document) => all(".lt-grid .lt-cell", from).filter((cell) => cell.offsetParent);
const currentCell = () => one(".lt-grid .lt-cell[tabindex='0']");
const cellOf = ({ row, path, many }) => all(".lt-grid .lt-cell").find((cell) =>
  cell.dataset.row === row && cell.dataset.path === path && cell.dataset.many === many);
const moveTo = (cell, focus = true) => {
  const now = currentCell();
  if (now) now.tabIndex = -1;
  cell.tabIndex = 0;
  if (focus) cell.focus({ preventScroll: true });
  if (focus) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const listRow = (row, many) => all(".lt-inner").find((node) => node.dataset.of === row && node.dataset.many === many);
const listCell = (row, many) => all(".lt-rows").find((node) => node.dataset.row === row && node.dataset.many === many);
const unfoldList = (row, many, open = true) => {
  const inner = listRow(row, many);
  if (!inner) return;
  inner.hidden = !open;
  listCell(row, many)?.setAttribute("aria-expanded", String(open));
};
const unfoldedLists = () =>
  all(".lt-inner:not([hidden])").map((node) => [node.dataset.of, node.dataset.many]);
const neighbour = (cell, key) => {
  const row = [...cell.parentElement.children].filter((node) => node.matches(".lt-cell"));
  const at = row.indexOf(cell);
  if (key === "ArrowRight") return row[at + 1];
  if (key === "ArrowLeft") return row[at - 1];
  if (key === "Home") return row[0];
  if (key === "End") return row.at(-1);
  const rows = all(".lt-grid tr").filter((node) => node.offsetParent && [...node.children].some((c) => c.matches(".lt-cell")));
  const other = rows[rows.indexOf(cell.parentElement) + (key === "ArrowDown" ? 1 : -1)];
  const cells = other ? [...other.children].filter((node) => node.matches(".lt-cell")) : [];
  return cells[Math.min(at, cells.length - 1)];
};

// --- one value, beside its page
const stopJudging = () => {
  if (!judged() || judged().hidden) return;
  judged().hidden = true;
  judged().replaceChildren();
  close();
};
const openCell = async (cell, how = "look") => {
  moveTo(cell, how === "look");
  if (cell.dataset.many) {
    unfoldList(cell.dataset.row, cell.dataset.many, cell.getAttribute("aria-expanded") !== "true");
    return;
  }
  if (!cell.dataset.path) return;
  all(".lt-now").forEach((node) => node.classList.remove("lt-now"));
  cell.classList.add("lt-now");
  const query = { row: cell.dataset.row, path: cell.dataset.path };
  const [shown] = await Promise.all([drawValue(query), view(tableUrl("place", query))]);
  cameFrom = cell;
  if (!shown) return;
  cell.scrollIntoView({ block: "nearest", inline: "nearest" }); // there is less room beside the page
  if (how === "enter") focusEntry();
  else if (innerWidth < 900) one(".lt-close").focus({ preventScroll: true });
};
const drawValue = async (query) => {
  const [ok, text] = await load(tableUrl("value", query));
  if (!ok || !inRecords()) return false;
  judged().innerHTML = text;
  judged().hidden = false;
  return true;
};
const focusEntry = () => {
  const field = one(".lt-entry", judged());
  if (innerWidth < 900) one(".lt-next", judged())?.focus({ preventScroll: true }); // no keyboard over the page
  else {
    field?.focus({ preventScroll: true });
    field?.select?.();
  }
};
const unsureCells = () => all(".lt-grid .lt-is-unsure[data-path]");
const toUnsure = (by) => {
  const cells = unsureCells();
  if (!cells.length) return;
  const from = one(".lt-now") ?? currentCell();
  const after = (cell) => Boolean(from?.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING);
  const next = by > 0
    ? cells.find((cell) => cell !== from && after(cell)) ?? cells[0]
    : cells.findLast((cell) => cell !== from && !after(cell)) ?? cells.at(-1);
  const inner = next.closest(".lt-inner");
  if (inner) unfoldList(inner.dataset.of, inner.dataset.many);
  const inForm = judged().contains(document.activeElement);
  moveTo(next);
  openCell(next, inForm ? "enter" : "look");
};
const replaceRow = (row, html) => {
  const unfolded = unfoldedLists();
  const old = one(`.lt-row[data-row="${row}"]`);
  if (!old) return;
  all(`.lt-inner[data-of="${row}"]`).forEach((node) => node.remove());
  const made = document.createElement("template");
  made.innerHTML = html;
  old.replaceWith(made.content);
  unfolded.forEach(([of, many]) => unfoldList(of, many));
};
// What was said of a value is kept first, then shown.
const review = async (cell, how, text = "") => {
  const { row, path } = cell.dataset;
  const fault = (words) => {
    const place = one(".lt-value .lt-wrong-type") ?? one(".lt-records-state .lt-wrong-type");
    if (place) place.textContent = words;
    const field = one(".lt-entry", judged());
    field?.setAttribute("aria-invalid", "true");
  };
  const answer = await post(tableUrl("review"), { row, path, how, text }).catch(() => null);
  if (!answer) return fault("The connection is lost; this was not kept. Try again.");
  if (!answer.ok) return fault(await answer.text());
  const told = await answer.json();
  const inForm = judged().contains(document.activeElement);
  replaceRow(row, told.row);
  one(".lt-records-state").innerHTML = told.bar;
  const fresh = cellOf({ row, path });
  if (!fresh) return;
  moveTo(fresh, !inForm);
  if (judged().hidden) return;
  fresh.classList.add("lt-now");
  cameFrom = fresh;
  await drawValue({ row, path });
  if (inForm) (unsureCells().length ? one(".lt-next", judged()) : one(".lt-withdraw", judged()))?.focus();
};
// A line of a list is added, removed or put back; a new one begins with its first value.
const changeLine = async (node) => {
  const { row, path, how } = node.dataset;
  const answer = await post(tableUrl("review"), { row, path, how }).catch(() => null);
  if (!answer?.ok) {
    tellTable(answer ? await answer.text() : "The connection is lost; this was not kept. Try again.");
    return;
  }
  const told = await answer.json();
  replaceRow(row, told.row);
  one(".lt-records-state").innerHTML = told.bar;
  if (judged().firstChild && !judgedCell()) stopJudging();
  const lines = all(`.lt-inner[data-of="${row}"] .lt-cell`);
  const first = lines.find((cell) => cell.dataset.path.startsWith(told.path));
  if (first && how === "add") openCell(first, "enter");
  else (first ?? one(`.lt-row[data-row="${row}"] .lt-rows`)).focus({ preventScroll: true });
};
const judgedCell = () => {
  const form = one(".lt-value", judged());
  return form && cellOf(form.dataset);
};
const reviewed = (how, text) => judgedCell() && review(judgedCell(), how, text);
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.(".lt-value")) return;
  event.preventDefault();
  const field = one(".lt-entry", event.target);
  const first = field.matches("select") ? (one("option[selected]", field)?.value ?? "") : field.defaultValue;
  if (field.value === first && field.value) reviewed("confirm");
  else reviewed("correct", field.value);
});
document.addEventListener("click", (event) => {
  const cell = event.target.closest?.(".lt-grid .lt-cell");
  if (cell) openCell(cell);
  if (event.target.closest?.("#lt-new, .lt-open, .lt-example")) leaveRecords();
}, true);
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (!inRecords() || event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = target.closest?.(".lt-grid .lt-cell");
  const typing = target.matches?.("input, textarea, select, [contenteditable]");
  const moves = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key);
  if (cell && moves) {
    const other = neighbour(cell, key);
    if (other) moveTo(other);
  } else if (cell && (key === "Enter" || key === " ")) openCell(cell, "enter");
  else if (!typing && "nNpP".includes(key) && (cell || target.closest?.(".lt-viewer, #lt-records"))) toUnsure("nN".includes(key) ? 1 : -1);
  else if (cell?.dataset.path && "cC".includes(key)) review(cell, "confirm");
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// --- what buttons do
const runTable = async (node) => {
  node.disabled = true;
  const answer = await post(tableUrl("run"), { how: node.dataset.how }).catch(() => null);
  await drawTable();
  if (answer && !answer.ok) tellTable(await answer.text());
};
const tellTable = (words) => {
  const said = document.createElement("p");
  said.className = "lt-wrong-type";
  said.setAttribute("role", "alert");
  said.textContent = words;
  one(".lt-records-state").append(said);
};
const changeTable = async (node, body) => {
  await post(`/see/records/${node.dataset.id}/change`, body);
  await drawList();
};
Object.assign(actions, {
  "lt-to-records": () => {
    goToRecords("#records");
    foldSide();
  },
  "lt-all-records": () => goToRecords("#records"),
  "lt-open-records": (node) => goToRecords(`#records=${node.dataset.id}`),
  "lt-rename-records": (node) => {
    const title = prompt(say("Name of the table"), node.dataset.title);
    if (title?.trim()) changeTable(node, { how: "rename", title });
  },
  "lt-forget-records": (node) => {
    if (confirm(say("Remove this table, with all that was corrected in it?"))) changeTable(node, { how: "remove" });
  },
  "lt-more-rows": (node) => {
    rowsShown = node.dataset.shown;
    drawTable();
  },
  "lt-run": runTable,
  "lt-line": changeLine,
  "lt-next": () => toUnsure(1),
  "lt-before": () => toUnsure(-1),
  "lt-confirm": () => reviewed("confirm"),
  "lt-absent": () => reviewed("correct", ""),
  "lt-withdraw": () => reviewed("withdraw"),
  "lt-other": (node) => reviewed("correct", node.dataset.text),
});
// A table that was begun, or a file that was opened, is shown.
new MutationObserver(() => {
  const begun = one(".lt-started");
  if (!begun) return;
  const { id } = begun.dataset;
  begun.remove();
  if (inRecords()) goToRecords(`#records=${id}`);
}).observe(document.documentElement, { childList: true, subtree: true });
