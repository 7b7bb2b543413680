// Product page: variants, pictures, adding to the cart, tabs and dialogs.
const form = document.querySelector("#buy");
const picture = document.querySelector("#picture");
const problem = document.querySelector("#problem");
const name = document.querySelector("h1").textContent;
const soldOut = form.dataset.soldOut.split("|").filter(Boolean);
const thumbs = [...document.querySelectorAll("[data-view]")];

const chosen = (field) => form.querySelector(`[name=${field}]:checked`);

function say(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function address(color, view) {
  return form.dataset.pictures.replace("COLOR", color).replace("VIEW", view);
}

function showPicture(link) {
  thumbs.forEach((thumb) => thumb.toggleAttribute("aria-current", thumb === link));
  link.setAttribute("aria-current", "true");
  picture.src = link.href;
  picture.alt = `${name}, ${link.dataset.words}`;
}

function variantChanged() {
  const color = chosen("color");
  const size = chosen("size");
  const query = new URLSearchParams();
  for (const field of [color, size]) {
    if (!field) continue;
    query.set(field.name, field.value);
    document.querySelector(`[data-chosen=${field.name}]`).textContent = field.dataset.name;
  }
  if (size) {
    const cents = Number(size.dataset.cents);
    document.querySelector("#price").textContent = (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
  }
  for (const option of form.querySelectorAll("[name=size]")) {
    option.closest("label").classList.toggle("gone", soldOut.includes(`${color?.value} ${option.value}`));
  }
  const gone = color && soldOut.includes([color.value, size?.value].filter(Boolean).join(" "));
  say(gone ? "That combination is sold out. Please choose another color or size." : "");
  const text = query.toString();
  history.replaceState({}, "", location.pathname + (text ? `?${text}` : ""));
}

function colorChanged(color) {
  for (const thumb of thumbs) {
    thumb.href = address(color, thumb.dataset.view);
    thumb.querySelector("img").src = thumb.href;
  }
  showPicture(thumbs.find((thumb) => thumb.hasAttribute("aria-current")) ?? thumbs[0]);
}

async function addToCart(event) {
  event.preventDefault();
  for (const field of ["color", "size"]) {
    const first = form.querySelector(`[name=${field}]`);
    if (!first || first.type === "hidden" || chosen(field)) continue;
    const label = first.closest("fieldset").querySelector("legend").firstChild.textContent.replace(":", "").trim();
    say(`Please choose a ${label.toLowerCase()}.`);
    first.focus();
    return;
  }
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
  });
  const body = await answer.json();
  say(body.problem ?? "");
  if (body.problem) return;
  document.querySelector("[data-cart-count]").textContent = body.count;
  document.querySelector("[data-added]").textContent = body.choice;
  document.querySelector("#added").showModal();
}

function startTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
    }
  };
  for (const [place, tab] of tabs.entries()) {
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(place + step + tabs.length) % tabs.length];
      select(next);
      next.focus();
    });
  }
  tabs[0].parentElement.hidden = false;
  select(tabs[0]);
}

form.addEventListener("change", (event) => {
  if (event.target.name === "color") colorChanged(event.target.value);
  if (event.target.type === "radio") variantChanged();
});
form.addEventListener("submit", addToCart);
for (const thumb of thumbs) {
  thumb.addEventListener("click", (event) => {
    event.preventDefault();
    showPicture(thumb);
  });
}
for (const link of document.querySelectorAll("[data-open]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(link.dataset.open).showModal();
  });
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
document.addEventListener("size-chosen", (event) => {
  const option = [...form.querySelectorAll("[name=size]")].find((field) => field.value === event.detail);
  option.click();
  option.focus();
});
startTabs();
