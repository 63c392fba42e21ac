// First of the parts that `page_script` puts into one function, which runs once when the page is loaded.
const facts = {}; // filled in by `page_script`
const language = navigator.language.startsWith("zh") ? "zh" : "en";
const say = (key, values = {}) => Object.entries(values).reduce(
  (text, [name, value]) => text.replace(`{${name}}`, value), facts.texts[language][key],
);
const room = () => document.querySelector("#rooms > .tab-wrapper [aria-selected=true]")?.dataset.tabId;

function make(parent, tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  parent.append(made);
  return made;
}
