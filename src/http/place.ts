/** The asset a path names; a path of no such parameter names the empty one. */
export function placeOf({ params }: { readonly params: Readonly<Record<string, string>> }) {
  const { namespace = "", name = "" } = params;
  return { namespace, name };
}
