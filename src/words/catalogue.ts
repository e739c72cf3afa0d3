/** The commands that a platform's menu may offer. */
export type MenuCommand =
  | 'ask'
  | 'search'
  | 'imagine'
  | 'retry'
  | 'undo'
  | 'reset'
  | 'stop'
  | 'model'
  | 'effort'
  | 'persona'
  | 'usage'
  | 'status'
  | 'privacy'
  | 'export'
  | 'help'
  | OwnerCommand;

type OwnerCommand = 'allow' | 'deny' | 'limits' | 'accounts' | 'login';

/** Those that take something behind their name. */
export type ArgumentCommand = Extract<
  MenuCommand,
  | 'ask'
  | 'search'
  | 'imagine'
  | 'stop'
  | 'model'
  | 'effort'
  | 'persona'
  | 'privacy'
  | 'allow'
  | 'deny'
>;

/** `ACCESS`. */
export type AccessMode = 'pairing' | 'allowlist' | 'open';

/** How a sign-in or an API key stands. */
export type AccountState =
  | 'active'
  | 'refreshing'
  | 'interrupted'
  /** The answer to its refresh was lost. */
  | 'ambiguous'
  /** The next refresh has to wait, after one that failed. */
  | 'waiting'
  | 'expired'
  /** Its token serves to its end, and there will be no other. */
  | 'at-only'
  /** Out of use, for a reason of its own. */
  | 'quarantined'
  /** Taken out by an operator. */
  | 'disabled'
  | 'unknown';

/** Why an account does not serve, or soon will not. */
export type AccountWhy =
  | 'answer-lost'
  /** Each new token is refused. */
  | 'auth-loop'
  | 'invalid-api-key'
  /** Its last token is refused. */
  | 'rejected'
  /** xAI refreshes it no more. */
  | 'refused'
  /** The last refresh came to nothing. */
  | 'refresh-failed';

/** Every sentence that the program itself says in a chat. One file a language implements it. */
export interface Words {
  /** The queue is full; nothing was stored. */
  readonly busy: string;
  /** Too many requests in a minute, of the person or in the chat. */
  readonly tooFast: (of: 'person' | 'chat' | 'all', seconds: number) => string;
  /** The day's budget of this person, chat or bot is used up; the day ends at midnight, UTC. */
  readonly budgetUsed: (of: 'person' | 'chat' | 'all', hours: number) => string;
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
  /** On buttons: a word or two. */
  readonly stopButton: string;
  readonly retryButton: string;
  readonly allowButton: string;
  readonly denyButton: string;
  readonly reset: string;
  readonly help: string;
  /** Below `help`, for owners. */
  readonly helpForOwners: string;
  readonly nothingToRetry: string;
  /** `prompt`: the beginning of what was asked. */
  readonly undone: (prompt: string) => string;
  readonly nothingToUndo: string;
  /** `list`: names that can be chosen; empty: not known. */
  readonly modelNow: (model: string, list: string) => string;
  readonly modelSet: (model: string) => string;
  readonly modelUnknown: (name: string, list: string) => string;
  readonly effortNow: (model: string, effort: string | undefined, list: string) => string;
  readonly effortSet: (effort: string) => string;
  readonly effortStandard: string;
  readonly effortUnknown: (model: string, list: string) => string;
  /** The answer was made without looking anything up. */
  readonly searchLacking: (model: string) => string;
  /** The model cannot be told how long to think. */
  readonly effortLacking: (model: string) => string;
  /** Offered while somebody types behind `/persona`; at most 100 UTF-16 units each. */
  readonly personas: readonly string[];
  readonly personaNow: (persona: string) => string;
  readonly personaNone: string;
  readonly personaSet: string;
  readonly personaOff: string;
  readonly personaTooLong: (maxChars: number) => string;
  readonly usage: (answers: number, tokens: string, cost: string) => string;
  readonly usageOfChat: (answers: number, tokens: string, cost: string) => string;
  readonly usageOfAll: (answers: number, tokens: string, cost: string) => string;
  /** The `cost` of the three above, where there is a budget. */
  readonly ofBudget: (cost: string, budget: string) => string;
  readonly statusFine: string;
  readonly statusWaiting: string;
  readonly statusFacts: (version: string, waiting: number) => string;
  readonly privacy: (exchanges: number, hasSummary: boolean, days: number) => string;
  readonly privacyForgotten: string;
  readonly exportDone: string;
  readonly exportHeading: string;
  readonly exportNothing: string;
  /** So many exchanges, the oldest, are left out. */
  readonly exportOmitted: (exchanges: number) => string;
  /** Above what Grok has condensed of the oldest questions and answers. */
  readonly exportSummary: string;
  /** Above what a person said who is not named. */
  readonly exportAsked: string;
  readonly unknownCommand: (name: string) => string;
  readonly emptyPrompt: string;
  /** To a sticker, a place on the map and the like. */
  readonly unreadable: string;
  /** The message is longer than we take; nothing was stored. */
  readonly tooLong: (maxChars: number) => string;

