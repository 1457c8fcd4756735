// What a page must keep to whatever it shows: run inside the browser, so these functions close over nothing.

/** Texts whose contrast with what lies behind them is below WCAG's 4.5:1, as `ratio text`. */
export function faintTexts(): string[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  // There are tens of thousands of texts, few elements that they lie in, and fewer colours.
  const backgrounds = new Map<Element | null, string>([[null, "rgb(255, 255, 255)"]]);
  const behind = (element: Element | null): string => {
    const known = backgrounds.get(element);
    if (known !== undefined || element === null) return known ?? "";
    const own = getComputedStyle(element).backgroundColor;
    const colour = channels(own)[3] === 0 ? behind(element.parentElement) : own;
    backgrounds.set(element, colour);
    return colour;
  };
  const ratios = new Map<string, number>();
  const ratio = (one: string, other: string) => {
    const pair = `${one} on ${other}`;
    const known = ratios.get(pair);
    if (known !== undefined) return known;
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    const found = (light + 0.05) / (dark + 0.05);
    ratios.set(pair, found);
    return found;
  };
  const found: string[] = [];
  for (const element of document.querySelectorAll("body *")) {
    const says = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && /\S/.test(node.textContent ?? ""),
    );
    const typed = element.matches("input, textarea, select");
    if ((!says && !typed) || !element.checkVisibility() || element.tagName === "NOSCRIPT") continue;
    const colours = [getComputedStyle(element).color];
    if (typed) colours.push(getComputedStyle(element, "::placeholder").color);
    for (const colour of colours) {
      const contrast = ratio(colour, behind(element));
      if (contrast < 4.5)
        found.push(`${contrast.toFixed(2)} ${element.tagName} ${element.textContent.slice(0, 40)}`);
    }
  }
  return found;
}

/** What someone who does not see the page would miss: labels, names, levels of headings, unique ids. */
export function unsaid(): string[] {
  const found: string[] = [];
  // `field.labels` walks through the whole page for each field.
  const labels = new Map<Element | null, number>();
  for (const { control } of document.querySelectorAll("label"))
    labels.set(control, (labels.get(control) ?? 0) + 1);
  for (const field of document.querySelectorAll("input, select, textarea")) {
    if (labels.get(field) !== 1) found.push(`${field.id || field.outerHTML} has not one label`);
  }
  for (const button of document.querySelectorAll("button, summary, a")) {
    if (button.textContent.trim() === "") found.push(`a ${button.tagName} without a name`);
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName.slice(1));
    if (next > level + 1)
      found.push(`${heading.tagName} ${heading.textContent} follows a heading of level ${level}`);
    level = next;
  }
  const ids = new Set<string>();
  for (const { id } of document.querySelectorAll("[id]")) {
    if (ids.has(id)) found.push(`#${id} twice`);
    ids.add(id);
  }
  return found;
}

/** By how many pixels the page is wider than the window. */
export function overflow(): number {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}

/** Everything a page can keep a secret in. */
export function kept(): string {
  return JSON.stringify([
    Object.entries(localStorage),
    Object.entries(sessionStorage),
    document.cookie,
    location.href,
    history.state,
    document.documentElement.outerHTML,
  ]);
}
