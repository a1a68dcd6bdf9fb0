// What the other scripts of the page share. `trigger(event, data)` is a message to Python, which Gradio
// gives to the script of a gr.HTML. All listen on the whole document, because Gradio draws messages again
// while they grow. Everything shown here comes escaped from the server.
window.lookTwice = {
  begin: (text) => {
    sending(text);
    pin();
    trigger("begin", {});
  },
  lost: () => reconnect(),
  // What was typed, where it could not be asked: it stands in the message that says why.
  refused: (log) => {
    unpin();
    sessionStorage.removeItem(SENT);
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
const chat = () =>
  tag(all("#lt-log .lt-ask").at(-1) ?? document.body, /^lt-chat-/).slice(8) ||
  one(".lt-head")?.dataset.chat || "";
const open = (id) => {
  trigger("leave", {});
  trigger("open_chat", { chat: id });
  pin();
  unpin();
};

// Gradio's list has no words of its own for "nothing chosen": then what comes with a question is meant.
new MutationObserver(() => {
  const list = one("#lt-scope input");
  const meant = one("#lt-composer .thumbnail-item, .lt-chip .lt-figure") ? "Only what is attached" : "All documents";
  if (!list || list.dataset.meant === meant) return;
  list.dataset.meant = meant; // the placeholder itself may be translated
  list.setAttribute("placeholder", meant);
}).observe(document.documentElement, { childList: true, subtree: true });

// --- what belongs together lights up together
const LINKED = /^lt-x\d+-d?\d+$/;
const highlight = (target, on) => {
  const place = target.closest?.(".lt-cite, .lt-source, .lt-cited");
  const name = place && tag(place, LINKED);
  all(".lt-hot").forEach((node) => node.classList.remove("lt-hot"));
  if (name && on) all("." + name).forEach((node) => node.classList.add("lt-hot"));
};
document.addEventListener("mouseover", (event) => highlight(event.target, true));
document.addEventListener("focusin", (event) => highlight(event.target, true));
