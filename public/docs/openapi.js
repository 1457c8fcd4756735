// The parts of an OpenAPI 3.1 document that the page shows, and how its references are followed.

/**
 * @typedef {object} SchemaObject
 * @property {string} [$ref]
 * @property {string} [title]
 * @property {string} [description]
 * @property {string | string[]} [type]
 * @property {string} [format]
 * @property {unknown} [const]
 * @property {unknown[]} [enum]
 * @property {unknown} [default]
 * @property {unknown} [example]
 * @property {unknown[]} [examples]
 * @property {Record<string, Schema>} [properties]
 * @property {Record<string, Schema>} [patternProperties]
 * @property {Schema} [additionalProperties]
 * @property {Schema} [propertyNames]
 * @property {string[]} [required]
 * @property {Schema} [items]
 * @property {Schema[]} [prefixItems]
 * @property {Schema[]} [oneOf]
 * @property {Schema[]} [anyOf]
 * @property {Schema[]} [allOf]
 * @property {Schema} [not]
 * @property {string} [pattern]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [exclusiveMaximum]
 * @property {number} [multipleOf]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {number} [minProperties]
 * @property {number} [maxProperties]
 * @property {boolean} [uniqueItems]
 * @property {boolean} [readOnly]
 * @property {boolean} [writeOnly]
 * @property {boolean} [deprecated]
 */

/** @typedef {SchemaObject | boolean} Schema */

/** @typedef {{ $ref?: string, summary?: string, description?: string, value?: unknown }} Example */

/** @typedef {{ schema?: Schema, example?: unknown, examples?: Record<string, Example> }} Media */

/** @typedef {Record<string, Media>} Content by media type */

/**
 * @typedef {object} Parameter
 * @property {string} [$ref]
 * @property {string} name
 * @property {"path" | "query" | "header" | "cookie"} in
 * @property {string} [description]
 * @property {boolean} [required]
 * @property {boolean} [deprecated]
 * @property {boolean} [explode]
 * @property {Schema} [schema]
 * @property {Content} [content]
 * @property {unknown} [example]
 * @property {Record<string, Example>} [examples]
 */

/** @typedef {{ $ref?: string, description?: string, required?: boolean, content?: Content }} RequestBody */

/** @typedef {Omit<Parameter, "name" | "in">} Header */

/** @typedef {{ $ref?: string, description?: string, headers?: Record<string, Header>, content?: Content }} DescribedResponse */

/** @typedef {Record<string, string[]>} Requirement scheme name -> roles */

/**
 * @typedef {object} Operation
 * @property {string} [operationId]
 * @property {string} [summary]
 * @property {string} [description]
 * @property {string[]} [tags]
 * @property {boolean} [deprecated]
 * @property {Parameter[]} [parameters]
 * @property {RequestBody} [requestBody]
 * @property {Record<string, DescribedResponse>} [responses] by status
 * @property {Requirement[]} [security]
 */

/** @typedef {Record<string, Operation | undefined> & { parameters?: Parameter[] }} PathItem by method */

/** @typedef {{ $ref?: string, type: string, scheme?: string, description?: string }} SecurityScheme */

/**
 * @typedef {object} OpenApi
 * @property {string} openapi
 * @property {{ title: string, version: string, summary?: string, description?: string, license?: { name: string } }} info
 * @property {{ url: string, description?: string }[]} [servers]
 * @property {{ name: string, description?: string }[]} [tags]
 * @property {string[]} [x-start-here] operations by their ids, for people who are new here
 * @property {Requirement[]} [security]
 * @property {Record<string, PathItem>} [paths]
 * @property {{ securitySchemes?: Record<string, SecurityScheme> }} [components]
 */

/**
 * What a reference leads to, with what stands beside it on top. A reference that leads nowhere or back to itself is an
 * empty thing, so that one slip in the document does not cost the reader the page.
 * @template {{ $ref?: string }} Thing
 * @param {OpenApi} api
 * @param {Thing} thing
 * @returns {Thing}
 */
export function followed(api, thing) {
  const seen = new Set();
  let current = thing;
  while (current.$ref !== undefined && !seen.has(current.$ref)) {
    seen.add(current.$ref);
    const { $ref, ...beside } = current;
    current = /** @type {Thing} */ ({ ...pointedAt(api, $ref), ...beside });
  }
  return current;
}

/**
 * The name a reference ends in: `Asset` of `#/components/schemas/Asset`.
 * @param {string} reference
 */
export function nameOf(reference) {
  return unescaped(reference.slice(reference.lastIndexOf("/") + 1));
}

/**
 * @param {OpenApi} api
 * @param {string} reference `#` and a JSON pointer (RFC 6901)
 * @returns {object}
 */
function pointedAt(api, reference) {
  /** @type {unknown} */
  let found = api;
  for (const part of reference.replace(/^#\/?/, "").split("/")) {
    const step = unescaped(part);
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return {};
    found = /** @type {Record<string, unknown>} */ (found)[step];
  }
  return typeof found === "object" && found !== null ? found : {};
}

/** @param {string} part of a JSON pointer in a URL fragment */
function unescaped(part) {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}
