import { empty, invalid, json, jsonBody, list, notFound, refusal, shared } from "../answers.ts";
import type { Descriptions } from "../describe.ts";
import { parameters } from "../parameters.ts";
import { Namespace, NewNamespace } from "../schemas/common.ts";

const READ_HEADERS = ["X-Cache", "Age", "Server-Timing?", "Warning?"];
const TEAM_A = { name: "team-a" };
const NOT_A_NAMESPACE = 'the body is not a namespace: it has "url" but no name; send {"name":"..."}';
const BAD_NAME = "resource is invalid: namespace name cannot contain spaces or special characters";

export const NAMESPACE_OPERATIONS: Descriptions = {
  "GET /api/core/v2/namespaces": {
    id: "listNamespaces",
    tag: "Namespaces",
    text: "The namespaces in which the caller holds any grant, in byte order; none is an empty list.",
    parameters: parameters("limit", "continueAfterName", "cacheControl"),
    answers: {
      200: list("A page of namespaces.", Namespace, [{ name: "default" }, TEAM_A], {
        headers: [...READ_HEADERS, "Sensu-Continue?"],
      }),
      400: invalid("invalid continue token: send the Sensu-Continue header of the page before, unchanged"),
      503: shared("Unavailable"),
    },
  },
  "POST /api/core/v2/namespaces": {
    id: "createNamespace",
    tag: "Namespaces",
    text: "Creates a namespace; one that is there is 409.",
    parameters: parameters("reason", "reasonHeader"),
    body: jsonBody("Its name.", NewNamespace, { team: { summary: "A namespace for a team", value: TEAM_A } }),
    answers: {
      201: empty("Created.", { headers: ["Location"] }),
      400: invalid(BAD_NAME, "resource is invalid: namespace name cannot be empty", NOT_A_NAMESPACE),
      409: refusal("There is a namespace of this name.", 3, ["resource already exists"]),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "GET /api/core/v2/namespaces/:namespace": {
    id: "getNamespace",
    tag: "Namespaces",
    text: "Whether a namespace exists; that is all there is to know of one.",
    parameters: parameters("cacheControl"),
    answers: {
      200: json("It exists.", Namespace, { name: "default" }, { headers: READ_HEADERS }),
      400: invalid("invalid URL escape in the path at namespace"),
      404: notFound("There is no such namespace."),
      503: shared("Unavailable"),
    },
  },
  "PUT /api/core/v2/namespaces/:namespace": {
    id: "ensureNamespace",
    tag: "Namespaces",
    text: "Creates the namespace unless it is there; it has nothing to replace.",
    path: { namespace: "team-a" },
    parameters: parameters("reason", "reasonHeader"),
    body: jsonBody("Its name, or an empty object.", NewNamespace, {
      bare: { summary: "The URL says which", value: {} },
      named: { summary: "With its name", value: TEAM_A },
    }),
    answers: {
      201: empty("It exists now."),
      400: invalid(
        BAD_NAME,
        "the name of the resource (team-b) does not match the name of the URI (team-a)",
        NOT_A_NAMESPACE,
      ),
      413: shared("TooLarge"),
      503: shared("Unavailable"),
    },
  },
  "DELETE /api/core/v2/namespaces/:namespace": {
    id: "deleteNamespace",
    tag: "Namespaces",
    text: "Deletes a namespace that holds no assets.",
    path: { namespace: "team-a" },
    parameters: parameters("reason", "reasonHeader"),
    answers: {
      204: empty("Deleted."),
      400: invalid("resource is invalid: namespace is not empty"),
      404: notFound("There is no such namespace."),
      503: shared("Unavailable"),
    },
  },
};
