// Asks the browser for a passkey: to make one (data-passkey="create"), or to show one ("get"), and
// sends its answer as an ordinary form. Without it the button is not shown, and the page offers
// the code instead, which needs no script.
const form = document.querySelector("form[data-passkey]");
if (form) offer(form);

function offer(form) {
  const said = form.querySelector("[data-passkey-said]");
  form.querySelector("[data-passkey-without]").remove();
  if (!window.PublicKeyCredential) {
    said.textContent = said.dataset.none;
    return;
  }
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  form.querySelector("[data-passkey-act]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      form.elements.credential.value = JSON.stringify(await answer(form.dataset.passkey, options));
      form.submit();
    } catch {
      // Stopped by the person, timed out, no such key, or made already.
      said.textContent = said.dataset.failed;
    }
  });
}

async function answer(kind, { publicKey }) {
  const request = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (kind === "create") {
    request.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
    request.excludeCredentials = descriptors(publicKey.excludeCredentials);
    return readable(await navigator.credentials.create({ publicKey: request }));
  }
  request.allowCredentials = descriptors(publicKey.allowCredentials);
  return readable(await navigator.credentials.get({ publicKey: request }));
}

function descriptors(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

// What the server reads: every buffer as base64url, as WebAuthn's own JSON form has it.
function readable(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bytes(base64url) {
  const raw = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const raw = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
