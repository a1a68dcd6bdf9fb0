// Files that are dropped, and boxes that are drawn.
// --- what is dropped anywhere goes where it belongs: on the side to the documents, else to the box
const carriesFiles = (event) =>
  event.dataTransfer?.types?.includes("Files") && !event.target.closest?.("#lt-composer");
const inputFor = async (place, tries = 60) => {
  if (!place.closest?.(".sidebar")) return one("#lt-composer input[type=file]");
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
  event.preventDefault();
  const kept = new DataTransfer(); // the event's own is empty once it is over
  for (const file of event.dataTransfer.files) kept.items.add(file);
  const input = await inputFor(event.target);
  if (!input) return;
  input.files = kept.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

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
