import { randomUUID } from 'node:crypto';

import Fastify, { type FastifyInstance } from 'fastify';

import { type Clock, systemClock } from '../../src/clock.ts';
import { Faults } from '../faults.ts';
import { type Answerer, echo } from './answerer.ts';
import { ApiKeys } from './bearer.ts';
import { type CannedAnswer, refusalOf, type RefusalKind } from './bodies.ts';
import { serveCatalogue } from './catalogue.ts';
import { chatCompletions } from './chat-completions.ts';
import { serveControl } from './control.ts';
import { Devices, type PendingDevice } from './device.ts';
import { Gate } from './gate.ts';
import { type Family, Grants, type TokenSet } from './grants.ts';
import { serveImages } from './images.ts';
import { serveInference } from './inference.ts';
import { Journal, type ModelRequest, type TokenCall } from './journal.ts';
import { SCOPES, serveOAuth } from './oauth.ts';
import { pictureOf } from './picture.ts';
import { Refusals, type RefusalScope } from './refusals.ts';
import { responses } from './responses.ts';
import { defaultSettings, type Settings, type SettingsChange, settingsSchema } from './settings.ts';
import { PromptCache } from './usage.ts';

export interface XaiSandboxOptions extends Partial<Settings> {
  /** Default: any free one, on loopback. */
  port?: number;
  clientId?: string;
  apiKey?: string;
  answer?: Answerer;
  /** What expiry is measured by; delays of answers and streams pass in real time. */
  clock?: Clock;
  /** How many inference requests the journal keeps; default 10,000. */
  keepRequests?: number;
}

/**
 * api.x.ai and auth.x.ai in one process, on one loopback port: a model that answers at once, and an
 * authorization server that rotates refresh tokens and revokes the family of a reused one. It
 * refuses what the real ones refuse and fails how it is told to. `/__sandbox/` drives it by HTTP.
 */
export class XaiSandbox implements AsyncDisposable {
  readonly clientId: string;
  readonly apiKey: string;
  readonly faults = new Faults();
  readonly settings: Settings;
  readonly #apiKeys = new ApiKeys();
  readonly #refusals = new Refusals();
  readonly #journal: Journal;
  readonly #devices: Devices;
  readonly #grants: Grants;
  readonly #app: FastifyInstance;
  readonly #gates = { tokens: new Gate(), answers: new Gate() };
  readonly #garbled: CannedAnswer[] = [];
  #answerer: Answerer;
  #origin = '';

  static async start(options: XaiSandboxOptions = {}): Promise<XaiSandbox> {
    const sandbox = new XaiSandbox(options);
    sandbox.#origin = await sandbox.#app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
    return sandbox;
  }

