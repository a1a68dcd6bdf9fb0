// What buttons and links do.
// --- on a phone the side covers the page; it is there when it is asked for
const foldSide = () => {
  if (innerWidth < 900) one(".sidebar.open .toggle-button")?.click();
};
setTimeout(foldSide, 0);

// --- right or wrong
const judge = (node, good) => {
  trigger("feedback", { number: number(node), good, words: "" });
  all(".lt-right, .lt-wrong", node.parentElement).forEach((button) =>
    button.setAttribute("aria-pressed", String(button === node)));
  one(".lt-why", node.closest(".lt-answer"))?.remove();
};

// --- clicks
const actions = {
  "lt-again": (node) => trigger("retry", { number: number(node) }),
  "lt-edit": (node) => trigger("edit", { number: number(node) }),
  "lt-example": (node) => trigger("example", { number: number(node) }),
  "lt-open": (node) => {
    open(node.dataset.chat);
    foldSide();
  },
  "lt-forget": (node) => trigger("delete_chat", { chat: node.dataset.chat }),
  "lt-restore": (node) => trigger("restore_chat", { chat: node.dataset.chat }),
  "lt-rename": (node) => {
    const title = prompt(say("Name of the chat"), node.dataset.title);
    if (title?.trim()) trigger("rename_chat", { chat: node.dataset.chat, title });
  },
  "lt-remove": (node) => {
    if (confirm(say("Remove this document?"))) trigger("remove_document", { name: node.dataset.name });
  },
  "lt-dismiss": (node) => trigger("dismiss", { name: node.dataset.name }),
  "lt-drop": (node) => trigger("detach", { what: node.dataset.what }),
  "lt-prompt": usePrompt,
  "lt-keep": () => changePrompts("keep_prompt", { words: composer().value }),
  "lt-unkeep": (node) => changePrompts("remove_prompt", { number: number(node) }),
  "lt-close": close,
  "lt-folder": () => chooseFolder(),
  "lt-turn": (node) => turn(Number(doc().dataset.page) + Number(node.dataset.by)),
  "lt-zoom": (node) => magnify(Number(node.dataset.by) * zoom || 1),
  "lt-unfold": (node) => unfold(node, named("/see/contents")),
  "lt-dark": () => {
    const dark = document.body.classList.toggle("dark");
    localStorage.setItem("lt-dark", dark ? "yes" : "no");
  },
  "lt-right": (node) => judge(node, true),
  "lt-wrong": (node) => {
    judge(node, false);
    const form = document.createElement("form");
    form.className = "lt-why";
    const field = document.createElement("input");
    field.setAttribute("aria-label", "What would be right?");
    field.placeholder = "What would be right? (optional)";
    field.maxLength = 2000;
    const send = document.createElement("button");
    send.textContent = "Send";
    form.append(field, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trigger("feedback", { number: number(node), good: false, words: field.value });
      const noted = document.createElement("p");
      noted.setAttribute("role", "status");
      noted.textContent = "Noted. Answers stay as they are; whoever runs this program makes tests of it: looktwice eval from-feedback.";
      form.replaceWith(noted, ...(field.value ? [`“${field.value}”`] : []));
    });
    node.closest(".lt-answer").append(form);
    field.focus();
  },
  "lt-copy": async (node) => {
    const words = one(".lt-words", node.closest(".lt-answer")).cloneNode(true);
    all(".lt-cite", words).forEach((cite) => cite.remove());
    all(".katex", words).forEach((formula) => formula.replaceWith(one("annotation", formula)?.textContent ?? ""));
    await navigator.clipboard.writeText(words.innerText.trim());
    node.textContent = "Copied";
    setTimeout(() => (node.textContent = "Copy"), 1500);
  },
};
// A page's tables are looked for now; where there are none, that is said in the menu.
const saveTables = async (link) => {
  const answer = await fetch(link.href, { credentials: "same-origin" });
  if (!answer.ok) {
    const said = document.createElement("p");
    said.className = "lt-none";
    said.setAttribute("role", "status");
    said.textContent = "No table was found on this page.";
    link.parentElement.replaceChildren(said);
    return;
  }
  const file = document.createElement("a");
  file.href = URL.createObjectURL(await answer.blob());
  file.download = `${doc().dataset.document}, page ${doc().dataset.page}.${link.dataset.kind}`;
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
  link.closest("details").open = false;
};
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  if (link?.classList.contains("lt-tables")) {
    event.preventDefault();
    saveTables(link);
    return;
  }
  const taken = link?.getAttribute("href")?.match(/^#lt-take-(\d+)-([a-z]+)$/);
  if (taken) {
    event.preventDefault();
    const [, answer, kind] = taken;
    const table = `/see/table/${chat()}/${answer}/${kind}`;
    const file = `/see/export/${chat()}/${kind}?number=${answer}`;
    if (chat()) location.assign(["csv", "xlsx"].includes(kind) ? table : file);
  }
  all(".lt-menu[open]").forEach((menu) => { // a menu closes when something else is clicked
    if (!menu.contains(event.target) || link) menu.open = false;
  });
  if (taken) return;
  const target = link?.getAttribute("href")?.match(/^#lt-see-(\d+)-([cdpw]\d+)$/);
  if (target || link?.classList.contains("lt-page")) {
    event.preventDefault();
    if (!target && link.closest(".lt-rail")) {
      const words = new URL(link.href).searchParams.get("words");
      turn(Number(link.dataset.page), words || undefined);
    } else if (!target) view(link.getAttribute("href"), link);
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
