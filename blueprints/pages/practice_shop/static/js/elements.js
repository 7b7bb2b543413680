// The shop's own elements. The fit finder and the rating live in open shadow roots, the heart in a closed one.
const STYLE = new URL("../css/elements.css", import.meta.url).href;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// A shadow root sees nothing of the page's styles, and the policy allows no inline ones.
function open(host, mode, ...children) {
  const root = host.attachShadow({ mode });
  root.append(make("link", { rel: "stylesheet", href: STYLE }), ...children);
  return root;
}

function choices(label, names, onChoose) {
  const row = make("div", { className: "row" });
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", label);
  for (const name of names) {
    const button = make("button", { type: "button", textContent: name });
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      for (const other of row.children) other.setAttribute("aria-pressed", String(other === button));
      onChoose(name);
    });
    row.append(button);
  }
  return row;
}

const WEARS = ["Snug", "Regular", "Roomy"];

class FitFinder extends HTMLElement {
  connectedCallback() {
    const sizes = this.getAttribute("sizes").split("|");
    const option = this.getAttribute("option").toLowerCase();
    let usual = "";
    let wear = "Regular";
    const answer = make("div", { hidden: true });
    answer.setAttribute("role", "status");
    const wears = choices("How do you like it to fit?", WEARS, (name) => { wear = name; });
    wears.children[1].setAttribute("aria-pressed", "true");
    const ask = make("button", { type: "button", className: "main", textContent: `Recommend my ${option}` });
    ask.addEventListener("click", () => {
      answer.hidden = false;
      if (!usual) {
        answer.replaceChildren(make("p", { textContent: `First tell us the ${option} you usually wear.` }));
        return;
      }
      const best = this.recommend(sizes, usual, wear);
      const take = make("button", { type: "button", textContent: `Choose ${best}` });
      take.addEventListener("click", () => {
        this.dispatchEvent(new CustomEvent("size-chosen", { detail: best, bubbles: true, composed: true }));
      });
      answer.replaceChildren(make("p", {}, "We would take ", make("strong", { textContent: best }), " for you."), take);
    });
    open(this, "open", make("div", { className: "box" },
      make("h2", { textContent: "Fit finder" }),
      make("p", { textContent: `The ${option} you usually wear` }),
      choices(`The ${option} you usually wear`, sizes, (name) => { usual = name; }),
      make("p", { textContent: "How do you like it to fit?" }), wears, ask, answer));
  }

  // One step up for a product that runs small or a roomy wear, one down for the opposite.
  recommend(sizes, usual, wear) {
    const step = WEARS.indexOf(wear) - 1 - Number(this.getAttribute("fit"));
    const petite = usual.startsWith("Petite");
    const ladder = sizes.filter((size) => size.startsWith("Petite") === petite);
    return ladder[Math.min(Math.max(ladder.indexOf(usual) + Math.sign(step), 0), ladder.length - 1)];
  }
}

class Rating extends HTMLElement {
  connectedCallback() {
    const key = `quillmere-stars-${this.getAttribute("product")}`;
    const thanks = make("p");
    thanks.setAttribute("role", "status");
    const row = make("div", { className: "row" });
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Your rating");
    const show = (given) => {
      [...row.children].forEach((star, place) => {
        star.textContent = place < given ? "★" : "☆";
        star.setAttribute("aria-pressed", String(place + 1 === given));
      });
      thanks.textContent = given ? `Thank you! You gave ${given} of 5 stars.` : "Own it? Tell others with one click.";
    };
    for (let stars = 1; stars <= 5; stars += 1) {
      const star = make("button", { type: "button", className: "star" });
      star.setAttribute("aria-label", stars === 1 ? "1 star" : `${stars} stars`);
      star.addEventListener("click", () => {
        localStorage.setItem(key, String(stars));
        show(stars);
      });
      row.append(star);
    }
    show(Number(localStorage.getItem(key)));
    open(this, "open", make("div", { className: "box" }, make("h2", { textContent: "Rate this product" }), row, thanks));
  }
}

class Heart extends HTMLElement {
  connectedCallback() {
    const key = `quillmere-saved-${this.getAttribute("product")}`;
    const button = make("button", { type: "button" });
    const show = () => {
      const saved = localStorage.getItem(key) === "1";
      button.textContent = saved ? "♥ Saved" : "♡ Save";
      button.setAttribute("aria-pressed", String(saved));
    };
    button.addEventListener("click", () => {
      if (localStorage.getItem(key) === "1") localStorage.removeItem(key);
      else localStorage.setItem(key, "1");
      show();
    });
    show();
    open(this, "closed", button);
  }
}

customElements.define("quill-fit-finder", FitFinder);
customElements.define("quill-rating", Rating);
customElements.define("quill-heart", Heart);
