// Filters, sorting and pages without loading the page: the address changes, the results are fetched.
const form = document.querySelector("#filters");
const results = document.querySelector("#results");
const opener = document.querySelector(".side_open__4");
let asked = 0;

function addressOfForm() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value && !(name === "sort" && value === "featured")) query.append(name, value);
  }
  const text = query.toString();
  return form.getAttribute("action") + (text ? `?${text}` : "");
}

// After Back, or a link such as "Clear all", the form has to say what the address says.
function fillForm() {
  const query = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden") continue;
    const values = query.getAll(field.name);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.type === "radio") field.checked = (values[0] ?? "") === field.value;
    else field.value = values[0] ?? (field.name === "sort" ? "featured" : "");
  }
}

async function load(address) {
  const mine = ++asked;
  results.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "X-Fragment": "results" } });
    const html = await answer.text();
    if (mine !== asked) return;
    results.innerHTML = html;
    document.title = results.querySelector("[data-title]").dataset.title;
  } catch {
    location.assign(address);
  } finally {
    if (mine === asked) results.setAttribute("aria-busy", "false");
  }
}

function go(address) {
  if (address === location.pathname + location.search) return;
  history.pushState({}, "", address);
  load(address);
}

form.addEventListener("change", () => go(addressOfForm()));
document.querySelector("#sort").addEventListener("change", () => go(addressOfForm()));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  go(addressOfForm());
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-listing]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = link.getAttribute("href");
  go(address);
  fillForm();
  if (link.closest("nav")) scrollTo({ top: 0 });
});
addEventListener("popstate", () => {
  fillForm();
  load(location.pathname + location.search);
});
opener.addEventListener("click", () => {
  opener.setAttribute("aria-expanded", String(form.classList.toggle("open")));
});
