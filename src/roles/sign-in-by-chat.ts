import type { SignIn } from '../chat/insight.ts';
import { deviceSignIn } from '../credentials/device.ts';
import { BridgeError } from '../errors.ts';
import { openCredentials } from './credential-service.ts';
import type { Foundation } from './foundation.ts';

/** What a sign-in is called unless somebody says otherwise, as in `npm run login`. */
const name = 'main';

/** Signs in as `npm run login` does, with the link handed out instead of printed. */
export function signInByChat(foundation: Foundation): SignIn {
  const { config, clock } = foundation;
  return {
    begin: async (signal) => {
      const { XAI_CLIENT_ID: clientId, XAI_AUTH_URL: issuer, XAI_SCOPE: scope } = config;
      if (clientId === undefined) {
        throw new BridgeError('CONFIG_INVALID', 'XAI_CLIENT_ID: needed to sign in by device code');
      }
      const prompted = Promise.withResolvers<{ url: string; code: string }>();
      const signedIn = async (): Promise<void> => {
        const tokens = await deviceSignIn(
          {
            issuer,
            clientId,
            scope,
            clock,
            onPrompt: ({ verificationUri, userCode, complete }) =>
              prompted.resolve({ url: complete ?? verificationUri, code: userCode }),
          },
          signal,
        );
        await using service = await openCredentials(foundation, { tool: true });
        await service.signIn(name, tokens);
      };
      const done = signedIn();
      // Whoever waits for the prompt hears of a failure before it; of one after it, who waits for the end.
      done.catch(prompted.reject);
      const { url, code } = await prompted.promise;
      return { url, code, done };
    },
  };
}
