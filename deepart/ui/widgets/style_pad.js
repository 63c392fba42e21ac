// Body of the function that Gradio calls for each style pad: (element, trigger, props, watch).
// Gradio renders an empty pad; all in it is made here, and texts only ever become text.

const SEND_EVERY = 120; // ms between two places of the dot that are sent while it is dragged
const CATCH = 0.025; // part of the width from where a style catches the dragged dot
const STEP = 0.02; // of an arrow key; five times that with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const isMap = element.classList.contains("style-map");
const pad = element.querySelector(".pad");
const dotMark = pad.querySelector(".dot");
const lines = pad.querySelector(".lines");
let anchors = []; // {x, y, label, and what draws it: mark, picture, share, line}
let dot = { x: 0.5, y: 0.5 };
let turn = props.value.turn ?? 0; // counts the moves made here: an answer to an earlier one is too old
let drag = null;

// The weights: the same as in tasks/paint/style_map.py.

const between = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
const within = (value, low, high) => Math.min(Math.max(value, low), high);

function nearestWithin(polygon, point) {
  const sides = [], candidates = [];
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    const [alongX, alongY, toX, toY] = [b.x - a.x, b.y - a.y, point.x - a.x, point.y - a.y];
    const share = within((toX * alongX + toY * alongY) / (alongX ** 2 + alongY ** 2 || 1), 0, 1);
    sides.push(alongX * toY - alongY * toX);
    candidates.push({ x: a.x + share * alongX, y: a.y + share * alongY });
  });
  if (polygon.length > 2 && (sides.every((side) => side >= 0) || sides.every((side) => side <= 0))) return point;
  return candidates.reduce((best, each) => (between(each, point) < between(best, point) ? each : best));
}

function padWeights(point) {
  point = nearestWithin(anchors, point);
  const count = anchors.length;
  const distances = anchors.map((anchor) => between(anchor, point));
  const halfTangents = [];
  for (let i = 0; i < count; i++) {
    if (distances[i] < 1e-9) return anchors.map((_, j) => +(j === i));
    const j = (i + 1) % count;
    const [a, b] = [anchors[i], anchors[j]];
    const cross = (a.x - point.x) * (b.y - point.y) - (a.y - point.y) * (b.x - point.x);
    const inner = (a.x - point.x) * (b.x - point.x) + (a.y - point.y) * (b.y - point.y);
    if (Math.abs(cross) < 1e-12 && inner < 0) {
      const sum = distances[i] + distances[j];
      return anchors.map((_, k) => (k === i ? distances[j] / sum : k === j ? distances[i] / sum : 0));
    }
    halfTangents.push((distances[i] * distances[j] - inner) / cross);
  }
  return shares(halfTangents.map((t, i) => (t + halfTangents[(i + count - 1) % count]) / distances[i]));
}

function mapWeights(point) {
  const distances = anchors.map((anchor) => between(anchor, point));
  const ranked = [...distances].sort((a, b) => a - b);
  if (ranked[0] < 1e-9) return distances.map((_, i) => +(i === distances.indexOf(ranked[0])));
  const weights = distances.map((each) => Math.max(1 / each - 1 / (ranked[3] ?? Infinity), 0) ** 2);
  return shares(weights.some(Boolean) ? weights : distances.map((each) => +(each === ranked[0])));
}

function shares(weights) {
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => Math.max(weight / sum, 0));
}

const weightsAt = isMap ? mapWeights : padWeights;

// What is drawn

function make(parent, tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  parent.append(made);
  return made;
}

function build() {
  const holder = pad.querySelector(".anchors");
  holder.replaceChildren();
  lines.querySelectorAll("line").forEach((line) => line.remove());
  anchors = (props.anchors ?? []).map(({ key, x, y, label, image }) => {
    const mark = make(holder, "div", "anchor");
    mark.style.left = `${100 * x}%`;
    mark.style.top = `${100 * y}%`;
    mark.style.setProperty("--x", x);
    mark.classList.toggle("low", y > 0.85);
    mark.dataset.key = key;
    mark.title = label;
    const picture = make(mark, "img", "picture");
    picture.alt = "";
    picture.draggable = false;
    picture.src = image;
    const share = make(mark, "span", "share");
    make(mark, "span", "name").textContent = label;
    const line = document.createElementNS(lines.namespaceURI, "line");
    line.setAttribute("x1", x);
    line.setAttribute("y1", y);
    lines.append(line);
    return { x, y, label, mark, picture, share, line };
  });
  const gaps = anchors.flatMap((a, i) => anchors.slice(0, i).map((b) => between(a, b)));
  pad.style.setProperty("--picture", `${100 * Math.min(isMap ? 0.125 : 0.19, ...gaps.map((gap) => 0.9 * gap))}%`);
  lines.querySelector("polygon").setAttribute("points", isMap ? "" : anchors.map(({ x, y }) => `${x},${y}`).join(" "));
  pad.classList.toggle("empty", !anchors.length);
  dotMark.setAttribute("aria-label", props.label ?? "");
  paintGround();
}

