/** An OpenAPI document with what ours has not: shapes to get lost in, and texts that would like to be markup. */
const EVIL = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;

export const STRANGE_DOCUMENT = {
  openapi: "3.1.1",
  info: {
    title: `Strange ${EVIL}`,
    version: EVIL,
    description: `${EVIL}

Lists:
- one with [a script](javascript:window.hit=1)
- two with [a page of another host](http://elsewhere.example/) and [one of this](/version)

\`\`\`
${EVIL}
\`\`\``,
  },
  tags: [{ name: EVIL, description: EVIL }],
  paths: {
    "/strange/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" }, example: "a/b c" }],
      post: {
        operationId: "strange",
        tags: [EVIL],
        summary: EVIL,
        description: EVIL,
        parameters: [
          { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
          { name: "fresh", in: "query", schema: { type: "boolean" } },
        ],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Tree" } } },
        },
        responses: {
          "200": { $ref: "#/components/responses/Shape" },
          "4XX": { description: EVIL },
          default: { $ref: "#/components/responses/Absent" },
        },
      },
    },
  },
  components: {
    responses: {
      Shape: {
        description: "One of two.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Shape" } } },
      },
    },
    schemas: {
      Tree: {
        type: "object",
        required: ["label"],
        additionalProperties: false,
        properties: {
          label: { type: "string", minLength: 1, description: EVIL, examples: ["oak"] },
          colour: { enum: ["green", "brown", null], default: "green" },
          children: { type: "array", maxItems: 9, items: { $ref: "#/components/schemas/Tree" } },
          itself: { $ref: "#/components/schemas/Circle" },
        },
      },
      Circle: { $ref: "#/components/schemas/Circle" },
      Shape: {
        oneOf: [
          { type: "object", properties: { radius: { type: "number", exclusiveMinimum: 0 } } },
          { allOf: [{ $ref: "#/components/schemas/Tree" }, { type: "object", properties: { extra: true } }] },
          { type: ["string", "null"] },
        ],
      },
    },
  },
};