  /** Of the files that came with a message; nothing was stored. `name` is the file's. */
  readonly filesTooMany: (most: number) => string;
  /** Below an answer: these of the message that was replied to were too many. */
  readonly filesLeftOut: (names: readonly string[], most: number) => string;
  readonly filesTooLarge: (mostMegabytes: number) => string;
  readonly fileTooLarge: (name: string, sizes: string) => string;
  /** Part of `fileTooLarge`. */
  readonly fileSizes: (imageMegabytes: number, textKilobytes: number) => string;
  /** Neither a picture that Grok can see nor text. */
  readonly fileKind: (name: string) => string;
  /** It says that it is a picture and is not, or not a whole one. */
  readonly fileBroken: (name: string) => string;
  readonly fileNotFetched: (name: string) => string;
  /** The `name` of what was sent without one. */
  readonly unnamed: Readonly<Record<'file' | 'video' | 'audio' | 'voice' | 'videoNote', string>>;
  /** The prompt waited so long that its files are no longer kept. */
  readonly filesGone: string;
  /** The model takes no pictures. `list`: names of those that do; empty: not known. */
  readonly picturesUnseen: (model: string, list: string) => string;
  /** A picture is drawn from words; those that came with them were not looked at. */
  readonly picturesNotDrawn: string;
  /** The API refused a request with pictures in it. */
  readonly picturesRefused: string;

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
  /** To a stranger who has asked, once the owner lets them in. */
  readonly letIn: string;
  readonly claimed: string;
  readonly pairingApproved: string;
  readonly pairingUnknown: string;
  readonly denied: (person: string) => string;
  readonly denyUnknown: string;
  readonly ownersOnly: string;
  /** To who gives a command, or presses a button, and may not talk with the bot. */
  readonly notLetIn: string;
  /** To who gave a command that could not be stored. */
  readonly notTakenIn: string;

  /** What a menu says of each command: at most 100 characters. */
  readonly menu: Readonly<Record<MenuCommand, string>>;
  /** What a menu says of what stands behind it; as short. */
  readonly menuArguments: Readonly<Record<ArgumentCommand, string>>;

  /** What the limits are called; `none`: the value where there is none. */
  readonly limits: {
    readonly requestsPerMinute: string;
    readonly requestsPerMinuteChat: string;
    readonly budgetPerDay: string;
    readonly budgetPerDayChat: string;
    readonly budgetPerDayTotal: string;
    readonly perConversation: string;
    readonly total: string;
    readonly historyDays: string;
    readonly access: string;
    readonly none: string;
  };
  /** The values of `limits.access`. */
  readonly accessModes: Readonly<Record<AccessMode, string>>;
  readonly accountsNone: string;
  /** This process cannot look at the accounts. */
  readonly accountsAway: string;
  /** `state` and `reason`: of the two below. */
  readonly account: (
    name: string,
    kind: 'oauth' | 'key',
    state: string,
    minutes: number | undefined,
    reason: string,
  ) => string;
  readonly accountStates: Readonly<Record<AccountState, string>>;
  /** `code`: what the refusal or the failure calls itself, or empty. */
  readonly accountWhy: Readonly<Record<AccountWhy, (code: string) => string>>;
  readonly loginPrivately: string;
  readonly loginLink: (url: string, code: string) => string;
  readonly loginDone: string;
  readonly loginFailed: (code: string) => string;

  /** Owner notices about the credential. */
  readonly ownerSignIn: (credential: string, reason: string) => string;
  readonly ownerSignInBy: (credential: string, deadline: string) => string;
  readonly ownerAmbiguous: (credential: string, deadline: string) => string;
  readonly ownerRecovered: (credential: string) => string;
  /** The API key, or the account's right to a model, is refused. */
  readonly ownerCredentialOut: (credential: string, reason: string) => string;
  readonly ownerModelRefused: (model: string, reason: string) => string;
  /** Nobody has signed in yet, or nothing that has can serve. */
  readonly ownerNothingServes: string;
}
