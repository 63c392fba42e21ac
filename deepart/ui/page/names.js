// What Gradio leaves without a name, or to the mouse alone.
const STEPS = { ArrowLeft: -0.05, ArrowRight: 0.05, ArrowDown: -0.05, ArrowUp: 0.05, Home: -1, End: 1 };

function nameTiles() {
  for (const tile of document.querySelectorAll(".captioned-gallery .thumbnail-item")) {
    const caption = tile.querySelector(".caption-label")?.textContent.trim();
    if (caption && tile.getAttribute("aria-label") !== caption) tile.setAttribute("aria-label", caption);
    const pressed = String(tile.classList.contains("selected"));
    if (tile.getAttribute("aria-pressed") !== pressed) tile.setAttribute("aria-pressed", pressed);
  }
}

function placeOf(divider) {
  const { left, width } = divider.parentElement.getBoundingClientRect();
  const own = divider.getBoundingClientRect();
  return Math.min(1, Math.max(0, (own.left + own.width / 2 - left) / width));
}

function nameDividers() {
  for (const divider of document.querySelectorAll("[data-testid=slider].outer")) {
    const label = divider.closest(".block").querySelector("[data-testid=block-label]").textContent.trim();
    const now = String(Math.round(100 * placeOf(divider)));
    const wanted = { role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": "0", "aria-valuemax": "100" };
    for (const [name, value] of Object.entries({ ...wanted, "aria-valuenow": now })) {
      if (divider.getAttribute(name) !== value) divider.setAttribute(name, value);
    }
  }
}

function namePictures() {
  for (const shown of document.querySelectorAll("button:has(> .image-frame)")) {
    const note = shown.closest("#generate-easel") && document.querySelector("#generate-note")?.textContent.trim();
    const name = note || shown.closest(".block").querySelector("[data-testid=block-label]")?.textContent.trim();
    if (name && shown.getAttribute("aria-label") !== name) shown.setAttribute("aria-label", name);
  }
}

document.addEventListener("keydown", (event) => {
  const divider = event.target.closest?.("[data-testid=slider].outer");
  if (!divider || !(event.key in STEPS)) return;
  event.preventDefault(); // the page does not scroll
  const { left, width, top } = divider.parentElement.getBoundingClientRect();
  const goal = Math.min(0.999, Math.max(0.001, placeOf(divider) + STEPS[event.key]));
  const drag = (type, place, on) => on.dispatchEvent(new MouseEvent(type, {
    bubbles: true, cancelable: true, view: window, clientX: left + place * width, clientY: top + 5,
  }));
  drag("mousedown", placeOf(divider), divider);
  drag("mousemove", goal, window);
  drag("mouseup", goal, window);
  mend();
});

document.addEventListener("mouseup", mend);

let isDue = false;
function mend() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    nameTiles();
    nameDividers();
    namePictures();
    for (const empty of document.querySelectorAll(".empty[aria-label]:not([role])")) empty.setAttribute("role", "img");
  }, 150);
}
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
mend();

// A double click starts one painting; on a phone the page goes to where it will be.
document.addEventListener("click", (event) => {
  if (!event.target.closest(".starts-painting")) return;
  if (event.detail > 1) {
    event.stopImmediatePropagation(); // of a double click Gradio may take both clicks
  } else {
    const results = [...document.querySelectorAll(".painting-result")]; // one in each tab
    results.find((result) => result.offsetParent)?.scrollIntoView({ block: "nearest" }); // phones
  }
}, true);
