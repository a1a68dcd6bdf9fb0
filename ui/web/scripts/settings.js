// What a browser keeps for the next time: settings of one's own questions. And prompts.
const KEPT = "lt-settings";
let program; // its own settings, which hold where nothing was chosen
const limited = (value, most) => (typeof value === "number" && value <= most ? value : most);
Object.assign(window.lookTwice, {
  // Each by itself: what the page knows of the others may be older. Checks are kept by what is off: one that
  // a later version brings is on.
  keep: (name, value) => {
    const stored = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    if (name === "checks") stored.off = program[0].filter((check) => !value.includes(check));
    else stored[name] = value;
    localStorage.setItem(KEPT, JSON.stringify(stored));
  },
  kept: (...given) => {
    program = given;
    const [checks, seconds, rounds, model] = given;
    const { off = [], ...kept } = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const on = checks.filter((name) => !off.includes(name));
    return [on, limited(kept.seconds, seconds), limited(kept.rounds, rounds), kept.model ?? model];
  },
  reset: () => {
    localStorage.removeItem(KEPT);
    return program;
  },
});
setTimeout(() => trigger("settings", {}), 0);

const usePrompt = (node) => {
  write([composer().value.trim(), one("span", node).textContent].filter(Boolean).join("\n"));
  node.closest("details").open = false;
};
// The menu is drawn anew when a prompt is kept or forgotten; it stays open.
const changePrompts = (name, data) => {
  trigger(name, data);
  const reopen = new MutationObserver(() => {
    if (one(".lt-prompts").open) return;
    one(".lt-prompts").open = true;
    reopen.disconnect();
  });
  reopen.observe(one("#lt-prompts"), { attributes: true, childList: true, subtree: true });
};