  private constructor(options: XaiSandboxOptions) {
    const {
      port: _,
      clientId,
      apiKey,
      answer,
      clock = systemClock,
      keepRequests,
      ...rest
    } = options;
    this.clientId = clientId ?? 'grok-bridge-sandbox';
    this.apiKey = this.#apiKeys.add('default', apiKey);
    this.settings = settingsSchema.parse({ ...defaultSettings, ...rest });
    this.#answerer = answer ?? echo;
    this.#journal = new Journal(keepRequests ?? 10_000);
    this.#devices = new Devices(this.settings, clock);
    const issuer = () => this.authUrl;
    this.#grants = new Grants(issuer, this.settings, clock);
    this.#app = Fastify({
      bodyLimit: 32 * 1024 * 1024,
      forceCloseConnections: true,
      keepAliveTimeout: 75_000,
      genReqId: () => randomUUID(),
    });
    speakAsXai(this.#app);
    const parts = {
      clientId: this.clientId,
      grants: this.#grants,
      devices: this.#devices,
      apiKeys: this.#apiKeys,
      refusals: this.#refusals,
      journal: this.#journal,
      faults: this.faults,
      settings: this.settings,
      clock,
      cache: new PromptCache(),
      answerer: () => this.#answerer,
      answerGate: this.#gates.answers,
      tokenGate: this.#gates.tokens,
      garbled: this.#garbled,
    };
    void this.#app.register(async (app) => serveOAuth(app, parts, issuer));
    serveInference(this.#app, responses, parts);
    serveInference(this.#app, chatCompletions, parts);
    serveCatalogue(this.#app, parts);
    serveImages(this.#app, parts);
    void this.#app.register(async (app) => serveControl(app, this));
  }

  /** For `XAI_API_URL`. */
  get apiUrl(): string {
    return `${this.#origin}/v1`;
  }

  /** For `XAI_AUTH_URL`: the issuer. */
  get authUrl(): string {
    return this.#origin;
  }

  /** A grant as if a user had just signed in: what `login --import` takes. */
  signIn(name = 'owner', { team, scope }: { team?: string; scope?: string } = {}): SignedIn {
    const { refresh_token: refreshToken, ...tokens } = this.#grants.signIn({
      name,
      clientId: this.clientId,
      scope: scope ?? SCOPES.slice(0, 6).join(' '),
      ...(team === undefined ? {} : { team }),
    });
    this.#journal.changed();
    if (refreshToken === undefined) throw new Error('signIn needs the scope offline_access');
    return { ...tokens, refresh_token: refreshToken };
  }

  /** One more API key, of a team of its own unless one is named. */
  addApiKey(name: string, { key, team }: { key?: string; team?: string } = {}): string {
    return this.#apiKeys.add(name, key, team);
  }

  /** Device sign-ins that wait for their user. */
  pendingDevices(): PendingDevice[] {
    return this.#devices.pending();
  }

  /** @returns whether such a sign-in was waiting. */
  approveDevice(userCode: string, name = 'owner'): boolean {
    return this.#devices.approve(userCode, name);
  }

  denyDevice(userCode: string): boolean {
    return this.#devices.deny(userCode);
  }

  /** From now on the API refuses every access token issued so far, of this sign-in or of all. */
  expireAccessTokens(name?: string): void {
    this.#grants.expireAccessTokens(name);
  }

  /** Takes the sign-in back for good, or all of them: `invalid_grant` from now on. */
  revokeSignIn(name?: string): void {
    this.#grants.revoke(name);
    this.#journal.changed();
  }

  /** Requests that would be answered are refused instead, with a body that xAI was seen to send. */
  refuse(kind: RefusalKind, scope: RefusalScope = {}): void {
    this.#refusals.add(kind, refusalOf(kind), scope);
  }

  /** As `refuse`, with any answer; status `null` makes it an event inside the stream. */
  respondWith(answer: CannedAnswer, scope: RefusalScope = {}): void {
    this.#refusals.add('respondWith', answer, scope);
  }

  /** The next token call is processed, a rotation included, but answered like this. */
  garbleTokenAnswer(answer: CannedAnswer): void {
    this.#garbled.push(answer);
  }

  /** Decides what comes in, but holds the answers of that kind until `release`. */
  hold(what: Held): void {
    this.#gates[what].close();
  }

  release(what: Held): void {
    this.#gates[what].open();
  }

  /** Forgets what was ordered and has not struck yet, and releases what is held. */
  behave(): void {
    this.#refusals.clear();
    this.faults.clear();
    this.#garbled.length = 0;
    this.release('tokens');
    this.release('answers');
  }

  /** Changes the settings given; the others stay. */
  configure(changes: SettingsChange): void {
    Object.assign(this.settings, settingsSchema.parse({ ...this.settings, ...changes }));
  }

  answerWith(answer: Answerer): void {
    this.#answerer = answer;
  }

  /** Every sign-in so far, with its generation and whether it still holds. */
  get families(): readonly Readonly<Family>[] {
    return this.#grants.families;
  }

  /** All requests at the token endpoint, oldest first. */
  get tokenLog(): readonly Readonly<TokenCall>[] {
    return this.#journal.tokenCalls;
  }

  /** How many requests the token endpoint has seen, of any grant type. */
  get tokenCalls(): number {
    return this.#journal.tokenCalls.length;
  }

  /** How many of them sent a refresh token. */
  get refreshCalls(): number {
    return this.#journal.refreshCalls;
  }

  /** How often each refresh token was sent, by fingerprint. */
  get sendsPerRefreshToken(): ReadonlyMap<string, number> {
    return this.#journal.sendsPerRefreshToken;
  }

  /** The newest inference requests, oldest first. */
  get requests(): readonly Readonly<ModelRequest>[] {
    return this.#journal.requests;
  }

  /** How many there were, the forgotten ones included. */
  get requestCount(): number {
    return this.#journal.requestCount;
  }

  get answeredCount(): number {
    return this.#journal.answeredCount;
  }

  /** Requests that nothing was decided about yet; a stalled stream is not among them. */
  get inFlight(): number {
    return this.#journal.inFlight;
  }

  /**
   * Resolves as soon as the predicate holds; it is asked after every change.
   * @throws after `timeoutMs` (default 5 s), with what the sandbox has seen.
   */
  async waitFor(
    holds: (sandbox: XaiSandbox) => boolean,
    { timeoutMs = 5000 }: { timeoutMs?: number } = {},
  ): Promise<void> {
    await this.#journal.waitFor(
      () => holds(this),
      timeoutMs,
      () => pictureOf(this),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
  }
}

/** The token endpoint's answers, or those of the model. */
export type Held = 'tokens' | 'answers';

/** What `signIn` hands out. */
export type SignedIn = TokenSet & { refresh_token: string };

/** The headers and the plain errors of the API's front door. */
function speakAsXai(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(''));
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ error: error.message }),
  );
}
