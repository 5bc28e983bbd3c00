// Passkeys: asks the authenticator, puts its answer into the form and sends it. Where the browser knows no passkeys the
// form stays hidden, and the other ways in remain.
(() => {
  "use strict";

  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = async (form) => {
    const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const options = await answer.json();
    options.challenge = bytes(options.challenge);
    if (form.dataset.passkey === "create") {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = known(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    options.allowCredentials = known(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  };

  const plain = (credential) => {
    const { response } = credential;
    const told = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      told.attestationObject = text(response.attestationObject);
      told.transports = response.getTransports ? response.getTransports() : [];
    } else {
      told.authenticatorData = text(response.authenticatorData);
      told.signature = text(response.signature);
      told.userHandle = response.userHandle ? text(response.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: told,
      clientExtensionResults: {},
    });
  };

  const say = (form, error) => {
    const place = form.querySelector("[data-message]");
    const sentences = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
    place.textContent = place.dataset[sentences[error.name]] || place.dataset.failed;
    place.hidden = false;
  };

  const begin = (form) => {
    form.hidden = false;
    form.dataset.ready = "";
    const answer = form.querySelector("[data-credential]");
    const button = form.querySelector("button");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.querySelector("[data-message]").hidden = true;
      button.disabled = true;
      ask(form)
        .then((credential) => {
          answer.value = plain(credential);
          form.submit();
        })
        .catch((error) => say(form, error))
        .finally(() => {
          button.disabled = false;
        });
    });
  };

  const beginAll = () => document.querySelectorAll("form[data-passkey]:not([data-ready])").forEach(begin);
  document.addEventListener("desk:shown", beginAll);
  beginAll();
})();
