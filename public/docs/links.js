// Links to one operation: `#operationId` opens it, and an operation that is opened is in the address.

/**
 * Follows the address now and whenever it changes.
 * @param {() => void} clearFilter
 */
export function followLinks(clearFilter) {
  const follow = () => open(decodeURIComponent(location.hash.slice(1)), clearFilter);
  addEventListener("hashchange", follow);
  // A link to where the address already points changes nothing in it, and yet is to open what it names.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link !== null && link.hash !== "" && link.href === location.href) follow();
  });
  // A toggle does not bubble.
  document.addEventListener("toggle", ({ target }) => keepAddress(target), { capture: true });
  follow();
}

/**
 * The address names the operation that was opened last, and nothing once that is closed.
 * @param {EventTarget | null} target what was opened or closed
 */
function keepAddress(target) {
  if (!(target instanceof HTMLDetailsElement) || !target.classList.contains("operation")) return;
  const address = `#${encodeURIComponent(target.id)}`;
  if (target.open) history.replaceState(null, "", address);
  else if (location.hash === address) history.replaceState(null, "", location.pathname);
  markCurrent(decodeURIComponent(location.hash.slice(1)));
}

/**
 * @param {string} id
 * @param {() => void} clearFilter
 */
function open(id, clearFilter) {
  const target = document.getElementById(id);
  if (!(target instanceof HTMLDetailsElement)) return;
  if (target.hidden) clearFilter();
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary")?.focus({ preventScroll: true });
  markCurrent(id);
}

/** @param {string} id */
function markCurrent(id) {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
