/** What goes wrong with one field of a body, as Discord says it. */
export interface FieldError {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** An answer of the sandbox that says no, with Discord's own status and code. */
export class Refusal extends Error {
  override readonly name = 'Refusal' as const;
  readonly status: number;
  readonly code: number;
  readonly fields: readonly FieldError[];

  constructor(status: number, code: number, message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }

  body(): object {
    const { message, code } = this;
    return this.fields.length === 0 ? { message, code } : { message, errors: this.#tree(), code };
  }

  #tree(): object {
    const root: Record<string, unknown> = {};
    for (const { path, code, message } of this.fields) {
      let node = root;
      for (const key of path) {
        const next = (node[key] ??= {});
        // Every node under the root is one of these, made on the line above.
        node = next as Record<string, unknown>;
      }
      node['_errors'] = [...((node['_errors'] as unknown[] | undefined) ?? []), { code, message }];
    }
    return root;
  }
}

/** Every refusal that the sandbox knows, by what is wrong. */
export const refusals = {
  notFound: () => new Refusal(404, 0, '404: Not Found'),
  unauthorized: () => new Refusal(401, 0, '401: Unauthorized'),
  unknownChannel: () => new Refusal(404, 10_003, 'Unknown Channel'),
  unknownGuild: () => new Refusal(404, 10_004, 'Unknown Guild'),
  unknownMember: () => new Refusal(404, 10_007, 'Unknown Member'),
  unknownMessage: () => new Refusal(404, 10_008, 'Unknown Message'),
  unknownUser: () => new Refusal(404, 10_013, 'Unknown User'),
  unknownWebhook: () => new Refusal(404, 10_015, 'Unknown Webhook'),
  unknownInteraction: () => new Refusal(404, 10_062, 'Unknown interaction'),
  unknownCommand: () => new Refusal(404, 10_063, 'Unknown application command'),
  otherApplication: () =>
    new Refusal(403, 20_012, 'You are not authorized to perform this action on this application'),
  alreadyAcknowledged: () => new Refusal(400, 40_060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new Refusal(403, 50_001, 'Missing Access'),
  notInDm: () => new Refusal(403, 50_003, 'Cannot execute action on a DM channel'),
  notTheAuthor: () => new Refusal(403, 50_005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new Refusal(400, 50_006, 'Cannot send an empty message'),
  cannotDm: () => new Refusal(403, 50_007, 'Cannot send messages to this user'),
  missingPermissions: () => new Refusal(403, 50_013, 'Missing Permissions'),
  invalidWebhookToken: () => new Refusal(401, 50_027, 'Invalid Webhook Token'),
  threadExists: () =>
    new Refusal(400, 160_004, 'A thread has already been created for this message'),
  tooLarge: () => new Refusal(413, 40_005, 'Request entity too large'),
  unreadable: () => new Refusal(400, 50_109, 'The request body contains invalid JSON.'),
  invalidBody: (...fields: FieldError[]) => new Refusal(400, 50_035, 'Invalid Form Body', fields),
};
