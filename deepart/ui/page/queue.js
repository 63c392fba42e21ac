// What is under way: Stop buttons, the place in the queue, and a warning to those who leave.
const NOTICED = 600, LONG = 2500; // milliseconds
const jobs = new Map(); // event -> {since, isWaiting, isAsked, rank, eta, stop}
let hasActed = false; // what a page asks for by itself nobody minds losing
for (const kind of ["pointerdown", "keydown", "drop"]) {
  window.addEventListener(kind, () => { hasActed = true; }, { capture: true, once: true });
}
const note = document.createElement("p");
note.id = "queue-note";
note.setAttribute("role", "status");
document.body.append(note);
const stops = make(document.head, "style"); // not on the buttons: those of a drawer are made when it is opened

function showWork() {
  const noticed = [...jobs.values()].filter(({ since }) => Date.now() - since > NOTICED);
  const rules = noticed.filter(({ stop }) => stop).map(({ stop }) => `#${stop} { display: inline-flex !important; }`);
  if (stops.textContent !== rules.join("\n")) stops.textContent = rules.join("\n");
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
      for (const line of lines.filter((each) => each.startsWith("data:"))) {
        follow(JSON.parse(line.slice(5)));
        noteResults(line);
      }
    }
  } catch {} // the connection broke, of which Gradio says what is to be said
  jobs.clear();
  showWork();
}

window.addEventListener("beforeunload", (event) => {
  if ([...jobs.values()].some(({ since, isAsked }) => isAsked && Date.now() - since > LONG)) event.preventDefault();
});

const fetched = window.fetch;
const joining = new Map(); // number of a handler -> what the server answers to the last job of it, with its number

// Who presses Stop before the job has its number means that job: the server stops none without it.
async function stopOnceThere(where, sent) {
  const wanted = JSON.parse(sent.body);
  if (wanted.event_id) return fetched(where, sent);
  const { event_id } = (await joining.get(wanted.fn_index)) ?? {};
  if (!event_id) return new Response("{}"); // it was refused: there is nothing to stop
  return fetched(where, { ...sent, body: JSON.stringify({ ...wanted, event_id }) });
}

// Of a queue that is full Gradio's page says so in English alone; of other refusals it says what it is told.
window.fetch = async (...asked) => {
  const address = String(asked[0]?.url ?? asked[0]);
  if (address.endsWith("/cancel")) return stopOnceThere(...asked);
  const answering = fetched(...asked);
  const isJoin = address.includes("/queue/join");
  // Read before Gradio reads it, after which it cannot be copied.
  const joined = isJoin && answering.then((answer) => (answer.ok ? answer.clone().json() : {})).catch(() => ({}));
  const number = isJoin && JSON.parse(asked[1].body).fn_index;
  if (isJoin) joining.set(number, joined);
  const answer = await answering;
  if (isJoin && answer.status === 503) return new Response(answer.body, { status: 429, headers: answer.headers });
  if (isJoin && answer.ok) {
    const { event_id: id } = await joined;
    jobs.set(id, { since: Date.now(), isWaiting: true, isAsked: hasActed, stop: facts.stops[number] });
    setTimeout(showWork, NOTICED + 50);
  } else if (answer.url.includes("/queue/data") && answer.body) {
    const [gradios, ours] = answer.body.tee();
    listen(ours);
    return new Response(gradios, { status: answer.status, headers: answer.headers });
  }
  return answer;
};
