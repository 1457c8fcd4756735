import type { Access } from "../context.ts";
import type { Operation } from "./operation.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A row of the route table. From it follow the guard, HEAD, 405 with `Allow`, and the documents. */
export interface Route<S> {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  readonly operation: Operation<S>;
}

const row =
  (method: Method) =>
  <S>(path: string, access: Access, operation: Operation<S>): Route<S> => ({
    method,
    path,
    access,
    operation,
  });

export const get = row("GET");
export const post = row("POST");
export const put = row("PUT");
export const patch = row("PATCH");
export const del = row("DELETE");
