// The checks of the server, said earlier: when a field is left, and before the order is sent.
const form = document.querySelector("#checkout");
const value = (name) => form.elements[name].value.trim();

function luhn(digits) {
  return [...digits].reverse().reduce((sum, digit, place) => {
    const doubled = Number(digit) * (place % 2 ? 2 : 1);
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0) % 10 === 0;
}

function expired(text) {
  const match = /^(0[1-9]|1[0-2])\s*\/\s*(?:20)?(\d{2})$/.exec(text);
  if (!match) return "Please enter the expiry date as MM/YY.";
  const lastDay = new Date(2000 + Number(match[2]), Number(match[1]), 0, 23, 59);
  return lastDay < new Date() ? "This card has expired." : "";
}

const needed = (name, what) => () => (value(name) ? "" : `Please enter ${what}.`);
const shaped = (name, pattern, text) => () => (pattern.test(value(name)) ? "" : text);

const CHECKS = {
  email: shaped("email", /^[^@\s]+@[^@\s]+\.[^@\s]+$/, "Please enter an e-mail address such as name@example.com."),
  password: () => (!value("password") || value("password").length >= 8 ? "" : "Please use at least 8 characters, or leave it empty."),
  name: needed("name", "your name"),
  street: needed("street", "your street address"),
  city: needed("city", "your city"),
  state: () => (value("state") ? "" : "Please choose your state."),
  zip: shaped("zip", /^\d{5}(-\d{4})?$/, "Please enter a ZIP code of five digits."),
  phone: shaped("phone", /^\+?[0-9 ().-]{10,20}$/, "Please enter a phone number with area code."),
  store: () => (value("shipping") === "pickup" && !value("store") ? "Please choose the store you want to pick your order up from." : ""),
  card_number: () => {
    const digits = value("card_number").replace(/[\s.-]/g, "");
    return /^\d{13,19}$/.test(digits) && luhn(digits) ? "" : "That card number does not look right. Please check the digits.";
  },
  card_expiry: () => expired(value("card_expiry")),
  card_cvc: shaped("card_cvc", /^\d{3,4}$/, "Please enter the 3 or 4 digits from your card."),
};

function check(name) {
  const text = CHECKS[name]();
  document.getElementById(`${name}-problem`).textContent = text;
  form.elements[name].setAttribute("aria-invalid", String(Boolean(text)));
  return !text;
}

function shippingChanged() {
  const way = form.querySelector("[name=shipping]:checked");
  document.querySelector("[data-sum=shipping]").textContent = way.dataset.shipping;
  document.querySelector("[data-sum=total]").textContent = way.dataset.total;
  document.querySelector("#store").parentElement.hidden = way.value !== "pickup";
}

form.addEventListener("focusout", (event) => {
  // An empty field somebody is only passing through is not a mistake yet.
  if (event.target.name in CHECKS && event.target.value) check(event.target.name);
});
form.addEventListener("change", (event) => {
  if (event.target.name === "shipping") shippingChanged();
});
form.elements.card_number.addEventListener("input", (event) => {
  const digits = event.target.value.replace(/\D/g, "").slice(0, 19);
  event.target.value = digits.replace(/(.{4})(?=.)/g, "$1 ");
});
form.addEventListener("submit", (event) => {
  const wrong = Object.keys(CHECKS).filter((name) => !check(name));
  if (wrong.length === 0) return;
  event.preventDefault();
  form.elements[wrong[0]].focus();
});
shippingChanged();
document.querySelector("#sum-of-errors")?.focus();
