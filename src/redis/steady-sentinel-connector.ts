import { SentinelConnector, type SentinelConnectionOptions } from 'ioredis';

/**
 * Asks sentinels for the primary, as ioredis does, and survives that a fail-over is announced while
 * it asks. ioredis' detector then ends the connection that is being made, and with it, for good, the
 * client: what waits is rejected with “Connection is closed.” and nothing connects again
 * (ioredis 6.0, `SentinelConnector.connect` and `FailoverDetector.disconnect`). Here the connection
 * is made, and dropped at once, so that the client asks anew.
 */
export class SteadySentinelConnector extends SentinelConnector {
  #isAsking = false;
  #isOutdated = false;
  #hadFired = false;

  constructor(options: unknown) {
    // ioredis hands it the client's own options, and makes one only where those name sentinels.
    super(options as SentinelConnectionOptions);
  }

  override async connect(
    ...[emit]: Parameters<SentinelConnector['connect']>
  ): ReturnType<SentinelConnector['connect']> {
    this.#isAsking = true;
    this.#isOutdated = false;
    this.#hadFired = this.#hasFired();
    try {
      const stream = await super.connect(emit);
      // The client has to hear of it: it listens to the stream once this method has returned.
      if (this.#isOutdated) setImmediate(() => stream.destroy());
      return stream;
    } finally {
      this.#isAsking = false;
    }
  }

  override disconnect(): void {
    // The detector marks itself before it calls, once; whoever else calls wants the client closed.
    const isByDetector = this.#isAsking && !this.#isOutdated && this.#hasFired() && !this.#hadFired;
    if (isByDetector) this.#isOutdated = true;
    else super.disconnect();
  }

  #hasFired(): boolean {
    return this['failoverDetector']?.['isDisconnected'] === true;
  }
}
