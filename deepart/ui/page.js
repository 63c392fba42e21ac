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

  // Of a queue that is full Gradio's page says so in English alone; of other refusals it says what it is told.
  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await fetched(...asked);
    if (answer.status !== 503 || !answer.url.includes("/queue/join")) return answer;
    return new Response(answer.body, { status: 429, headers: answer.headers });
  };
}
