// Gradio's editors of masks draw at every frame, also while nobody draws in them or sees them, which without a graphics
// card takes a whole core.  Left alone, they draw a few times a second.
const RESTING = 300, AWAKE = 1500; // milliseconds: between two frames, and after the last move of who draws
const resting = new Map(); // number of a frame that was asked for, below 0 -> its timer
let lastMove = -AWAKE, last = 0;
for (const kind of ["pointerdown", "pointermove", "pointerup", "wheel"]) {
  window.addEventListener(kind, ({ target }) => {
    if (target.tagName === "CANVAS") lastMove = performance.now();
  }, { capture: true, passive: true });
}

const nextFrame = window.requestAnimationFrame.bind(window), forgetFrame = window.cancelAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => {
  // Of all that asks for frames, the clock of Pixi, with which the editors draw, is the one that keeps its request.
  if (performance.now() - lastMove < AWAKE || !String(draw).includes("_requestId")) return nextFrame(draw);
  resting.set(--last, setTimeout((number) => { resting.delete(number); nextFrame(draw); }, RESTING, last));
  return last;
};
window.cancelAnimationFrame = (number) => {
  clearTimeout(resting.get(number));
  if (!resting.delete(number)) forgetFrame(number);
};
