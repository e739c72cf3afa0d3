/**
 * Names of the keys that more than one part of the program touches. Everything begins with
 * `{prefix}`: one hash tag, so that a script may touch all of it on a Redis Cluster.
 */
export function rootKey(prefix: string): string {
  return `{${prefix}}`;
}

/** HASH, there while no credential can serve: closed by credentials/, read by queue/. */
export function gateKey(prefix: string): string {
  return `${rootKey(prefix)}:gate`;
}
