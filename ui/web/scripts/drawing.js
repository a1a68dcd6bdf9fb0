// Files that are dropped, and boxes that are drawn.
// --- what is dropped anywhere goes where it belongs: folders, and files on the side, to the documents, other
// files to the box
const carriesFiles = (event) => event.dataTransfer?.types?.includes("Files");
const entriesOf = (event) => [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
// The box takes files itself, but no folders.
const isOurs = (event, entries) =>
  entries.some((entry) => entry.isDirectory) || !event.target.closest?.("#lt-composer");
const asPromise = (entry, method) => new Promise((resolve, reject) => entry[method](resolve, reject));
const filesIn = async (folder) => {
  const found = [], reader = folder.createReader();
  // A reader gives its entries a hundred at a time.
  for (let some; (some = await asPromise(reader, "readEntries")).length;) {
    for (const entry of some.filter(({ name }) => !name.startsWith(".")))
      found.push(...(entry.isDirectory ? await filesIn(entry) : [await asPromise(entry, "file")]));
  }
  return found;
};
// Gradio refuses all files where one is of a kind that it was not told of.
const canBeRead = (file, input) => input.accept.split(",").map((kind) => kind.trim()).some((kind) =>
  kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind) : file.type.startsWith(kind.replace("*", "")));
const inputFor = async (place, tries = 60) => {
  if (!place.closest?.(".sidebar"))
    return one(inRecords() ? "#lt-sources-row input[type=file]" : "#lt-composer input[type=file]");
  const input = one("#lt-documents input[type=file]");
  if (input || !tries) return input;
  if (!one("#lt-documents > button.open")) one("#lt-documents > button")?.click(); // it is drawn when it opens
  await new Promise((resume) => setTimeout(resume, 50));
  return inputFor(place, tries - 1);
};
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("lt-dragging");
});
for (const kind of ["dragleave", "drop", "dragend"])
  document.addEventListener(kind, () => document.body.classList.remove("lt-dragging"), true);
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  const entries = entriesOf(event); // what the event holds is gone once it is over
  if (!isOurs(event, entries)) return;
  event.preventDefault();
  event.stopPropagation();
  const folders = entries.filter((entry) => entry.isDirectory);
  let files = [...event.dataTransfer.files];
  if (folders.length) {
    files = await Promise.all(entries.filter((entry) => entry.isFile).map((entry) => asPromise(entry, "file")));
    for (const folder of folders) files.push(...await filesIn(folder));
    if (innerWidth < 900 && !one(".sidebar.open")) one(".sidebar .toggle-button")?.click();
  }
  const input = await inputFor(folders.length ? one("#lt-documents") : event.target);
  if (!input) return;
  deliver(files, input, folders.length > 0);
}, true);
// Of a folder, what cannot be read is left out and named; of files, Gradio says so.
const deliver = (files, input, choose) => {
  const kept = new DataTransfer();
  const left = choose ? files.filter((file) => !canBeRead(file, input)) : [];
  for (const file of files) if (!left.includes(file)) kept.items.add(file);
  sayLeftOut(left);
  if (!kept.files.length) return;
  input.files = kept.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};
const chooseFolder = () => {
  const chooser = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
  chooser.addEventListener("change", async () => {
    const files = [...chooser.files].filter((file) => !/(^|\/)\./.test(file.webkitRelativePath));
    const input = await inputFor(one("#lt-documents"));
    if (input) deliver(files, input, true);
  });
  chooser.click();
};
const sayLeftOut = (files) => {
  one(".lt-left-out")?.remove();
  if (!files.length) return;
  const said = document.createElement("p");
  said.className = "lt-none lt-left-out";
  said.setAttribute("role", "status");
  said.textContent = `Left out, of kinds that are not read: ${files.map((file) => file.name).slice(0, 20).join(", ")}` +
    (files.length > 20 ? ` and ${files.length - 20} more` : "");
  one("#lt-progress")?.after(said);
};

// --- drawing a box on a picture, by pointer or by keys; in the picture's own pixels
let box = null;
const place = (stage) => {
  let mark = one(".lt-drawn", stage);
  if (!mark) {
    mark = document.createElement("i");
    mark.className = "lt-box lt-drawn";
    one(".lt-canvas", stage).append(mark);
  }
  const left = Math.min(box[0], box[2]), top = Math.min(box[1], box[3]);
  mark.style.cssText =
    `left:${100 * left}%;top:${100 * top}%;` +
    `width:${100 * Math.abs(box[2] - box[0])}%;height:${100 * Math.abs(box[3] - box[1])}%`;
};
const point = (stage, event) => {
  const area = one(".lt-canvas", stage).getBoundingClientRect();
  const within = (value) => Math.min(1, Math.max(0, value));
  return [
    within((event.clientX - area.left) / area.width),
    within((event.clientY - area.top) / area.height),
  ];
};
const take = (stage) => {
  const wide = Number(stage.dataset.width), high = Number(stage.dataset.height);
  const pixels = [box[0] * wide, box[1] * high, box[2] * wide, box[3] * high];
  trigger("select_region", { sha: stage.dataset.sha, box: pixels });
  box = null;
  if (innerWidth < 900) close();
  one("#lt-composer textarea")?.focus();
};
document.addEventListener("pointerdown", (event) => {
  const stage = event.target.closest?.(".lt-draw");
  if (!stage || event.button !== 0) return;
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  const start = point(stage, event);
  box = [...start, ...start];
  const move = (next) => {
    [box[2], box[3]] = point(stage, next);
    place(stage);
  };
  const end = () => {
    stage.removeEventListener("pointermove", move);
    if (!box) return;
    const large = Math.abs(box[2] - box[0]) > 0.01 && Math.abs(box[3] - box[1]) > 0.01;
    if (large) take(stage);
    else one(".lt-drawn", stage)?.remove();
  };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end, { once: true });
});
document.addEventListener("keydown", (event) => {
  const stage = event.target.closest?.(".lt-draw");
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = step[event.key];
  if (!stage || !(way || (event.key === "Enter" && box))) return;
  event.preventDefault();
  if (!way) return take(stage);
  box ??= [0.35, 0.35, 0.65, 0.65];
  const within = (value) => Math.min(1, Math.max(0, value));
  const from = event.shiftKey ? 2 : 0;
  for (let at = from; at < 4; at += 1) box[at] = within(box[at] + 0.02 * way[at % 2]);
  place(stage);
});
