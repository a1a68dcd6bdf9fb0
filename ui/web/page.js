// The page's own behaviour, beside Gradio's. Runs once, as the script of a gr.HTML, which gives it
// `trigger(event, data)`: a message to Python. Listens on the whole document, because Gradio draws
// messages again while they grow. Everything shown here comes escaped from the server.
const once = "lookTwice";
if (!window[once]) {
  window[once] = {
    begin: () => trigger("begin", {}),
    // What was typed, where it could not be asked: it stands in the message that says why.
    refused: (log) => {
      const content = log?.at(-1)?.content;
      const text = typeof content === "string" ? content : content?.[0]?.text;
      const message = new DOMParser().parseFromString(text ?? "", "text/html");
      return message.querySelector(".lt-refused")?.dataset.words ?? "";
    },
  };
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const tag = (node, pattern) => [...node.classList].find((name) => pattern.test(name)) || "";
  const number = (node) => Number(tag(node, /^lt-n\d+$/).slice(4) || -1);
  const chat = () => one(".lt-head")?.dataset.chat || "";

  // --- what belongs together lights up together
  const LINKED = /^lt-x\d+-\d+$/;
  const highlight = (target, on) => {
    const place = target.closest?.(".lt-cite, .lt-source, .lt-cited");
    const name = place && tag(place, LINKED);
    all(".lt-hot").forEach((node) => node.classList.remove("lt-hot"));
    if (name && on) all("." + name).forEach((node) => node.classList.add("lt-hot"));
  };
  document.addEventListener("mouseover", (event) => highlight(event.target, true));
  document.addEventListener("focusin", (event) => highlight(event.target, true));

  // --- the view beside the conversation
  let cameFrom = null;
  const viewer = () => one(".lt-viewer");
  const close = () => {
    if (!viewer() || viewer().hidden) return;
    viewer().hidden = true;
    document.body.classList.remove("lt-viewing");
    cameFrom?.focus?.();
  };
  const view = async (address, from) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    const text = await answer.text();
    const pane = one(".lt-pane");
    if (answer.ok) pane.innerHTML = text;
    else pane.textContent = "This cannot be shown: " + text;
    cameFrom = from;
    viewer().hidden = false;
    document.body.classList.add("lt-viewing");
    one(".lt-close").focus({ preventScroll: true });
    one(".lt-cited, mark", pane)?.scrollIntoView?.({ block: "nearest" });
  };

  // The name of a new chat comes a moment after its first answer.
  const viewOf = (number, which, link, tries = 20) => {
    if (chat()) view(`/see/chat/${chat()}/${number}/${which}`, link);
    else if (tries) setTimeout(() => viewOf(number, which, link, tries - 1), 100);
  };

  // --- on a phone the side covers the page; it is there when it is asked for
  const foldSide = () => {
    if (innerWidth < 900) one(".sidebar.open .toggle-button")?.click();
  };
  setTimeout(foldSide, 0);

  // --- clicks
  const actions = {
    "lt-again": (node) => trigger("retry", { number: number(node) }),
    "lt-edit": (node) => trigger("edit", { number: number(node) }),
    "lt-example": (node) => trigger("example", { number: number(node) }),
    "lt-open": (node) => {
      trigger("open_chat", { chat: node.dataset.chat });
      foldSide();
    },
    "lt-forget": (node) => trigger("delete_chat", { chat: node.dataset.chat }),
    "lt-restore": (node) => trigger("restore_chat", { chat: node.dataset.chat }),
    "lt-rename": (node) => {
      const title = prompt("Name of the chat", node.dataset.title);
      if (title?.trim()) trigger("rename_chat", { chat: node.dataset.chat, title });
    },
    "lt-remove": (node) => {
      if (confirm("Remove this document?")) trigger("remove_document", { name: node.dataset.name });
    },
    "lt-drop": (node) => trigger("detach", { what: node.dataset.what }),
    "lt-close": close,
    "lt-dark": () => {
      const dark = document.body.classList.toggle("dark");
      localStorage.setItem("lt-dark", dark ? "yes" : "no");
    },
    "lt-copy": async (node) => {
      const words = one(".lt-words", node.closest(".lt-answer")).cloneNode(true);
      all(".lt-cite", words).forEach((cite) => cite.remove());
      await navigator.clipboard.writeText(words.innerText.trim());
      node.textContent = "Copied";
      setTimeout(() => (node.textContent = "Copy"), 1500);
    },
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    const table = link?.getAttribute("href")?.match(/^#lt-table-(\d+)-(csv|xlsx)$/);
    if (table) {
      event.preventDefault();
      if (chat()) location.assign(`/see/table/${chat()}/${table[1]}/${table[2]}`);
      return;
    }
    const target = link?.getAttribute("href")?.match(/^#lt-see-(\d+)-([cpw]\d+)$/);
    if (target || link?.classList.contains("lt-page")) {
      event.preventDefault();
      if (!target) view(link.getAttribute("href"), link);
      else viewOf(target[1], target[2], link);
      return;
    }
    const button = event.target.closest?.(".lt-do");
    const name = button && Object.keys(actions).find((known) => button.classList.contains(known));
    if (name) actions[name](button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
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

  // --- each chat has an address: #chat=ID, which a reload and the browser's buttons go to
  const CHAT = /^#chat=([\w-]+)$/;
  const addressed = () => location.hash.match(CHAT)?.[1] ?? "";
  let wanted = addressed();
  const follow = () => {
    const head = one(".lt-head");
    if (!head) return;
    if (wanted) {
      if (chat() === wanted) wanted = "";
      return;
    }
    if (chat() === addressed()) return;
    const place = location.pathname + location.search + (chat() ? `#chat=${chat()}` : "");
    if (addressed() || !chat()) history.pushState(null, "", place);
    else history.replaceState(null, "", place);
  };
  const visit = () => {
    wanted = addressed();
    if (wanted !== chat()) trigger("open_chat", { chat: wanted });
  };
  addEventListener("popstate", visit);
  const arrive = (tries = 50) => {
    if (one(".lt-head")) visit();
    else if (tries) setTimeout(() => arrive(tries - 1), 100);
  };
  if (wanted) arrive();

  // --- what Gradio's drawing would undo: opened steps, names for screen readers
  const opened = new Set();
  const OPENED = /^lt-s\d+-\d+$/;
  document.addEventListener("toggle", (event) => {
    const name = event.target.matches?.(".lt-step") && tag(event.target, OPENED);
    if (name) event.target.open ? opened.add(name) : opened.delete(name);
  }, true);
  const restore = () => {
    follow();
    all("#lt-log [data-testid=user], #lt-log [data-testid=bot]").forEach((node) => {
      const name = node.dataset.testid === "user" ? "You asked" : "Looktwice";
      if (node.getAttribute("aria-label") !== name) node.setAttribute("aria-label", name);
    });
    all("#lt-log details.lt-step:not([open])").forEach((node) => {
      if (opened.has(tag(node, OPENED))) node.open = true;
    });
  };
  new MutationObserver(restore).observe(document.body, { childList: true, subtree: true });

  const chosen = localStorage.getItem("lt-dark");
  if (chosen) document.body.classList.toggle("dark", chosen === "yes");
}
