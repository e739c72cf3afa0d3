import type { Channel, Guild, Interaction, SandboxMessage } from './entities.ts';

/** What has happened in the sandbox. */
export type Happening =
  | { readonly kind: 'guild-joined'; readonly guild: Guild }
  | { readonly kind: 'channel-created'; readonly channel: Channel }
  | { readonly kind: 'message-created'; readonly message: SandboxMessage }
  | { readonly kind: 'message-edited'; readonly message: SandboxMessage }
  | { readonly kind: 'message-deleted'; readonly message: SandboxMessage }
  | {
      readonly kind: 'interaction-created' | 'interaction-acknowledged';
      readonly interaction: Interaction;
    }
  /** Nothing for the gateway, but somebody may be waiting for it. */
  | { readonly kind: 'noted' };

type Listener = (happening: Happening) => void;

/** Tells the gateway, and whoever waits, what has happened. */
export class Happenings {
  readonly #listeners = new Set<Listener>();

  /** Returns the way to stop listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(happening: Happening): void {
    for (const listener of this.#listeners) listener(happening);
  }

  note(): void {
    this.tell({ kind: 'noted' });
  }
}
