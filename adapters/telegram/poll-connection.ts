import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { Api } from 'grammy';

/**
 * The Bot API over connections that serve the polls alone, so that they can be made anew: grammY's
 * own are shared by everything and kept open.
 */
export class PollConnection implements Disposable {
  readonly #token: string;
  readonly #apiRoot: string;
  #open: { readonly agent: HttpAgent; readonly api: Api };

  constructor(token: string, apiRoot: string) {
    this.#token = token;
    this.#apiRoot = apiRoot;
    this.#open = this.#make();
  }

  get api(): Api {
    return this.#open.api;
  }

  renew(): void {
    this.#open.agent.destroy();
    this.#open = this.#make();
  }

  [Symbol.dispose](): void {
    this.#open.agent.destroy();
  }

  #make() {
    const options = { keepAlive: true };
    const isSecure = this.#apiRoot.startsWith('https:');
    const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
    const baseFetchConfig = { compress: true, agent };
    return { agent, api: new Api(this.#token, { apiRoot: this.#apiRoot, baseFetchConfig }) };
  }
}
