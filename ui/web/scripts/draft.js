// What is typed survives a reload, and a question that never reached the server comes back to the box.
const DRAFT = "lt-draft"; // typed, not sent
const SENT = "lt-sent"; // sent, not yet seen in the conversation
let lost = sessionStorage.getItem(SENT); // sent before the page was loaded, and not seen since
const composer = () => one("#lt-composer textarea");
const write = (text) => {
  if (!composer()) return;
  composer().value = text;
  composer().dispatchEvent(new Event("input", { bubbles: true }));
  composer().focus();
};
const sending = (text) => {
  lost = null;
  sessionStorage.removeItem(DRAFT);
  if (text?.trim()) sessionStorage.setItem(SENT, text);
};
const bare = (text) => text?.replace(/\s+/g, " ").trim();
const noteArrival = () => {
  const sent = sessionStorage.getItem(SENT);
  const last = sent && all("#lt-log .lt-ask > p").at(-1);
  if (!last || bare(last.innerText) !== bare(sent)) return;
  sessionStorage.removeItem(SENT);
  lost = null;
};
document.addEventListener("input", (event) => {
  if (event.target === composer()) sessionStorage.setItem(DRAFT, event.target.value);
});
const giveBack = () => {
  noteArrival();
  const kept = sessionStorage.getItem(DRAFT) || lost;
  if (lost) sessionStorage.removeItem(SENT);
  if (kept && composer() && !composer().value) write(kept);
};
