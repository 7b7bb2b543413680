// Suggestions under the search box: the ARIA combobox pattern with a list that is filled from the server.
const box = document.querySelector("#q");
const list = document.querySelector("#suggestions");
let timer = 0;
let asked = 0;
let active = -1;

function close() {
  list.hidden = true;
  active = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function mark(index) {
  const options = [...list.children];
  active = (index + options.length) % options.length;
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
  box.setAttribute("aria-activedescendant", options[active].id);
}

function show(suggestions) {
  list.replaceChildren(...suggestions.map((suggestion, place) => {
    const option = document.createElement("li");
    option.id = `suggestion-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = suggestion.url;
    const shelf = document.createElement("small");
    shelf.textContent = suggestion.shelf;
    option.append(suggestion.label, " ", shelf);
    return option;
  }));
  list.hidden = suggestions.length === 0;
  active = -1;
  box.setAttribute("aria-expanded", String(!list.hidden));
}

async function suggest() {
  const mine = ++asked;
  const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(box.value)}`);
  // A slow answer to an earlier letter must not replace a later one.
  if (answer.ok && mine === asked && document.activeElement === box) show((await answer.json()).suggestions);
}

if (box && list) {
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 150);
  });
  box.addEventListener("blur", () => {
    asked += 1;
    close();
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(list.children[active].dataset.url);
    else return;
    event.preventDefault();
  });
  // Pressing an option would blur the box and close the list before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
}
