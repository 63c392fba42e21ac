// Runs once in the visitor's browser, when the page is loaded.
() => {
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".starts-painting")) return;
    if (event.detail > 1) {
      event.stopImmediatePropagation(); // of a double click Gradio may take both clicks
    } else {
      const results = [...document.querySelectorAll(".painting-result")]; // one in each tab
      results.find((result) => result.offsetParent)?.scrollIntoView({ block: "nearest" }); // phones
    }
  }, true);

  // --- what Gradio leaves without a name, or to the mouse alone ---

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
      for (const empty of document.querySelectorAll(".empty[aria-label]:not([role])")) empty.setAttribute("role", "img");
    }, 150);
  }
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
  mend();

  // --- what is under way: Stop buttons, the place in the queue, and a warning to those who leave ---

  const texts = /* texts */ {};
  const language = navigator.language.startsWith("zh") ? "zh" : "en";
  const say = (key, values = {}) => Object.entries(values).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, value), texts[language]?.[key] ?? "",
  );
  const NOTICED = 600, LONG = 2500; // milliseconds
  const jobs = new Map(); // event -> {since, isWaiting, rank, eta, room}
  const note = document.createElement("p");
  note.id = "queue-note";
  note.setAttribute("role", "status");
  document.body.append(note);

  function showWork() {
    const noticed = [...jobs.values()].filter(({ since }) => Date.now() - since > NOTICED);
    for (const room of document.querySelectorAll("#rooms > [role=tabpanel]")) {
      room.toggleAttribute("data-working", noticed.some((job) => job.room === room.id));
    }
    const waiting = noticed.filter(({ isWaiting, rank }) => isWaiting && rank !== undefined);
    const last = waiting.sort((a, b) => b.rank - a.rank)[0];
    let text = "";
    if (last) {
      text = last.rank ? say("ui.queue_behind", { count: last.rank }) : say("ui.queue_next");
      if (last.eta > 1) text += (language === "zh" ? "" : " ") + say("ui.queue_seconds", { seconds: Math.ceil(last.eta) });
    }
    if (note.textContent !== text) note.textContent = text;
  }

  function follow({ msg, event_id: id, rank, rank_eta: eta }) {
    const job = jobs.get(id);
    if (!job) return;
    if (msg === "estimation") Object.assign(job, { rank, eta });
    if (msg === "process_starts") job.isWaiting = false;
    if (msg === "process_completed") jobs.delete(id);
    showWork();
  }

  async function listen(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const lines = (rest + part.value).split("\n");
        rest = lines.pop();
        for (const line of lines) if (line.startsWith("data:")) follow(JSON.parse(line.slice(5)));
      }
    } catch {} // the connection broke, of which Gradio says what is to be said
    jobs.clear();
    showWork();
  }

  window.addEventListener("beforeunload", (event) => {
    if ([...jobs.values()].some(({ since }) => Date.now() - since > LONG)) event.preventDefault();
  });

  // Of a queue that is full Gradio's page says so in English alone; of other refusals it says what it is told.
  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await fetched(...asked);
    const isJoin = answer.url.includes("/queue/join");
    if (isJoin && answer.status === 503) return new Response(answer.body, { status: 429, headers: answer.headers });
    if (isJoin && answer.ok) {
      const { event_id: id } = await answer.clone().json();
      const room = document.querySelector("#rooms > .tab-wrapper [aria-selected=true]")?.getAttribute("aria-controls");
      jobs.set(id, { since: Date.now(), isWaiting: true, room });
      setTimeout(showWork, NOTICED + 50);
    } else if (answer.url.includes("/queue/data") && answer.body) {
      const [gradios, ours] = answer.body.tee();
      listen(ours);
      return new Response(gradios, { status: answer.status, headers: answer.headers });
    }
    return answer;
  };
}
