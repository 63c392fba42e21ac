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
}
