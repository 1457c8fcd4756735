// Links to one operation: `#operationId` opens it.

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
  follow();
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
  for (const link of document.querySelectorAll("nav a")) {
    const current = link.getAttribute("href") === `#${id}`;
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
