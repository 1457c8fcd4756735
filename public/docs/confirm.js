import { code, element } from "./element.js";

/**
 * Asks before something is deleted; Escape is a no.
 * @param {string} target what it is, as a path
 * @returns {Promise<boolean>}
 */
export function confirmed(target) {
  const dialog = element(
    "dialog",
    { "aria-label": "Delete?" },
    element("p", {}, "Delete ", code(target), "?"),
    element(
      "div",
      { class: "sending" },
      element(
        "button",
        { type: "button", class: "danger", onclick: () => dialog.close("yes") },
        "Yes, delete",
      ),
      element("button", { type: "button", onclick: () => dialog.close() }, "Keep it"),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answered(dialog.returnValue === "yes");
    });
  });
}
