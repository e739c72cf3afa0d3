/** Every sentence that the program itself says in a chat. One file a language implements it. */
export interface Words {
  /** The queue is full; nothing was stored. */
  readonly busy: string;
  /** Too many requests in a minute. */
  readonly tooFast: (seconds: number) => string;
  /** The day's budget of this person is used up; the day ends at midnight, UTC. */
  readonly budgetUsed: (hours: number) => string;
  /** No credential can serve; the prompt is kept. */
  readonly waitingForSignIn: string;
  /** A prompt has waited over 10 s; this message becomes the answer. */
  readonly stillWaiting: string;
  /** The whole text of a message whose answer was stopped before its first word. */
  readonly stoppedBeforeStart: string;
  /** Appended to what had come when it was stopped. */
  readonly stopped: string;
  /** Below an answer: the pages that it was made from, as links. */
  readonly sources: (links: string) => string;
  /** Appended to an answer that Grok ended at the longest it may write. */
  readonly cut: string;
  /** To who stopped it. */
  readonly stopping: string;
  readonly nothingToStop: string;
  readonly reset: string;
  readonly help: string;
  readonly unknownCommand: (name: string) => string;
  readonly emptyPrompt: string;
  /** The message is longer than we take; nothing was stored. */
  readonly tooLong: (maxChars: number) => string;

  readonly quota: string;
  readonly entitlement: string;
  readonly notAvailable: string;
  readonly declined: string;
  readonly contextTooLong: string;
  /** `reference` finds the log line. */
  readonly failed: (reference: string) => string;
  readonly deadline: (reference: string) => string;
  readonly interrupted: (reference: string) => string;

  /** To a stranger in a private chat. */
  readonly pairing: (code: string) => string;
  /** To the owner, when a stranger asks. */
  readonly pairingAsked: (name: string, code: string) => string;
  readonly claimed: string;
  readonly pairingApproved: string;
  readonly pairingUnknown: string;
  readonly ownersOnly: string;

  /** Owner notices about the credential. */
  readonly ownerSignIn: (credential: string, reason: string) => string;
  readonly ownerAmbiguous: (credential: string, deadline: string) => string;
  readonly ownerRecovered: (credential: string) => string;
  /** The API key, or the account's right to a model, is refused. */
  readonly ownerCredentialOut: (credential: string, reason: string) => string;
  readonly ownerModelRefused: (model: string, reason: string) => string;
  /** Nobody has signed in yet, or nothing that has can serve. */
  readonly ownerNothingServes: string;
}