// The ground takes on the colours of the pictures around.
async function paintGround() {
  const built = anchors;
  await Promise.allSettled(built.map(({ picture }) => picture.decode()));
  if (built !== anchors || !built.length) return;
  const colours = built.map(({ picture }) => meanColour(picture));
  const ground = pad.querySelector(".ground");
  const { width, height } = ground;
  const context = ground.getContext("2d");
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const point = { x: ((i % width) + 0.5) / width, y: (Math.floor(i / width) + 0.5) / height };
    const weights = shares(built.map((anchor) => (between(anchor, point) ** 2 + 0.003) ** -1.5));
    const mixed = [0, 1, 2].map((channel) => weights.reduce((sum, weight, j) => sum + weight * colours[j][channel], 0));
    pixels.data.set([...mixed, 255], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
}

function meanColour(picture) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (picture.naturalWidth) context.drawImage(picture, 0, 0, 8, 8);
  const { data } = context.getImageData(0, 0, 8, 8);
  return [0, 1, 2].map((channel) => data.reduce((sum, value, i) => sum + (i % 4 === channel ? value : 0), 0) / 64);
}

function draw() {
  if (!anchors.length) return;
  const weights = weightsAt(dot);
  const most = Math.max(...weights);
  dotMark.style.left = `${100 * dot.x}%`;
  dotMark.style.top = `${100 * dot.y}%`;
  anchors.forEach(({ mark, share, line }, i) => {
    line.setAttribute("x2", dot.x);
    line.setAttribute("y2", dot.y);
    mark.style.setProperty("--weight", weights[i]);
    line.style.setProperty("--weight", weights[i]);
    mark.classList.toggle("in-blend", weights[i] > 0.01);
    mark.classList.toggle("first", weights[i] === most);
    share.textContent = percent(weights[i]);
  });
  const ranked = anchors.map(({ label }, i) => [weights[i], label]).sort((a, b) => b[0] - a[0]);
  const spoken = ranked.filter(([weight]) => weight > 0.01).map(([weight, label]) => `${label} ${percent(weight)}`);
  dotMark.setAttribute("aria-valuetext", spoken.join(", "));
  dotMark.setAttribute("aria-valuenow", Math.round(100 * most));
}

const percent = (weight) => `${Math.round(100 * weight)}%`;

// What is sent

let pause = null; // the timer that runs since the last time that the dot was sent
let unsent = false;

function send() {
  if (pause) {
    unsent = true;
    return;
  }
  unsent = false;
  props.value = { ...dot, turn };
  trigger("input");
  pause = setTimeout(() => {
    pause = null;
    if (unsent) send();
  }, SEND_EVERY);
}

function release() {
  clearTimeout(pause);
  pause = null;
  if (unsent) send();
  trigger("release");
}

function move(point) {
  const { x, y } = isMap ? point : nearestWithin(anchors, point);
  const next = { x: within(x, 0.03, 0.97), y: within(y, 0.03, 0.97) }; // a dot at the rim would be cut in half
  if (between(next, dot) < 1e-6) return;
  dot = next;
  turn++;
  draw();
  send();
}

// Pointers

function place(event) {
  const box = pad.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

pad.addEventListener("pointerdown", (event) => {
  if (!anchors.length || drag || event.button) return;
  event.preventDefault(); // no selection of texts, and the dot keeps the focus
  dotMark.focus({ preventScroll: true });
  const start = place(event);
  const anchor = anchors.find(({ mark }) => mark.contains(event.target));
  const held = event.target === dotMark ? { x: dot.x - start.x, y: dot.y - start.y } : { x: 0, y: 0 };
  drag = { id: event.pointerId, start, held, waits: Boolean(anchor), since: turn };
  pad.setPointerCapture(event.pointerId);
  pad.classList.add("dragged");
  move(anchor ?? { x: start.x + held.x, y: start.y + held.y });
});

pad.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drag?.id) return;
  const pointer = place(event);
  if (drag.waits && between(pointer, drag.start) < CATCH) return; // a click on a style, not a drag
  drag.waits = false;
  const point = { x: pointer.x + drag.held.x, y: pointer.y + drag.held.y };
  move(anchors.find((anchor) => between(anchor, point) < CATCH) ?? point);
});

for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
  pad.addEventListener(end, (event) => {
    if (event.pointerId !== drag?.id) return;
    const moved = turn !== drag.since;
    drag = null;
    pad.classList.remove("dragged");
    if (moved) release();
  });
}

// Keys: arrows, Home for the middle, digits for the styles

function target({ key, shiftKey }) {
  const [dx, dy] = (ARROWS[key] ?? [0, 0]).map((sign) => sign * STEP * (shiftKey ? 5 : 1));
  if (key in ARROWS) return { x: dot.x + dx, y: dot.y + dy };
  if (key === "Home") return { x: mean(anchors.map(({ x }) => x)), y: mean(anchors.map(({ y }) => y)) };
  return anchors[Number(key) - 1];
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
let moving = false; // by a key that is held down

dotMark.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const point = anchors.length ? target(event) : null;
  if (!point) return;
  event.preventDefault(); // the page does not scroll
  const before = turn;
  move(point);
  moving ||= turn !== before;
});

for (const end of ["keyup", "blur"]) {
  dotMark.addEventListener(end, () => {
    if (moving) release();
    moving = false;
  });
}

// What the server changes

function show({ x, y }) {
  dot = anchors.length && !isMap ? nearestWithin(anchors, { x, y }) : { x, y };
  draw();
}

watch("anchors", () => {
  build();
  show(dot);
});

watch("value", () => {
  if (drag || moving || props.value.turn < turn) {
    send(); // the answer is older than what is shown
  } else {
    show(props.value);
  }
});

build();
show(props.value);
