// The interface in the browser's language: what the program itself says is looked up, word for word.
const SPOKEN = ["de", "fr", "es", "zh"];
const NOT_OURS = `.lt-words, .lt-ask p, .lt-outcome, .lt-quote, .lt-text, .lt-live, .lt-contents, q, textarea,
  script, style, h1, .lt-pane h2, .lt-page > span, .lt-open > span, .lt-failures p, .lt-example, .lt-chip, .lt-own, .lt-doubts`;
const LABELS = ["placeholder", "aria-label", "title"];
const language = () => {
  const wanted = (localStorage.getItem("lt-language") || navigator.language || "").toLowerCase();
  return SPOKEN.find((known) => wanted.startsWith(known)) || "en";
};
let words = {};
let patterns = [];
// "{n} pages" also stands for "12 pages"; one letter is a number, a word stands for any words.
const patternOf = (key) => {
  const escaped = key.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  const source = escaped.replace(/\{(\w+)\}/g, (_, name) =>
    name.length > 1 ? `(?<${name}>.+)` : `(?<${name}>[\\d.,]+)`);
  return [new RegExp(`^${source}$`), words[key]];
};
// "Choose a file." is "choose a file" as a sentence.
const sentence = (text) => {
  const clause = text.replace(/\.$/, "").replace(/^./, (first) => first.toLowerCase());
  const said = clause === text ? undefined : look(clause);
  return said && `${said[0].toUpperCase()}${said.slice(1)}${text.endsWith(".") ? "." : ""}`;
};
const look = (text) => {
  if (Object.hasOwn(words, text)) return words[text];
  for (const [pattern, said] of patterns) {
    const found = text.match(pattern);
    if (found) return said.replace(/\{(\w+)\}/g, (_, name) => found.groups[name]);
  }
  if (text.endsWith("…")) return look(text.slice(0, -1))?.concat("…");
  for (const joint of [" · ", "; ", ": ", ", "]) {
    const [first, ...rest] = text.split(joint);
    const head = rest.length ? look(first) : undefined;
    if (head) return [head, ...rest.map((part) => look(part) ?? part)].join(joint);
  }
  return sentence(text);
};
const say = (text) => {
  const bare = text.replace(/\s+/g, " ").trim();
  const found = bare && look(bare);
  return found ? text.replace(text.trim(), () => found) : text;
};
const translate = (root) => {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.currentNode; node; node = texts.nextNode()) {
    if (node.nodeType !== Node.TEXT_NODE || node.parentElement?.closest(NOT_OURS)) continue;
    const said = say(node.data);
    if (said !== node.data) node.data = said;
  }
  const labelled = root.querySelectorAll ? [root, ...all("[placeholder], [aria-label], [title]", root)] : [];
  for (const node of labelled) {
    for (const name of LABELS) {
      const said = node.getAttribute?.(name);
      if (said && say(said) !== said) node.setAttribute(name, say(said));
    }
  }
};
const speak = async () => {
  document.documentElement.lang = language();
  const choice = one(".lt-language");
  if (choice) choice.value = localStorage.getItem("lt-language") ?? "";
  if (language() === "en") return;
  const answer = await fetch(`/see/words/${language()}`);
  if (!answer.ok) return;
  words = await answer.json();
  patterns = Object.keys(words).filter((key) => key.includes("{")).map(patternOf);
  translate(document.body);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(translate);
      else translate(change.target);
    }
  }).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributeFilter: LABELS,
  });
};
document.addEventListener("change", (event) => {
  if (!event.target.matches?.(".lt-language")) return;
  localStorage.setItem("lt-language", event.target.value);
  location.reload();
});
speak();
