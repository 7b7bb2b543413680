// Passkeys: adding one, signing in with one, showing again who one is. The server makes the challenge, the device
// answers it, and the server checks the answer.

const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function toBase64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withIds = (list) => (list ?? []).map((one) => ({ ...one, id: fromBase64url(one.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: fromBase64url(options.challenge),
      user: { ...options.user, id: fromBase64url(options.user.id) },
      excludeCredentials: withIds(options.excludeCredentials),
    },
  });
  return JSON.stringify({
    id: made.id,
    rawId: toBase64url(made.rawId),
    type: made.type,
    extensions: JSON.stringify(made.getClientExtensionResults()),
    response: {
      attestationObject: toBase64url(made.response.attestationObject),
      clientDataJSON: toBase64url(made.response.clientDataJSON),
      transports: made.response.getTransports?.() ?? [],
    },
  });
}

async function get(options) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: fromBase64url(options.challenge),
      allowCredentials: withIds(options.allowCredentials),
    },
  });
  const handle = shown.response.userHandle;
  return JSON.stringify({
    id: shown.id,
    rawId: toBase64url(shown.rawId),
    type: shown.type,
    response: {
      authenticatorData: toBase64url(shown.response.authenticatorData),
      clientDataJSON: toBase64url(shown.response.clientDataJSON),
      signature: toBase64url(shown.response.signature),
      userHandle: handle ? toBase64url(handle) : null,
    },
  });
}

// `url` may carry a query, which stays; the second step has the state in its path.
async function post(url, body, state = "") {
  const address = new URL(url, location.href);
  if (state) address.pathname += `/${state}`;
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (answer.ok) return said;
  if (said.error.code === "sign_in_again") location.reload(); // the page itself leads to where one shows who one is
  throw new Error(said.error.message);
}

const KINDS = {
  async register(place) {
    const csrf_token = place.elements.csrf_token.value;
    const wanted = { name: place.elements.name.value, usage: "first", csrf_token };
    const begun = await post(place.dataset.url, wanted);
    const credential = await create(begun.credential_options);
    await post(place.dataset.url, { credential, csrf_token }, begun.wan_state);
    return location.href;
  },
  async "sign-in"(place) {
    const remember = document.querySelector("#remember")?.checked ?? false;
    const begun = await post(place.dataset.url, { remember });
    const credential = await get(begun.credential_options);
    const done = await post(place.dataset.url, { credential, remember: begun.remember ? "yes" : "" }, begun.wan_state);
    return done.post_login_url;
  },
  async verify(place) {
    const csrf_token = document.querySelector("[name=csrf_token]").value;
    const begun = await post(place.dataset.url, { csrf_token });
    const credential = await get(begun.credential_options);
    await post(place.dataset.url, { credential, csrf_token }, begun.wan_state);
    return place.dataset.next || "/account";
  },
};

const WORDS = {
  NotAllowedError: "It was cancelled, or took too long. Nothing has changed; try again.",
  InvalidStateError: "This device has a passkey for your account already.",
  SecurityError: "Passkeys need a site with a name. On your own machine open http://localhost instead of http://127.0.0.1.",
};

async function run(place, button) {
  const problem = place.querySelector(".problem");
  problem.hidden = true;
  button.disabled = true;
  try {
    const address = new URL(await KINDS[place.dataset.passkey](place), location.href);
    // Nobody is led to another site by an address that somebody has sent them.
    location.assign(address.origin === location.origin ? address : "/");
  } catch (error) {
    problem.textContent = WORDS[error.name] ?? error.message;
    problem.hidden = false;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    place.hidden = false;
    if (place instanceof HTMLFormElement) {
      place.addEventListener("submit", (event) => {
        event.preventDefault();
        run(place, button);
      });
    } else {
      button.addEventListener("click", () => run(place, button));
    }
  }
}
