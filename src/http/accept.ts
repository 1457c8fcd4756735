/** Whether a client would rather have HTML than JSON. Browsers name `text/html`; other clients name any type or none. */
export function prefersHtml(accept: string): boolean {
  return quality(accept, "text/html") > quality(accept, "application/json");
}

/** The weight that an Accept header gives to exactly this type (RFC 9110 §12.5.1); 0 where it is not named. */
function quality(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
