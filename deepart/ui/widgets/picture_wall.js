// Body of the function that Gradio calls for each wall: (element, trigger, props, watch).
// Gradio renders an empty wall; all in it is made here, and texts only ever become text.

const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };

const wall = element.querySelector(".wall");
let chosen = { picked: null, liked: [] };

function make(parent, tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  parent.append(made);
  return made;
}

function button(parent, name, label) {
  const made = make(parent, "button", name);
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  return made;
}

function build() {
  wall.replaceChildren();
  for (const { id, label, image } of props.tiles ?? []) {
    const tile = make(wall, "div", "tile");
    tile.dataset.id = id;
    const picture = button(tile, "picture", label);
    const drawn = make(picture, "img", "");
    drawn.alt = "";
    drawn.draggable = false;
    drawn.src = image;
    picture.addEventListener("click", () => choose({ picked: id }, "select"));
    if (!props.like_label) continue;
    const heart = button(tile, "heart", props.like_label);
    heart.textContent = "♥";
    heart.addEventListener("click", () => {
      const liked = chosen.liked.includes(id) ? chosen.liked.filter((each) => each !== id) : [...chosen.liked, id];
      choose({ liked }, "like");
    });
  }
  draw();
}

function draw() {
  for (const tile of wall.children) {
    const isLiked = chosen.liked.includes(tile.dataset.id);
    const isPicked = tile.dataset.id === chosen.picked;
    tile.classList.toggle("picked", isPicked);
    tile.classList.toggle("liked", isLiked);
    tile.querySelector(".picture").setAttribute("aria-pressed", isPicked);
    tile.querySelector(".heart")?.setAttribute("aria-pressed", isLiked);
  }
}

function choose(change, event) {
  chosen = { ...chosen, ...change };
  draw();
  props.value = chosen;
  trigger(event);
}

wall.addEventListener("keydown", (event) => {
  const pictures = [...wall.querySelectorAll(".picture")];
  const next = pictures[pictures.indexOf(event.target) + (ARROWS[event.key] ?? 0)];
  if (!(event.key in ARROWS) || !pictures.includes(event.target) || !next) return;
  event.preventDefault(); // the page does not scroll
  next.focus();
});

function show() {
  const { picked = null, liked = [] } = props.value ?? {};
  chosen = { picked, liked };
  draw();
}

watch("tiles", build);
watch("like_label", build);
watch("value", show);

build();
show();
