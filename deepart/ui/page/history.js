// What this browser has made: a small picture, its recipe, and the file for as long as it lives.  Nothing of it is sent.
const KEPT = 24, SIDE = 144, STORE = "deepart-results";
const shelf = { results: [] };
try { shelf.results = JSON.parse(localStorage.getItem(STORE)) ?? []; } catch {} // storage may be forbidden, or older

function keep() {
  try { localStorage.setItem(STORE, JSON.stringify(shelf.results)); } catch {}
  showShelf();
}

async function recipeOf(blob) {
  const view = new DataView(await blob.slice(0, 1 << 20).arrayBuffer());
  const text = (from, to) => new TextDecoder().decode(view.buffer.slice(from, to));
  for (let at = 8; at + 8 < view.byteLength; at += 12 + view.getUint32(at)) {
    if (text(at + 4, at + 8) !== "iTXt" || text(at + 8, at + 16) !== "deepart\0") continue;
    const body = text(at + 8, at + 8 + view.getUint32(at)).split("\0"); // keyword, flags, language, translation, text
    return JSON.parse(body.at(-1));
  }
  return null;
}

async function miniature(blob) {
  const picture = await createImageBitmap(blob);
  const scale = SIDE / Math.min(picture.width, picture.height);
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const [width, height] = [picture.width * scale, picture.height * scale];
  canvas.getContext("2d").drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  const small = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(small);
  });
}

const seen = new Set(shelf.results.map(({ path }) => path));
async function made(path) {
  if (seen.has(path)) return;
  seen.add(path);
  const blob = await (await fetched(`gradio_api/file=${path}`)).blob();
  const recipe = await recipeOf(blob);
  if (!recipe) return;
  shelf.results.unshift({ path, at: Date.now(), recipe, picture: await miniature(blob) });
  shelf.results.length = Math.min(shelf.results.length, KEPT);
  keep();
}

// What a message of the queue brings; `queue.js` calls it.
function noteResults(line) {
  for (const [, path] of line.matchAll(/"(\/[^"\\]*\/deepart-[^"/\\]+\.png)"/g)) {
    if (!path.startsWith("/gradio_api/")) made(path).catch(() => {});
  }
}

function showShelf() {
  const place = document.querySelector("#history");
  if (!place) return;
  place.replaceChildren();
  place.hidden = !shelf.results.length;
  if (place.hidden) return;
  make(place, "h2", {}, say("ui.history.title"));
  make(place, "p", { class: "hint" }, say("ui.history.hint"));
  const list = make(place, "ul");
  for (const { path, recipe, picture, at } of shelf.results) {
    const item = make(list, "li");
    const name = facts.verbs[language][recipe.verb] ?? recipe.verb;
    const when = new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    const file = make(item, "a", { href: `gradio_api/file=${path}`, download: path.split("/").pop() });
    make(file, "img", { src: picture, alt: `${name}, ${when}: ${say("ui.history.download")}`, width: SIDE, height: SIDE });
    make(item, "span", {}, `${name} · ${when}`);
    make(item, "a", { href: address(recipe.verb, { ...recipe.settings, seed: recipe.seed ?? "" }) }, say("ui.history.again"));
    file.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await fetched(file.href);
      if (!answer.ok) {
        file.replaceWith(make(item, "em", {}, say("ui.history.gone")));
        return;
      }
      const link = make(document.body, "a", { href: URL.createObjectURL(await answer.blob()), download: file.download });
      link.click();
      link.remove();
    });
  }
  make(place, "button", { type: "button", class: "sm secondary" }, say("ui.history.forget")).addEventListener("click", () => {
    shelf.results = [];
    keep();
  });
}
whenThere("#history", showShelf);
