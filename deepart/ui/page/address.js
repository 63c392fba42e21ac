// The open tab and its settings stand in the address: a link to the page opens it as it is.  Parameters, never pictures.
const remembered = {}; // tab -> setting -> value, where it is not what the page begins with
const opened = new URLSearchParams(location.search);

function address(tab, settings) {
  const found = new URLSearchParams(opened); // what others put there, such as a theme, stays
  for (const names of Object.values(facts.settings)) for (const name of Object.keys(names)) found.delete(name);
  found.set("tab", tab);
  for (const [name, value] of Object.entries(settings ?? {})) {
    if (name in (facts.settings[tab] ?? {}) && String(value) !== String(facts.settings[tab][name])) found.set(name, value);
  }
  return `${location.pathname}?${found}`;
}

window.deepart = {
  remember(tab, name, value) {
    const isKnown = tab in remembered && name in remembered[tab];
    if (value === null || value === undefined || (!isKnown && String(value) === String(facts.settings[tab][name]))) return;
    (remembered[tab] ??= {})[name] = value;
    if (room() === tab) history.replaceState({ tab }, "", address(tab, remembered[tab]));
  },
  // What the owner saw goes with the page; the next one says that they are out.
  leaveAdmin() {
    try { sessionStorage.setItem("deepart-left", "1"); } catch {}
    jobs.clear(); // training goes on: there is nothing to warn of
    location.assign(`${location.pathname}?tab=admin`);
  },
  async copyLink() {
    const link = location.origin + address(room(), remembered[room()]);
    await navigator.clipboard?.writeText(link).catch(() => {});
    history.replaceState({ tab: room() }, "", link);
    const button = document.querySelector("#copy-link");
    const before = button.textContent;
    button.textContent = say("ui.link_copied");
    setTimeout(() => { button.textContent = before; }, 2000);
  },
};

const tabButton = (tab) => document.querySelector(`#rooms > .tab-wrapper [data-tab-id="${CSS.escape(tab)}"]`);

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("#rooms > .tab-wrapper [data-tab-id]")?.dataset.tabId;
  if (tab && event.isTrusted && tab !== (history.state?.tab ?? room())) {
    history.pushState({ tab }, "", address(tab, remembered[tab]));
  }
  const tile = event.target.closest?.("#transfer-gallery .thumbnail-item");
  if (tile) {
    const place = [...tile.parentElement.querySelectorAll(".thumbnail-item")].indexOf(tile);
    window.deepart.remember("transfer", "style", facts.styles[place]);
  }
}, true);
window.addEventListener("popstate", (event) => tabButton(event.state?.tab ?? "transfer")?.click());

function whenThere(selector, then, tries = 100) {
  const found = document.querySelector(selector);
  if (found) then(found);
  else if (tries) setTimeout(whenThere, 100, selector, then, tries - 1);
}
const first = opened.get("tab");
let hasLeft = false;
try {
  hasLeft = sessionStorage.getItem("deepart-left") !== null;
  sessionStorage.removeItem("deepart-left");
} catch {} // storage may be forbidden
if (hasLeft) document.documentElement.dataset.left = ""; // shows #admin-left
whenThere("#rooms > .tab-wrapper [data-tab-id]", () => {
  if (first && (first !== "admin" || hasLeft)) tabButton(first)?.click();
  history.replaceState({ tab: room() }, "");
}, 600);
const wantedStyle = facts.styles.indexOf(opened.get("style"));
if (wantedStyle >= 0 && (first ?? "transfer") === "transfer") {
  whenThere("#transfer-result img", () => { // the last thing that comes by itself
    document.querySelectorAll("#transfer-gallery .thumbnail-item")[wantedStyle]?.click();
  }, 600);
}
